#pragma once
// Commits that are on this server only, although a synchronous standby was asked for: somebody has cancelled the wait.
// The server calls such a commit done and says so in a warning; to us it is in doubt, as one whose answer was lost.

#include <pqxx/pqxx>
#include <utility>

namespace durable::store {

/// Hears that warning on a pqxx connection. On the connection's thread; must not outlive it.
class LocalCommitWatch final : public pqxx::errorhandler {
  public:
    using errorhandler::errorhandler;
    bool operator()(const char message[]) noexcept override;
    /// Whether it came since the last question.
    [[nodiscard]] bool heard() noexcept { return std::exchange(heard_, false); }

  private:
    bool heard_ = false;
};

/// Makes the commit of `tx`, even of one that only reads, wait until a synchronous standby (if there is to be one) has
/// all that this server has committed before: so what `tx` has seen is safe when it returns.
void wait_for_standby(pqxx::transaction_base& tx);

}  // namespace durable::store

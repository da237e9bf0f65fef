#pragma once
// The inside of ActivityStore.

#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/id_source.hpp"
#include "engine/store/local_commit.hpp"
#include "engine/store/retry_loop.hpp"
#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

/// A pqxx connection that notices when a commit is only on this server although a synchronous standby was
/// asked for.
class TransactionalSession {
  public:
    TransactionalSession(const std::string& url, const std::string& label);
    pqxx::connection connection;
    /// Since the last question.
    [[nodiscard]] bool committed_only_locally() { return watch_.heard(); }

  private:
    LocalCommitWatch watch_;
};

class ActivityStore::Impl {
  public:
    Impl(std::string connection_string, Faults given_faults);

    /// Tries `first`, and after each failure again: `first` while nothing may have been committed,
    /// `after_unknown` once something may (from the beginning if `unknown`).
    template <class AfterUnknown, class First>
    auto persist(AfterUnknown after_unknown, First first, bool unknown) -> decltype(first()) {
        RetryLoop patience{faults.patience};
        while (true) {
            try {
                return unknown ? after_unknown() : first();
            } catch (const ConnectionLost& lost) {
                unknown = unknown || lost.sent();
                patience.again(lost.what());
            } catch (const DatabaseError& error) {
                patience.again(session, error);
            }
        }
    }
    void end_old_session();

    TransactionalOutcome transact(const Transactional& what,
                                  const std::function<std::string(pqxx::work&)>& body);

    IdSource ids;
    Faults faults;
    std::string url;
    Session session;
    std::optional<std::int64_t> unsettled_claim;
    std::string transactional_label;
    /// For transactional activities. Thrown away after any doubt: libpqxx would reconnect in silence.
    std::unique_ptr<TransactionalSession> transactional;

  private:
    /// A commit of which the last call could not find out what has become.
    struct Doubt {
        RunId run;
        EventId activity;
        Fence fence;
        std::string event;
        [[nodiscard]] bool concerns(const Transactional& what) const {
            return run == what.run && activity == what.activity && fence == what.fence;
        }
    };
    enum class Settled : std::uint8_t { committed, not_committed, lost };
    void connect_transactional();
    /// One try. From the moment that its commit is sent until it is answered, it is in doubt.
    TransactionalOutcome try_once(const Transactional& what,
                                  const std::function<std::string(pqxx::work&)>& body);
    Settled settle(const Transactional& what, const std::string& event);

    std::optional<Doubt> doubt_;
};

}  // namespace durable::store

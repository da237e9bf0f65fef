#pragma once
// A connection on which transactions are tried, and what to make of one that does not go well. Used by one
// thread.

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"

namespace callflex::ingress {

class CommitSession {
  public:
    CommitSession(const IngressOptions& options, Metrics& metrics);
    ~CommitSession();

    /// Connects ahead of the first try, which connects by itself otherwise: nobody's webhook waits for it, and
    /// the descriptor is had before a crowd of senders takes them all. A failure is logged, and tried again then.
    void connect_ahead() { connect(); }

    /// How a try ended.
    enum class Outcome : std::uint8_t {
        committed,
        again,    ///< not committed, or not known: another try may succeed; it must not double anything
        refused,  ///< the database does not take the data: refusal() says why
        away,     ///< no connection to be had
    };
    /// Runs `body` in a transaction and commits. Committed means durable as configured: a server that warned
    /// while it committed (a synchronous standby no longer waited for) counts as away. Never throws.
    [[nodiscard]] Outcome run(const std::function<void(pqxx::work&)>& body);

    /// The SQLSTATE of the last refusal, or "invalid".
    [[nodiscard]] const std::string& refusal() const { return refusal_; }

  private:
    class Notices;
    void commit(const std::function<void(pqxx::work&)>& body);
    [[nodiscard]] Outcome classify(const std::exception& error);
    void look(CommitPoint point) const;
    bool connect();

    const IngressOptions& options_;
    Metrics& metrics_;
    std::unique_ptr<pqxx::connection> connection_;  ///< thrown away after any trouble with it
    std::string refusal_;
};

}  // namespace callflex::ingress

#pragma once
// Runs a transaction until its outcome is known. Serialization failures, deadlocks, restarts and lost
// connections are tried again, with back-off, within the client's patience. A commit whose answer was lost is
// tried again as well: the body is told, and must recognise its own first success (by run id, or by request
// id).

#include <chrono>
#include <functional>
#include <pqxx/pqxx>

#include "engine/client/connection_pool.hpp"

namespace durable::client {

class Transactions {
  public:
    /// `patience`: how long failing attempts are repeated before StoreUnavailable is thrown.
    /// `time_limit`: of each statement of a read() (not through a pooler).
    Transactions(ConnectionPool& pool, std::chrono::milliseconds patience,
                 std::chrono::milliseconds time_limit = std::chrono::seconds{60})
        : pool_(pool), patience_(patience), time_limit_(time_limit) {}

    /// `body(tx, in_doubt)`: in_doubt is true when an earlier attempt may have committed. Exceptions of the
    /// body that do not come from the database, or that a repetition cannot mend, pass through.
    void write(const std::function<void(pqxx::transaction_base&, bool in_doubt)>& body);
    /// For a body of a single statement that writes: one round trip, no transaction block. An answer that was
    /// lost leaves it in doubt, as a commit's does.
    void write_at_once(const std::function<void(pqxx::transaction_base&, bool in_doubt)>& body);
    /// One snapshot for everything that `body` reads. Throws TooSlow (client.hpp).
    void read(const std::function<void(pqxx::transaction_base&)>& body);
    /// For a body of a single statement: one round trip, no transaction block.
    void look(const std::function<void(pqxx::transaction_base&)>& body);

  private:
    template <class Transaction>
    void repeat(const std::function<void(pqxx::transaction_base&, bool)>& body);

    ConnectionPool& pool_;
    const std::chrono::milliseconds patience_;
    const std::chrono::milliseconds time_limit_;
};

/// Whether the same transaction may succeed when sent again, judged by its SQLSTATE.
[[nodiscard]] bool is_retryable(const std::string& sqlstate);

}  // namespace durable::client

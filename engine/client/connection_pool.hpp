#pragma once
// A few connections, shared by the threads of one client. A connection that an exception has passed through
// is never used again: libpqxx 6 would reconnect it silently, in the middle of what the caller takes for one
// session.
//
// Thread-safe. A Lease belongs to the thread that took it.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace durable::client {

class ConnectionPool {
  public:
    ConnectionPool(std::string connection_string, int connections_max);
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    /// One connection, and what it was found to be.
    struct Pooled {
        explicit Pooled(const std::string& connection_string) : connection(connection_string) {}
        pqxx::connection connection;
        bool ours = false;
    };

    /// A connection on loan. Goes back to the pool when give_back() was called; else it is closed.
    class Lease {
      public:
        Lease(ConnectionPool& pool, std::unique_ptr<Pooled> pooled)
            : pool_(&pool), pooled_(std::move(pooled)) {}
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        [[nodiscard]] pqxx::connection& operator*() { return pooled_->connection; }
        /// The server's session is this connection's alone (engine/store/own_session.hpp): what is set or prepared in
        /// it stays. Behind a pooler each transaction may be served by another one.
        [[nodiscard]] bool ours() const { return pooled_->ours; }
        /// The transaction ended well: the connection may serve others.
        void give_back();

      private:
        ConnectionPool* pool_;
        std::unique_ptr<Pooled> pooled_;
    };

    /// Waits until one is free, or opens one. Throws pqxx::broken_connection when the server cannot be
    /// reached, and store::StoreUnavailable when all stay in use for `patience`.
    [[nodiscard]] Lease lease(std::chrono::milliseconds patience);
    /// Closes the idle ones: after one was found dead, the others probably are as well.
    void drop_idle();

  private:
    [[nodiscard]] std::unique_ptr<Pooled> connect() const;
    void returned(std::unique_ptr<Pooled> pooled);

    const std::string connection_string_;
    const int connections_max_;
    std::mutex mutex_;  // guards all below
    std::condition_variable changed_;
    std::vector<std::unique_ptr<Pooled>> idle_;
    int open_ = 0;
};

/// The connection string with a connect time-out, and a limit to how long a dead peer is believed in, unless
/// it has its own. Works for both forms, "postgresql://…" and "host=… dbname=…".
[[nodiscard]] std::string with_deadlines(const std::string& connection_string);

}  // namespace durable::client

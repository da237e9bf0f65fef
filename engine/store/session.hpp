#pragma once
// One connection to Postgres through libpq, for the paths where exact outcomes, binary arrays and deadlines
// matter. It is made when first needed, has a client-side deadline on every call, and is thrown away at the
// first doubt. One thread at a time.

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/host_turns.hpp"
#include "engine/store/params.hpp"
#include "engine/store/sqlstate.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

/// The server has refused a statement; the transaction is rolled back (unless fate is `unknown`).
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(std::string_view statement, std::string sqlstate, const std::string& message);
    [[nodiscard]] Fate fate() const noexcept { return fate_; }
    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

  private:
    std::string sqlstate_;
    Fate fate_;
};

/// The connection is gone, or silent beyond its deadline.
class ConnectionLost : public std::runtime_error {
  public:
    ConnectionLost(const std::string& message, bool sent) : std::runtime_error(message), sent_(sent) {}
    /// True: the server may have committed what was sent. False: it has got nothing.
    [[nodiscard]] bool sent() const noexcept { return sent_; }

  private:
    bool sent_;
};

/// Rows of one statement, binary. Columns by position, as the .sql file has them.
class Rows {
  public:
    explicit Rows(PGresult* result) : result_(result, &PQclear) {}
    [[nodiscard]] int size() const { return PQntuples(result_.get()); }
    [[nodiscard]] bool is_null(int row, int column) const {
        return PQgetisnull(result_.get(), row, column) != 0;
    }
    [[nodiscard]] bool boolean(int row, int column) const;
    [[nodiscard]] std::int32_t int32(int row, int column) const;
    [[nodiscard]] std::int64_t int64(int row, int column) const;
    [[nodiscard]] double float64(int row, int column) const;
    [[nodiscard]] Uuid uuid(int row, int column) const;
    [[nodiscard]] Timestamp moment(int row, int column) const;
    /// Text and bytea alike.
    [[nodiscard]] std::string bytes(int row, int column) const;
    [[nodiscard]] std::optional<Timestamp> moment_or_none(int row, int column) const;
    [[nodiscard]] std::optional<std::string> bytes_or_none(int row, int column) const;

  private:
    [[nodiscard]] const char* value(int row, int column, int length) const;
    std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// A prepared statement: its name and its text.
struct Statement {
    const char* name;
    std::string_view sql;
};

struct Step {
    Statement statement;
    Params params;
};

struct SessionOptions {
    std::string connection_string;
    std::string application_name;
    /// Plans for claims and fenced writes: generic, never a sequential scan, never a hash (performance
    /// depends on it).
    bool hot_plans = false;
    /// False: for hints and leases, whose loss costs nothing but time.
    bool synchronous_commit = true;
    /// True: does without anything that lasts longer than a transaction, if a pooler stands between. False: refuses
    /// to work through one.
    bool bears_pooler = false;
    std::chrono::milliseconds deadline = std::chrono::seconds{10};
    std::chrono::milliseconds connect_deadline = std::chrono::seconds{5};
};

class Session {
  public:
    Session(SessionOptions options, Faults faults);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Runs the steps as one transaction in one round trip; `name` is for the fault hook. Throws
    /// DatabaseError (nothing was committed) or ConnectionLost. Reconnects first if need be.
    /// `afterwards` is a transaction of its own that goes with them and runs even if they fail. What becomes of it is
    /// not told.
    std::vector<Rows> run(const char* name, std::span<const Step> steps, const Step* afterwards = nullptr);
    Rows run(const Step& step);
    /// Closes the connection; the next call makes a new one.
    void drop() noexcept;
    /// Waits for a notification. Returns the payloads by channel; empty on time-out. Throws ConnectionLost.
    struct Notification {
        std::string channel;
        std::string payload;
    };
    std::vector<Notification> wait_for_notifications(std::chrono::milliseconds timeout);
    /// Connects now. Throws ConnectionLost. True if the connection is new.
    bool connect();
    /// Unique application_name: whoever settles an unknown commit first ends the old session that has it.
    [[nodiscard]] const std::string& label() const { return options_.application_name; }
    [[nodiscard]] std::chrono::milliseconds patience() const { return faults_.patience; }

  private:
    using Clock = std::chrono::steady_clock;

    void open();
    void begin_connecting();
    void finish_connecting(Clock::time_point deadline);
    [[nodiscard]] bool leads_to_pooler(Clock::time_point deadline);
    void configure(Clock::time_point deadline);
    void prepare(const Statement& statement, Clock::time_point deadline);
    void send(const Step& step);
    std::vector<Rows> receive(std::size_t steps, std::span<const Step> of, Clock::time_point deadline);
    std::vector<Rows> answer(std::span<const Step> steps, const Step* afterwards, Clock::time_point deadline);
    void wait_readable(Clock::time_point deadline);
    std::string simple(const std::string& sql, Clock::time_point deadline);
    [[noreturn]] void lose(const std::string& why, bool sent);
    static void on_notice(void* self, const PGresult* notice);

    SessionOptions options_;
    Faults faults_;
    PGconn* connection_ = nullptr;
    HostTurns hosts_;
    std::set<std::string, std::less<>> prepared_;
    bool only_local_ = false;
    bool pooled_ = false;
};

}  // namespace durable::store

#include "engine/store/session.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>

#include "engine/store/binary.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// Settings of every session. Statements name their schemas; nothing is found by search_path.
constexpr const char* session_settings =
    "set search_path = ''; set timezone = 'UTC'; set datestyle = 'ISO'; set lock_timeout = '2s'; "
    "set idle_in_transaction_session_timeout = '10s'; set client_min_messages = warning;";
constexpr const char* hot_settings =
    "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; "
    "set plan_cache_mode = force_generic_plan;";

std::string trimmed(const char* message) {
    std::string text = message == nullptr ? "" : message;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

/// Milliseconds until the deadline, for poll: at least 0.
int remaining(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

/// True when the socket is ready; false when the deadline has passed.
bool poll_socket(int socket, short events, std::chrono::steady_clock::time_point deadline) {
    while (true) {
        pollfd entry{.fd = socket, .events = events, .revents = 0};
        const int ready = ::poll(&entry, 1, remaining(deadline));
        if (ready > 0) return true;
        if (ready == 0) return false;
        if (errno != EINTR) return false;
    }
}

}  // namespace

DatabaseError::DatabaseError(std::string_view statement, std::string sqlstate, const std::string& message)
    : std::runtime_error(fmt::format("{}: {} (SQLSTATE {})", statement, message, sqlstate)),
      sqlstate_(std::move(sqlstate)),
      fate_(fate_of(sqlstate_)) {}

// Rows.

const char* Rows::value(int row, int column, int length) const {
    if (PQgetlength(result_.get(), row, column) != length) {
        throw std::logic_error(fmt::format("column {} does not have the binary form that was expected",
                                           PQfname(result_.get(), column)));
    }
    return PQgetvalue(result_.get(), row, column);
}

bool Rows::boolean(int row, int column) const {
    return *value(row, column, 1) != '\0';
}
std::int32_t Rows::int32(int row, int column) const {
    return binary::read<std::int32_t>(value(row, column, 4));
}
std::int64_t Rows::int64(int row, int column) const {
    return binary::read<std::int64_t>(value(row, column, 8));
}
double Rows::float64(int row, int column) const {
    return std::bit_cast<double>(int64(row, column));
}
Uuid Rows::uuid(int row, int column) const {
    Uuid id;
    std::copy_n(value(row, column, 16), 16, id.bytes.begin());
    return id;
}
Timestamp Rows::moment(int row, int column) const {
    return binary::to_timestamp(int64(row, column));
}
std::string Rows::bytes(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::optional<Timestamp> Rows::moment_or_none(int row, int column) const {
    if (is_null(row, column)) return std::nullopt;
    return moment(row, column);
}
std::optional<std::string> Rows::bytes_or_none(int row, int column) const {
    if (is_null(row, column)) return std::nullopt;
    return bytes(row, column);
}

// Connecting.

Session::Session(SessionOptions options, Faults faults)
    : options_(std::move(options)), faults_(std::move(faults)), hosts_(options_.connection_string) {}

Session::~Session() {
    drop();
}

void Session::drop() noexcept {
    if (connection_ == nullptr) return;
    PQfinish(connection_);
    connection_ = nullptr;
    prepared_.clear();
    only_local_ = false;
}

void Session::lose(const std::string& why, bool sent) {
    drop();
    throw ConnectionLost(why, sent);
}

bool Session::connect() {
    if (connection_ != nullptr) return false;
    open();
    return true;
}

void Session::open() {
    // Silence of one host must leave time to ask another.
    const auto deadline = Clock::now() + options_.connect_deadline / static_cast<int>(hosts_.count());
    begin_connecting();
    finish_connecting(deadline);
    PQsetNoticeReceiver(connection_, &Session::on_notice, this);
    PQsetnonblocking(connection_, 1);
    pooled_ = leads_to_pooler(deadline);
    if (pooled_ && !options_.bears_pooler) {
        drop();
        // Not as something that passes if one waits.
        throw DatabaseError(
            "connect", "0A000",
            "this address leads to a connection pooler: workers and whoever listens need that of "
            "Postgres itself");
    }
    configure(deadline);
}

void Session::begin_connecting() {
    const std::string hosts = hosts_.hosts();
    const std::string addresses = hosts_.addresses();
    const std::string ports = hosts_.ports();
    // What the connection string says wins over what stands before it, and the hosts in turn over it.
    const std::array keywords{"keepalives_idle",
                              "keepalives_interval",
                              "keepalives_count",
                              "tcp_user_timeout",
                              "application_name",
                              "dbname",
                              "host",
                              "hostaddr",
                              "port",
                              static_cast<const char*>(nullptr)};
    const std::array values{"10",
                            "5",
                            "3",
                            "10000",
                            options_.application_name.c_str(),
                            options_.connection_string.c_str(),
                            hosts.c_str(),
                            addresses.c_str(),
                            ports.c_str(),
                            static_cast<const char*>(nullptr)};
    connection_ = PQconnectStartParams(keywords.data(), values.data(), 1);
    if (connection_ == nullptr) throw ConnectionLost("out of memory", false);
}

void Session::finish_connecting(Clock::time_point deadline) {
    auto wants = PGRES_POLLING_WRITING;
    while (wants != PGRES_POLLING_OK) {
        if (wants == PGRES_POLLING_FAILED || PQstatus(connection_) == CONNECTION_BAD) {
            lose("cannot connect to the database: " + trimmed(PQerrorMessage(connection_)), false);
        }
        const auto events = static_cast<short>(wants == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (!poll_socket(PQsocket(connection_), events, deadline)) {
            hosts_.next();
            lose("cannot connect to the database: no answer within the deadline", false);
        }
        wants = PQconnectPoll(connection_);
    }
}

/// A pooler cannot know which backend will serve, so the process number that it gives is its own invention.
bool Session::leads_to_pooler(Clock::time_point deadline) {
    return simple(std::string{sql::backend_process}, deadline) != std::to_string(PQbackendPID(connection_));
}

void Session::configure(Clock::time_point deadline) {
    // What is set through a pooler stays behind, for whoever is given that backend next.
    if (!pooled_) {
        simple(session_settings, deadline);
        if (options_.hot_plans) simple(hot_settings, deadline);
        if (!options_.synchronous_commit) simple("set synchronous_commit = off", deadline);
    }
    if (PQenterPipelineMode(connection_) != 1) lose("cannot enter pipeline mode", false);
}

void Session::on_notice(void* self, const PGresult* notice) {
    const char* sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate == nullptr || message == nullptr) return;
    if (says_only_local(sqlstate, message)) static_cast<Session*>(self)->only_local_ = true;
}

// Running.

void Session::wait_readable(Clock::time_point deadline) {
    const int unsent = PQflush(connection_);
    if (unsent < 0) lose("the connection broke while sending: " + trimmed(PQerrorMessage(connection_)), true);
    const auto events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    if (!poll_socket(PQsocket(connection_), events, deadline))
        lose("the database is silent: deadline passed", true);
    if (PQconsumeInput(connection_) != 1) {
        lose("the connection broke: " + trimmed(PQerrorMessage(connection_)), true);
    }
}

/// Several statements at once, outside of pipeline mode. The first value of the last rows, if there are some.
std::string Session::simple(const std::string& sql, Clock::time_point deadline) {
    if (PQsendQuery(connection_, sql.c_str()) != 1) {
        lose("cannot send: " + trimmed(PQerrorMessage(connection_)), false);
    }
    std::string value;
    while (true) {
        while (PQisBusy(connection_) == 1) wait_readable(deadline);
        PGresult* result = PQgetResult(connection_);
        if (result == nullptr) return value;
        const Rows owned{result};
        if (PQresultStatus(result) == PGRES_FATAL_ERROR) lose(trimmed(PQresultErrorMessage(result)), false);
        if (owned.size() > 0) value = PQgetvalue(result, 0, 0);
    }
}

void Session::prepare(const Statement& statement, Clock::time_point deadline) {
    if (pooled_ || prepared_.contains(statement.name)) return;
    const std::string sql{statement.sql};
    const bool queued = PQsendPrepare(connection_, statement.name, sql.c_str(), 0, nullptr) == 1;
    if (!queued || PQpipelineSync(connection_) != 1) {
        lose("cannot send: " + trimmed(PQerrorMessage(connection_)), false);
    }
    const Step step{statement, {}};
    receive(1, {&step, 1}, deadline);
    prepared_.insert(statement.name);
}

void Session::send(const Step& step) {
    const auto values = step.params.pointers();
    const auto lengths = step.params.lengths();
    const std::vector<int> formats(values.size(), 1);
    const int count = step.params.size();
    const int queued = pooled_
                           ? PQsendQueryParams(connection_, std::string{step.statement.sql}.c_str(), count,
                                               nullptr, values.data(), lengths.data(), formats.data(), 1)
                           : PQsendQueryPrepared(connection_, step.statement.name, count, values.data(),
                                                 lengths.data(), formats.data(), 1);
    if (queued != 1) lose("cannot send: " + trimmed(PQerrorMessage(connection_)), true);
}

std::vector<Rows> Session::receive(std::size_t steps, std::span<const Step> of, Clock::time_point deadline) {
    std::vector<Rows> rows;
    std::optional<DatabaseError> error;
    while (true) {
        while (PQisBusy(connection_) == 1) wait_readable(deadline);
        PGresult* result = PQgetResult(connection_);
        if (PQstatus(connection_) == CONNECTION_BAD) {
            const Rows owned{result};
            lose("the connection broke: " + trimmed(PQerrorMessage(connection_)), true);
        }
        if (result == nullptr) continue;  // end of one statement's results
        Rows owned{result};
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) break;
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            rows.push_back(std::move(owned));
        } else if (status == PGRES_FATAL_ERROR && !error) {
            const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
            error.emplace(of[std::min(rows.size(), steps - 1)].statement.name,
                          sqlstate == nullptr ? "" : sqlstate,
                          trimmed(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
        }
    }
    if (error && error->fate() == Fate::unknown) lose(error->what(), true);
    if (error) throw *error;
    return rows;
}

std::vector<Rows> Session::run(const char* name, std::span<const Step> steps, const Step* afterwards) {
    const auto inject = [&](Faults::Point point) { return faults_.hook && faults_.hook(point, name); };
    connect();
    const auto deadline = Clock::now() + options_.deadline;
    for (const Step& step : steps) prepare(step.statement, deadline);
    if (afterwards != nullptr) prepare(afterwards->statement, deadline);
    if (inject(Faults::Point::before_send))
        lose("fault: the connection broke before anything was sent", false);
    if (inject(Faults::Point::rolled_back)) throw DatabaseError(name, "40P01", "fault: rolled back");

    only_local_ = false;
    for (const Step& step : steps) send(step);
    if (PQpipelineSync(connection_) != 1) lose("cannot send: " + trimmed(PQerrorMessage(connection_)), true);
    if (afterwards != nullptr) {
        send(*afterwards);
        if (PQpipelineSync(connection_) != 1)
            lose("cannot send: " + trimmed(PQerrorMessage(connection_)), true);
    }
    std::vector<Rows> rows = answer(steps, afterwards, deadline);
    if (inject(Faults::Point::after_commit_reply_lost)) lose("fault: the reply was lost", true);
    if (only_local_) lose("the commit is on this server only: its synchronous standby did not confirm", true);
    return rows;
}

/// What comes afterwards has no part in what the steps have come to.
std::vector<Rows> Session::answer(std::span<const Step> steps, const Step* afterwards,
                                  Clock::time_point deadline) {
    const auto pass_over = [&] {
        if (afterwards == nullptr) return;
        try {
            receive(1, {afterwards, 1}, deadline);
        } catch (const std::runtime_error&) {
            drop();
        }
    };
    try {
        std::vector<Rows> rows = receive(steps.size(), steps, deadline);
        pass_over();
        return rows;
    } catch (const DatabaseError&) {
        pass_over();
        throw;
    }
}

Rows Session::run(const Step& step) {
    return std::move(run(step.statement.name, {&step, 1}).front());
}

std::vector<Session::Notification> Session::wait_for_notifications(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    std::vector<Notification> heard;
    while (true) {
        while (PGnotify* notify = PQnotifies(connection_)) {
            const std::unique_ptr<PGnotify, decltype(&PQfreemem)> owned{notify, &PQfreemem};
            heard.push_back({notify->relname, notify->extra});
        }
        if (!heard.empty() || !poll_socket(PQsocket(connection_), POLLIN, deadline)) return heard;
        if (PQconsumeInput(connection_) != 1) {
            lose("the connection broke: " + trimmed(PQerrorMessage(connection_)), false);
        }
    }
}

}  // namespace durable::store

#include "tests/simulation/database_clock.hpp"

#include <libpq-fe.h>

#include <utility>

#include "tests/simulation/in_front_of.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier)

namespace simulation {
namespace {

thread_local DatabaseClock* standing = nullptr;

}  // namespace

/// The clock itself does not ask what time it is.
void somebody_asks() {
    DatabaseClock* clock = std::exchange(standing, nullptr);
    if (clock == nullptr) return;
    clock->show();
    standing = clock;
}

DatabaseClock::DatabaseClock(const ::test::Database& database, const VirtualTime& time)
    : connection_(database.owner_url()), time_(time) {
    pqxx::work tx{connection_};
    tx.exec("create unlogged table engine.simulated_clock (at timestamptz not null)");
    tx.exec("grant select on engine.simulated_clock to public");
    tx.exec("insert into engine.simulated_clock values (now())");
    tx.exec(
        "create or replace function engine.now() returns timestamptz language sql stable parallel safe "
        "as 'select at from engine.simulated_clock'");
    tx.commit();
    connection_.prepare("show",
                        "update engine.simulated_clock set at = timestamptz 'epoch' + "
                        "$1::bigint * interval '1 microsecond'");
    show();
    standing = this;
}

DatabaseClock::~DatabaseClock() {
    standing = nullptr;
}

void DatabaseClock::show() {
    const auto now = time_.now();
    if (now == shown_) return;
    shown_ = now;
    DatabaseClock* const others = std::exchange(standing, nullptr);
    pqxx::nontransaction tx{connection_};
    tx.exec_prepared("show", now.time_since_epoch().count());
    standing = others;
}

// In front of libpq's: what the engine's sessions send, and what goes through libpqxx.

extern "C" __attribute__((visibility("default"))) int timed_PQsendQueryPrepared(
    PGconn*, const char*, int, const char* const*, const int*, const int*, int) asm("PQsendQueryPrepared");
int timed_PQsendQueryPrepared(PGconn* connection, const char* name, int count, const char* const* values,
                              const int* lengths, const int* formats, int format) {
    static const auto next = behind<decltype(timed_PQsendQueryPrepared)>("PQsendQueryPrepared");
    somebody_asks();
    return next(connection, name, count, values, lengths, formats, format);
}

extern "C" __attribute__((visibility("default"))) PGresult* timed_PQexecPrepared(PGconn*, const char*, int,
                                                                                 const char* const*,
                                                                                 const int*, const int*,
                                                                                 int) asm("PQexecPrepared");
PGresult* timed_PQexecPrepared(PGconn* connection, const char* name, int count, const char* const* values,
                               const int* lengths, const int* formats, int format) {
    static const auto next = behind<decltype(timed_PQexecPrepared)>("PQexecPrepared");
    somebody_asks();
    return next(connection, name, count, values, lengths, formats, format);
}

extern "C" __attribute__((visibility("default"))) PGresult* timed_PQexec(PGconn*, const char*) asm("PQexec");
PGresult* timed_PQexec(PGconn* connection, const char* sql) {
    static const auto next = behind<decltype(timed_PQexec)>("PQexec");
    somebody_asks();
    return next(connection, sql);
}

}  // namespace simulation

// NOLINTEND(bugprone-reserved-identifier)

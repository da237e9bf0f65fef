#include "tests/simulation/tampering.hpp"

#include <libpq-fe.h>

#include <utility>

#include "tests/simulation/database_clock.hpp"
#include "tests/simulation/in_front_of.hpp"
#include "tests/simulation/parked_connections.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier)

namespace simulation {
namespace {

thread_local const Rewrite* rewriting = nullptr;

std::string rewritten(const char* sql) {
    return rewriting == nullptr ? std::string{sql} : (*rewriting)(sql);
}

/// Statement and text that are sent: nothing where the plan is there already.
struct Prepared {
    Prepared(const PGconn* connection, const char* as, const char* text) : name(as), sql(rewritten(text)) {
        if (!prepared_before(connection, name, sql)) return;
        name.clear();
        sql = "select";
    }
    std::string name;
    std::string sql;
};

}  // namespace

Tampering::Tampering(Rewrite rewrite) : rewrite_(std::move(rewrite)) {
    if (rewrite_) rewriting = &rewrite_;
}
Tampering::~Tampering() {
    rewriting = nullptr;
}

// In front of libpq's: of prepared statements (PQprepare comes by here, too), and of what else goes through libpqxx.

extern "C" __attribute__((visibility("default"))) int tampered_PQsendPrepare(PGconn*, const char*,
                                                                             const char*, int,
                                                                             const Oid*) asm("PQsendPrepare");
int tampered_PQsendPrepare(PGconn* connection, const char* name, const char* sql, int count,
                           const Oid* types) {
    static const auto next = behind<decltype(tampered_PQsendPrepare)>("PQsendPrepare");
    const Prepared prepared{connection, name, sql};
    return next(connection, prepared.name.c_str(), prepared.sql.c_str(), count, types);
}

extern "C" __attribute__((visibility("default"))) PGresult* tampered_PQexecParams(PGconn*, const char*, int,
                                                                                  const Oid*,
                                                                                  const char* const*,
                                                                                  const int*, const int*,
                                                                                  int) asm("PQexecParams");
PGresult* tampered_PQexecParams(PGconn* connection, const char* sql, int count, const Oid* types,
                                const char* const* values, const int* lengths, const int* formats,
                                int format) {
    static const auto next = behind<decltype(tampered_PQexecParams)>("PQexecParams");
    somebody_asks();
    return next(connection, rewritten(sql).c_str(), count, types, values, lengths, formats, format);
}

}  // namespace simulation

// NOLINTEND(bugprone-reserved-identifier)

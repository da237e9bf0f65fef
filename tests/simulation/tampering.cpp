#include "tests/simulation/tampering.hpp"

#include <dlfcn.h>
#include <libpq-fe.h>

#include <utility>

// NOLINTBEGIN(bugprone-reserved-identifier)

namespace simulation {
namespace {

thread_local const Rewrite* rewriting = nullptr;

std::string rewritten(const char* sql) {
    return rewriting == nullptr ? std::string{sql} : (*rewriting)(sql);
}

template <class Signature>
Signature* behind(const char* symbol) {
    return reinterpret_cast<Signature*>(::dlsym(RTLD_NEXT, symbol));
}

}  // namespace

Tampering::Tampering(Rewrite rewrite) : rewrite_(std::move(rewrite)) {
    if (rewrite_) rewriting = &rewrite_;
}
Tampering::~Tampering() {
    rewriting = nullptr;
}

// In front of libpq's: of the engine's prepared statements, and of what goes through libpqxx.

extern "C" __attribute__((visibility("default"))) int tampered_PQsendPrepare(PGconn*, const char*,
                                                                             const char*, int,
                                                                             const Oid*) asm("PQsendPrepare");
int tampered_PQsendPrepare(PGconn* connection, const char* name, const char* sql, int count,
                           const Oid* types) {
    static const auto next = behind<decltype(tampered_PQsendPrepare)>("PQsendPrepare");
    return next(connection, name, rewritten(sql).c_str(), count, types);
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
    return next(connection, rewritten(sql).c_str(), count, types, values, lengths, formats, format);
}

}  // namespace simulation

// NOLINTEND(bugprone-reserved-identifier)

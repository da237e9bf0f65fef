#include "tests/simulation/parked_connections.hpp"

#include <libpq-fe.h>

#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/simulation/in_front_of.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier)

namespace simulation {
namespace {

/// As Postgres leaves a session to its next owner, but for the plans.
constexpr const char* leave =
    "reset session authorization; reset all; close all; unlisten *; discard temp; "
    "select pg_catalog.pg_advisory_unlock_all(); set application_name = 'parked'";

struct Known {
    std::string address;
    std::map<std::string, std::string> prepared{};  ///< statements' texts by name
};

/// All connections of the simulation on this thread.
struct Park {
    std::map<const PGconn*, Known> known;
    std::vector<PGconn*> parked;
};

thread_local std::optional<Park> park;

void finish(PGconn* connection) {
    static const auto next = behind<void(PGconn*)>("PQfinish");
    next(connection);
}

void hear_nothing(void*, const PGresult*) {}

bool done(PGresult* result) {
    const auto status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/// True if nothing of its owner is left.
bool has_been_left(PGconn* connection) {
    if (PQstatus(connection) != CONNECTION_OK || PQtransactionStatus(connection) != PQTRANS_IDLE)
        return false;
    if (PQpipelineStatus(connection) != PQ_PIPELINE_OFF && PQexitPipelineMode(connection) != 1) return false;
    if (PQsetnonblocking(connection, 0) != 0) return false;
    PQsetNoticeReceiver(connection, &hear_nothing, nullptr);
    if (!done(PQexec(connection, leave))) return false;
    while (PGnotify* heard = PQnotifies(connection)) PQfreemem(heard);
    return true;
}

/// For somebody of that name; none if none is left that lives.
PGconn* unparked(const std::string& address, const std::string& name) {
    for (auto at = park->parked.begin(); at != park->parked.end(); ++at) {
        if (park->known.at(*at).address != address) continue;
        PGconn* connection = *at;
        park->parked.erase(at);
        char* quoted = PQescapeLiteral(connection, name.data(), name.size());
        const std::string rename = "set application_name = " + std::string{quoted};
        PQfreemem(quoted);
        if (done(PQexec(connection, rename.c_str()))) return connection;
        park->known.erase(connection);
        finish(connection);
        return unparked(address, name);
    }
    return nullptr;
}

}  // namespace

ParkedConnections::ParkedConnections() {
    park.emplace();
}
ParkedConnections::~ParkedConnections() {
    for (PGconn* connection : park->parked) finish(connection);
    park.reset();
}

bool prepared_before(const pg_conn* connection, const std::string& name, const std::string& sql) {
    if (!park || name.empty()) return false;
    const auto known = park->known.find(connection);
    if (known == park->known.end()) return false;
    const auto [entry, is_new] = known->second.prepared.try_emplace(name, sql);
    if (entry->second != sql) throw std::logic_error("two statements have the name " + name);
    return !is_new;
}

extern "C" __attribute__((visibility("default"))) PGconn* parked_PQconnectStartParams(
    const char* const*, const char* const*, int) asm("PQconnectStartParams");
PGconn* parked_PQconnectStartParams(const char* const* keywords, const char* const* values, int expand) {
    static const auto next = behind<decltype(parked_PQconnectStartParams)>("PQconnectStartParams");
    if (!park) return next(keywords, values, expand);
    std::string address;
    std::string name;
    for (int i = 0; keywords[i] != nullptr; ++i) {
        if (std::strcmp(keywords[i], "application_name") == 0) {
            name = values[i];
        } else if (values[i] != nullptr) {
            address += std::string{keywords[i]} + "=" + values[i] + "\n";
        }
    }
    if (PGconn* connection = unparked(address, name)) return connection;
    PGconn* connection = next(keywords, values, expand);
    if (connection != nullptr) park->known[connection] = {address};
    return connection;
}

extern "C" __attribute__((visibility("default"))) PGconn* parked_PQconnectdb(const char*) asm("PQconnectdb");
PGconn* parked_PQconnectdb(const char* address) {
    static const auto next = behind<decltype(parked_PQconnectdb)>("PQconnectdb");
    if (!park) return next(address);
    if (PGconn* connection = unparked(address, "")) return connection;
    PGconn* connection = next(address);
    if (connection != nullptr) park->known[connection] = {address};
    return connection;
}

extern "C" __attribute__((visibility("default"))) PostgresPollingStatusType
parked_PQconnectPoll(PGconn*) asm("PQconnectPoll");
PostgresPollingStatusType parked_PQconnectPoll(PGconn* connection) {
    static const auto next = behind<decltype(parked_PQconnectPoll)>("PQconnectPoll");
    const bool stands = park && PQstatus(connection) == CONNECTION_OK;
    return stands ? PGRES_POLLING_OK : next(connection);
}

extern "C" __attribute__((visibility("default"))) void parked_PQfinish(PGconn*) asm("PQfinish");
void parked_PQfinish(PGconn* connection) {
    if (park && park->known.contains(connection)) {
        if (has_been_left(connection)) return park->parked.push_back(connection);
        park->known.erase(connection);
    }
    finish(connection);
}

}  // namespace simulation

// NOLINTEND(bugprone-reserved-identifier)

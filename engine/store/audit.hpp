#pragma once
// The trace of what operators do: one row an act, written in the transaction of the act, so that neither exists
// without the other. Never changed afterwards (the daemons' role may not).
//
// Thread-safety: none beyond the transaction given.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

struct AuditEntry {
    std::string identity;       ///< who; "" is recorded as "unknown"
    std::string verb;           ///< as the CLI spells it: "workflow reset"
    std::string target;         ///< what was acted on: a workflow id, a run id, a queue
    std::string reason{};       ///< the operator's words
    std::string details{"{}"};  ///< a JSON object of ids and figures. No payloads: what is here outlives runs
    std::optional<Uuid> batch{};  ///< the job that does it, if one does: goes into the details
};

/// Leaves the row. Throws std::invalid_argument when the verb or the target is missing.
void audit(pqxx::transaction_base& tx, const AuditEntry& entry);

/// An act as it was recorded.
struct Audited {
    std::int64_t id = 0;
    Timestamp at{};
    AuditEntry entry;
};
struct AuditFilter {
    std::optional<std::string> target{};
    std::optional<std::string> verb{};
    std::optional<Timestamp> after{};
    std::optional<std::int64_t> before{};  ///< page: acts older than this one
    std::int32_t limit = 50;
};
/// Newest first.
std::vector<Audited> list_audit(pqxx::transaction_base& tx, const AuditFilter& filter);

}  // namespace durable::store

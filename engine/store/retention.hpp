#pragma once
// How long closed runs are kept, by type and outcome, and their removal, each verb inside a caller's
// transaction. Open runs, and closed ones of a chain that goes on, are never touched.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// "" fits any type or outcome. The most special one decides: type and outcome, type, outcome, neither.
/// Without any a run is kept for ever.
struct RetentionPolicy {
    std::string type{};
    std::string status{};
    Duration keep{};
    bool export_first = false;  ///< only after its history has been exported
    Timestamp changed_at{};
};
[[nodiscard]] std::vector<RetentionPolicy> list_retention(pqxx::transaction_base& tx);
/// Throws std::invalid_argument for a time below zero or an outcome that does not exist.
void set_retention(pqxx::transaction_base& tx, const RetentionPolicy& policy);
/// False: there was none.
bool remove_retention(pqxx::transaction_base& tx, const std::string& type, const std::string& status);

struct ExpiredRun {
    RunId run;
    bool export_first = false;
};
/// Runs whose time is over, by id, after `after`. Those to be exported only if `can_export`.
[[nodiscard]] std::vector<ExpiredRun> expired_runs(pqxx::transaction_base& tx, std::optional<RunId> after,
                                                   int limit, bool can_export);
/// Returns how many were removed: all but those that are not closed after all.
std::int64_t forget_runs(pqxx::transaction_base& tx, const std::vector<RunId>& runs);
/// Removes names that led to removed runs, once these are `age` old: those in 4 MiB of the table, beginning where
/// `place` says, from 0 (its begin) to 1 (its end). Called now and then with places at random it comes by all of them.
/// Returns how many.
std::int64_t forget_workflow_ids(pqxx::transaction_base& tx, Duration age, double place);
/// True for one session at a time, until it gives the lock back or ends.
[[nodiscard]] bool lock_retention(pqxx::transaction_base& tx);
void unlock_retention(pqxx::transaction_base& tx);

/// A run as zstd-compressed lines of JSON: {run_id, workflow_id, ...}; {first_event, t, b, a, c} for each
/// activation; {payload, data} for each large payload. Encrypted payloads stay encrypted. None: there is no
/// such run.
[[nodiscard]] std::optional<std::string> archive_of(pqxx::transaction_base& tx, RunId run);

}  // namespace durable::store

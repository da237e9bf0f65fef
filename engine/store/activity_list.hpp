#pragma once
// Activities for people who look: those that have a row, and those whose outcome nobody knows. Inside the
// caller's transaction, reading only.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/payload_gate.hpp"
#include "engine/store/types.hpp"
#include "engine/workflow/failure.hpp"

namespace durable::store {

/// None: any.
struct ActivityFilter {
    std::optional<std::string> name_space{"default"};
    std::optional<std::string> type{};
    std::optional<std::string> queue{};
    std::optional<std::string> state{};  ///< as in PendingActivity
    std::optional<std::string> workflow_id_prefix{};
    std::optional<Tenant> tenant{};
    std::optional<RunId> run{};
    std::int32_t limit = 50;  ///< 1 to 10,000
};

/// An activity that has a row. Those that their run's worker runs itself have none: `describe` of the run and
/// `why` know them.
struct PendingActivity {
    RunId run;
    EventId activity;
    WorkflowId workflow;
    std::string type;
    std::string queue;
    Tenant tenant;
    std::string state;  ///< "waiting", "retrying", "running", "awaiting" (handed out) or "paused"
    int attempt = 1;
    int lost_attempts = 0;
    int priority = 3;
    std::optional<std::string> limit_key;
    bool cancel_requested = false;
    std::optional<std::string> worker;
    std::optional<std::string> paused_by;
    std::optional<std::string> pause_reason;
    std::optional<Timestamp> paused_at;  ///< also of one that still runs: nothing follows it
    Timestamp scheduled_at;
    std::optional<Timestamp> available_at;  ///< none: it is held
    std::optional<Timestamp> times_out_at;  ///< the first of its time-outs to come
    history::ActivityScheduled task;        ///< as operators have left it
    std::optional<Failure> last_failure;
    std::optional<Payload> heartbeat_details;
    Timestamp now;  ///< database time
};
/// Those that have waited longest first. `gate` opens their payloads; null: as they are stored.
[[nodiscard]] std::vector<PendingActivity> list_activities(pqxx::transaction_base& tx,
                                                           const ActivityFilter& filter,
                                                           PayloadGate* gate = nullptr);

/// An at-most-once activity that ended without anybody knowing whether it had its effect.
struct UnknownOutcome {
    RunId run;
    EventId activity;
    WorkflowId workflow;
    Tenant tenant;
    std::string type;
    int attempts = 0;
    std::string message;
    Timestamp at;  ///< when the run was told
};
/// Of runs that started since; newest run first. Reads all their histories.
[[nodiscard]] std::vector<UnknownOutcome> unknown_outcomes(pqxx::transaction_base& tx, Timestamp since,
                                                           std::int32_t limit);

}  // namespace durable::store

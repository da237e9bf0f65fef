#pragma once
// Where an activity of an open run stands, held until the end of the caller's transaction: what answers from
// outside and operators' verbs begin with.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/payload_gate.hpp"
#include "engine/store/runs.hpp"

namespace durable::store {

/// The run that an activity belongs to, locked.
struct HeldLiveRun {
    RunId run;
    RunId chain;
    Timestamp now;
    std::string queue;
};
/// None: it is not open.
[[nodiscard]] std::optional<HeldLiveRun> hold_live_run(pqxx::transaction_base& tx, RunId run);

/// An activity's row, locked.
struct HeldActivity {
    std::optional<std::int32_t> owner;
    Fence fence;
    int attempt = 1;
    int lost_attempts = 0;
    bool cancel_requested = false;
    bool awaiting = false;
    bool paused = false;
    std::string paused_by;
    std::string after_attempt;  ///< "", "retry" or "restart"
    std::string queue;
    history::ActivityScheduled task;
    Timestamp scheduled_at;
    std::optional<Timestamp> close_by;
    Timestamp now;

    /// An attempt is under way, in a worker or outside.
    [[nodiscard]] bool begun() const { return owner.has_value() || awaiting; }
};
/// None: it has no row. The caller holds the live row.
[[nodiscard]] std::optional<HeldActivity> hold_activity(pqxx::transaction_base& tx, RunId run,
                                                        EventId activity);

/// What history and inbox say of an activity.
struct ActivityRecord {
    std::optional<history::ActivityScheduled> scheduled;  ///< none: no such activity
    Timestamp scheduled_at;
    std::optional<history::Event> outcome;  ///< ActivityCompleted or ActivityFailed, recorded or on its way
};
/// `gate`: opens the outcome's payloads; null: they stay as they are stored.
[[nodiscard]] ActivityRecord activity_record(pqxx::transaction_base& tx, RunId run, RunId chain,
                                             EventId activity, PayloadGate* gate);

/// Gives the run its result: drops the row, if there is one, and sends the event, sealed by `gate` unless that is null.
void settle_activity(pqxx::transaction_base& tx, const HeldLiveRun& live, EventId activity,
                     const history::Event& outcome, PayloadGate* gate);

/// An event, or one payload, as rows keep it.
[[nodiscard]] std::string sealed_event(pqxx::transaction_base& tx, RunId run, const history::Event& event,
                                       PayloadGate* gate);
[[nodiscard]] Payload sealed(pqxx::transaction_base& tx, RunId run, const Payload& payload,
                             PayloadGate* gate);

/// Microseconds, as the statements take them; none for zero, which means "not limited".
[[nodiscard]] std::optional<std::string> limit_text(Duration limit);

}  // namespace durable::store

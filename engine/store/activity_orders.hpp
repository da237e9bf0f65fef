#pragma once
// What operators do to a pending activity: hold it, let it go, begin it anew, change it, answer for it. Each
// verb works inside the caller's transaction and leaves a row in engine.audit there; nothing here commits,
// notifies or retries.
//
// They work wherever the activity stands:
//   waits      at once
//   runs       the attempt is left alone (pause, change) or asked to stop (reset), and the order is applied
//              when it has ended: after a change or a reset its failure is not final, the next attempt follows
//              at once
//   handed out as for one that runs; reset takes it back, its token becomes stale
//   no row     (its run's worker runs it itself) the order waits beside the run, that worker is told, and
//              applies it when the attempt has failed
//
// An attempt that succeeds has done the activity's work, whatever was ordered meanwhile.
//
// `gate` seals what goes into rows; null: payloads as they are.
//
// Lock order: live_runs -> activities -> inbox. Not thread-safe beyond the transaction given.

#include <boost/describe.hpp>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/payload_gate.hpp"
#include "engine/store/runs.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/payload.hpp"

namespace durable::store {

/// An activity of an open run, named by the event that scheduled it.
struct ActivityRef {
    RunRef run;
    EventId activity;
};

/// Who orders it, and why: recorded.
struct OrderedBy {
    std::string identity;
    std::string reason{};
    std::optional<Uuid> batch{};  ///< the job that orders it, if one does
};

enum class OrderOutcome {
    done,
    already,    ///< it was so before: nothing has changed, nothing is recorded
    refused,    ///< it stands in a way that the verb does not fit: `problem` says what to do
    ended,      ///< the activity has its result
    closed,     ///< its run has ended
    not_found,  ///< no such run, or no such activity in it
};

struct Ordered {
    OrderOutcome outcome = OrderOutcome::not_found;
    std::string problem{};         ///< one sentence, when it is neither done nor already
    std::string note{};            ///< when done: what happens next, if that is not obvious
    RunId run{};                   ///< the one that was meant
    std::string run_queue{};       ///< whom to tell
    std::string activity_queue{};  ///< whom to tell; "" if it has no row
    [[nodiscard]] bool good() const {
        return outcome == OrderOutcome::done || outcome == OrderOutcome::already;
    }
};

/// No attempt begins until it is unpaused; one that runs may end. Schedule-to-close goes on running.
Ordered pause_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);
/// What waits may be picked up now, whatever was left of its back-off.
Ordered unpause_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);
/// As if it had just been scheduled: attempt 1, no details, all time-outs from now. Unpaused, unless
/// `keep_paused`. A running attempt is asked to stop first.
Ordered reset_activity(pqxx::transaction_base& tx, const ActivityRef& activity, bool keep_paused,
                       const OrderedBy& by);
/// The next attempt now instead of at its time. Refused if there is nothing to wait for.
Ordered retry_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);

/// What is given is changed. Zero takes a time-out away.
struct ActivityChanges {
    std::optional<Duration> schedule_to_close{};
    std::optional<Duration> schedule_to_start{};
    std::optional<Duration> start_to_close{};
    std::optional<Duration> heartbeat{};
    std::optional<Duration> initial_interval{};
    std::optional<Duration> maximum_interval{};
    std::optional<double> backoff_coefficient{};
    std::optional<int> maximum_attempts{};
    std::optional<std::string> queue{};
    std::optional<int> priority{};

    bool operator==(const ActivityChanges&) const = default;
};
BOOST_DESCRIBE_STRUCT(ActivityChanges, (),
                      (schedule_to_close, schedule_to_start, start_to_close, heartbeat, initial_interval,
                       maximum_interval, backoff_coefficient, maximum_attempts, queue, priority))
/// For the attempts to come; schedule-to-close counts from the schedule, at once. Refused if they do not fit
/// each other.
Ordered change_activity(pqxx::transaction_base& tx, const ActivityRef& activity,
                        const ActivityChanges& changes, const OrderedBy& by);
/// Another input for the attempts to come. History keeps what the workflow had given.
Ordered edit_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const Payload& input,
                      const OrderedBy& by, PayloadGate* gate = nullptr);

/// Ends it with this result, wherever it stands. An attempt that runs is asked to stop; nobody listens to it
/// any more. A result that the workflow cannot decode blocks the run.
Ordered skip_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const Payload& result,
                      const OrderedBy& by, PayloadGate* gate = nullptr);
/// The same with a failure: no attempt follows.
Ordered fail_pending_activity(pqxx::transaction_base& tx, const ActivityRef& activity, const Failure& failure,
                              const OrderedBy& by, PayloadGate* gate = nullptr);

}  // namespace durable::store

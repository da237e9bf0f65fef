#include "engine/store/activity_orders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "engine/replay/activity_machine.hpp"
#include "engine/store/activity_place.hpp"
#include "engine/store/audit.hpp"
#include "engine/store/names.hpp"
#include "engine/store/schedule_rows.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/retry.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// A pending activity, held.
struct Place {
    HeldLiveRun live;
    EventId activity;
    std::optional<HeldActivity> row;
    ActivityRecord record;  ///< without a row: as it was scheduled

    [[nodiscard]] std::string run() const { return live.run.value.to_string(); }
    [[nodiscard]] std::string name() const {
        const auto& type = row ? row->task.type : record.scheduled->type;
        return fmt::format("activity {} (event {})", type, activity.value);
    }
};

using Act = std::function<Ordered(const Place&)>;

Ordered outcome(OrderOutcome what, std::string problem = {}) {
    Ordered ordered;
    ordered.outcome = what;
    ordered.problem = std::move(problem);
    return ordered;
}

Ordered done(std::string note = {}) {
    Ordered ordered = outcome(OrderOutcome::done);
    ordered.note = std::move(note);
    return ordered;
}

Ordered already() {
    return outcome(OrderOutcome::already);
}

std::string name_of(const ActivityRef& ref) {
    const auto run = ref.run.run ? "run " + ref.run.run->value.to_string()
                                 : "the open run of workflow " + ref.run.workflow.value;
    return fmt::format("activity {} of {}", ref.activity.value, run);
}

/// Why there is nothing to act on; none if there is.
std::optional<Ordered> problem_with(const ActivityRef& ref, const ActivityRecord& record) {
    if (!record.scheduled) {
        return outcome(OrderOutcome::not_found,
                       fmt::format("there is no {}: give the number of its ActivityScheduled event, as "
                                   "activity list shows it",
                                   name_of(ref)));
    }
    if (record.outcome) return outcome(OrderOutcome::ended, name_of(ref) + " has its result already");
    return std::nullopt;
}

void record_act(pqxx::transaction_base& tx, const Place& place, const std::string& verb,
                const OrderedBy& by) {
    const int attempt = place.row ? place.row->attempt : 1;
    const char* state = !place.row            ? "held by its run's worker"
                        : place.row->owner    ? "running"
                        : place.row->awaiting ? "awaiting"
                        : place.row->paused   ? "paused"
                                              : "waiting";
    audit(tx, {by.identity, verb, fmt::format("{}/{}", place.run(), place.activity.value), by.reason,
               fmt::format(R"({{"attempt":{},"state":"{}"}})", attempt, state), by.batch});
}

/// Holds the run and the activity, lets `act` do the rest, and leaves the trace if it has done something.
Ordered with_place(pqxx::transaction_base& tx, const ActivityRef& ref, const OrderedBy& by,
                   const std::string& verb, const Act& act) {
    const auto run = resolve(tx, ref.run);
    if (!run) return outcome(OrderOutcome::not_found, "there is no run for " + name_of(ref));
    const auto live = hold_live_run(tx, *run);
    if (!live)
        return outcome(OrderOutcome::closed, "the run has ended: " + name_of(ref) + " is over with it");
    Place place{*live, ref.activity, hold_activity(tx, *run, ref.activity), {}};
    if (!place.row) {
        place.record = activity_record(tx, *run, live->chain, ref.activity, nullptr);
        if (auto problem = problem_with(ref, place.record)) return *problem;
    }
    Ordered ordered = act(place);
    ordered.run = *run;
    ordered.run_queue = live->queue;
    if (place.row) ordered.activity_queue = place.row->queue;
    if (ordered.outcome == OrderOutcome::done) record_act(tx, place, verb, by);
    return ordered;
}

/// An end is near: there is nothing to hold, to begin anew or to change.
std::optional<Ordered> asked_to_stop(const Place& place) {
    if (!place.row || !place.row->cancel_requested) return std::nullopt;
    return outcome(OrderOutcome::refused,
                   place.name() + " is asked to stop by its workflow. To end it: activity skip or fail");
}

// --- the order beside a run, for an activity without a row ---------------------------------------------------

struct Waiting {
    bool paused = false;
    bool restart = false;
    std::optional<history::ActivityScheduled> task;
};

Waiting order_of(pqxx::transaction_base& tx, const Place& place) {
    const auto rows = tx.exec_params(std::string{sql::activity_order}, place.run(), place.activity.value);
    Waiting order;
    if (rows.empty()) return order;
    order.paused = rows[0]["paused"].as<bool>();
    order.restart = rows[0]["restart"].as<bool>();
    if (!rows[0]["task"].is_null()) {
        order.task =
            std::get<history::ActivityScheduled>(history::decode_event(bytes_of(rows[0]["task"].c_str())));
    }
    return order;
}

struct Columns {
    std::optional<std::string> task, queue, priority, start_to_close, heartbeat, close_by;
};

Columns columns_of(const history::ActivityScheduled& task, Timestamp scheduled_at,
                   const std::string& run_queue) {
    const ActivityOptions& options = task.options;
    Columns columns;
    columns.task = bytea_text(history::encode_event(task));
    columns.queue = options.queue.empty() ? run_queue : options.queue;
    columns.priority = std::to_string(options.priority);
    columns.start_to_close = limit_text(options.start_to_close);
    columns.heartbeat = limit_text(options.heartbeat);
    if (options.schedule_to_close > Duration::zero())
        columns.close_by = microseconds_text(scheduled_at + options.schedule_to_close);
    return columns;
}

/// The worker that runs it is told by a message to the run; the order itself is what counts.
Ordered leave_order(pqxx::transaction_base& tx, const Place& place, const std::string& kind,
                    const OrderedBy& by, const Columns& columns = {}) {
    tx.exec_params(std::string{sql::order_activity}, place.run(), place.activity.value, kind,
                   by.identity.empty() ? "unknown" : by.identity, by.reason, or_null(columns.task),
                   or_null(columns.queue), or_null(columns.priority), or_null(columns.start_to_close),
                   or_null(columns.heartbeat), or_null(columns.close_by));
    const history::ActivityOrdered told{place.activity, kind.starts_with("restart")};
    tx.exec_params(std::string{sql::put_message}, place.run(), bytea_text(history::encode_event(told)));
    return done(
        "its run's worker runs it now: the order is applied when that attempt has ended, unless it "
        "succeeds");
}

// --- the row ----------------------------------------------------------------------------------------------------

constexpr bool keep_details = true;

struct Freed {
    int attempt = 1;
    int lost_attempts = 0;
    bool details = keep_details;
    bool stays_paused = false;
    std::optional<Timestamp> close_by;
};

void free_row(pqxx::transaction_base& tx, const Place& place, const Freed& freed) {
    const auto start_by = limit_text(place.row->task.options.schedule_to_start);
    const auto close_by = microseconds_text(freed.close_by);
    tx.exec_params(std::string{sql::free_activity}, place.run(), place.activity.value, freed.attempt,
                   freed.lost_attempts, freed.details, freed.stays_paused, or_null(start_by),
                   or_null(close_by));
}

Freed as_it_is(const HeldActivity& row) {
    return {row.attempt, row.lost_attempts, keep_details, false, row.close_by};
}

/// Schedule-to-close of an activity that begins anew.
std::optional<Timestamp> budget_from_now(const history::ActivityScheduled& task, Timestamp now) {
    const Duration limit = task.options.schedule_to_close;
    return limit > Duration::zero() ? std::optional{now + limit} : std::nullopt;
}

Ordered reset_row(pqxx::transaction_base& tx, const Place& place, bool keep_paused) {
    const HeldActivity& row = *place.row;
    const auto close_by = budget_from_now(row.task, row.now);
    if (row.owner) {
        const auto close = microseconds_text(close_by);
        tx.exec_params(std::string{sql::restart_activity}, place.run(), place.activity.value, keep_paused,
                       or_null(close));
        return done(
            "the attempt that runs is asked to stop; it begins anew when that has ended, unless it "
            "succeeds");
    }
    // An earlier attempt may have had its effect: an at-most-once activity looks for that first.
    const bool look_first = row.task.options.delivery == Delivery::at_most_once;
    const int lost = look_first ? std::max(row.lost_attempts, row.awaiting || row.attempt > 1 ? 1 : 0) : 0;
    free_row(tx, place, {1, lost, !keep_details, keep_paused && row.paused, close_by});
    return done(row.awaiting ? "what was handed out is taken back: its token is stale" : "");
}

// --- changes ----------------------------------------------------------------------------------------------------

template <class T>
void take(T& value, const std::optional<T>& changed) {
    if (changed) value = *changed;
}

ActivityOptions changed_options(ActivityOptions options, const ActivityChanges& changes) {
    take(options.schedule_to_close, changes.schedule_to_close);
    take(options.schedule_to_start, changes.schedule_to_start);
    take(options.start_to_close, changes.start_to_close);
    take(options.heartbeat, changes.heartbeat);
    take(options.retry.initial_interval, changes.initial_interval);
    take(options.retry.maximum_interval, changes.maximum_interval);
    take(options.retry.backoff_coefficient, changes.backoff_coefficient);
    take(options.retry.maximum_attempts, changes.maximum_attempts);
    take(options.queue, changes.queue);
    take(options.priority, changes.priority);
    return options;
}

/// The task as it is now, with whatever earlier orders have made of it.
history::ActivityScheduled task_of(pqxx::transaction_base& tx, const Place& place) {
    if (place.row) return place.row->task;
    const Waiting order = order_of(tx, place);
    return order.task ? *order.task : *place.record.scheduled;
}

Ordered give_task(pqxx::transaction_base& tx, const Place& place, const history::ActivityScheduled& task,
                  const OrderedBy& by) {
    const Timestamp scheduled_at = place.row ? place.row->scheduled_at : place.record.scheduled_at;
    if (auto refused = asked_to_stop(place)) return *refused;
    Columns columns = columns_of(task, scheduled_at, place.live.queue);
    if (!place.row) return leave_order(tx, place, "change", by, columns);
    if (task.options.queue == place.row->task.options.queue) columns.queue = place.row->queue;
    // A budget that is not changed goes on as it was, perhaps counted anew by a reset.
    if (task.options.schedule_to_close == place.row->task.options.schedule_to_close)
        columns.close_by = microseconds_text(place.row->close_by);
    tx.exec_params(std::string{sql::change_activity}, place.run(), place.activity.value,
                   or_null(columns.task), or_null(columns.queue), or_null(columns.priority),
                   or_null(columns.start_to_close), or_null(columns.heartbeat), or_null(columns.close_by));
    return done(place.row->begun() ? "the attempt that is under way keeps what it was given" : "");
}

/// An answer in the operator's name.
Ordered answer_for(pqxx::transaction_base& tx, const Place& place, const history::Event& result,
                   PayloadGate* gate) {
    settle_activity(tx, place.live, place.activity, result, gate);
    const bool runs = !place.row || place.row->owner;
    return done(runs ? "the attempt that runs is asked to stop; nobody listens to it any more" : "");
}

}  // namespace

// --- the verbs --------------------------------------------------------------------------------------------------

Ordered pause_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const OrderedBy& by) {
    return with_place(tx, ref, by, "activity pause", [&](const Place& place) {
        if (!place.row) {
            return order_of(tx, place).paused ? already() : leave_order(tx, place, "pause", by);
        }
        if (place.row->paused) return already();
        if (auto refused = asked_to_stop(place)) return *refused;
        tx.exec_params(std::string{sql::pause_activity}, place.run(), place.activity.value,
                       by.identity.empty() ? "unknown" : by.identity, by.reason);
        return done(place.row->begun() ? "the attempt that is under way may end; no other one follows" : "");
    });
}

Ordered unpause_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const OrderedBy& by) {
    return with_place(tx, ref, by, "activity unpause", [&](const Place& place) {
        if (!place.row) {
            return order_of(tx, place).paused ? leave_order(tx, place, "unpause", by) : already();
        }
        if (!place.row->paused) return already();
        if (place.row->begun()) {
            tx.exec_params(std::string{sql::unpause_activity}, place.run(), place.activity.value);
        } else {
            free_row(tx, place, as_it_is(*place.row));
        }
        return done();
    });
}

Ordered reset_activity(pqxx::transaction_base& tx, const ActivityRef& ref, bool keep_paused,
                       const OrderedBy& by) {
    return with_place(tx, ref, by, "activity reset", [&](const Place& place) {
        if (auto refused = asked_to_stop(place)) return *refused;
        if (place.row) return reset_row(tx, place, keep_paused);
        Columns columns;
        columns.close_by = microseconds_text(budget_from_now(task_of(tx, place), place.live.now));
        return leave_order(tx, place, keep_paused ? "restart paused" : "restart", by, columns);
    });
}

Ordered retry_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const OrderedBy& by) {
    return with_place(tx, ref, by, "activity retry", [&](const Place& place) {
        if (!place.row || place.row->owner) {
            return outcome(OrderOutcome::refused,
                           place.name() +
                               " runs: there is no waiting to cut short. To begin anew: activity "
                               "reset");
        }
        if (place.row->awaiting) {
            return outcome(OrderOutcome::refused,
                           place.name() +
                               " was handed out and waits for its completion. To complete it: "
                               "activity complete; to begin anew: activity reset");
        }
        if (place.row->paused) {
            return outcome(OrderOutcome::refused, place.name() + " is paused by " + place.row->paused_by +
                                                      ". To let it go on, now: activity unpause");
        }
        free_row(tx, place, as_it_is(*place.row));
        return done();
    });
}

Ordered change_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const ActivityChanges& changes,
                        const OrderedBy& by) {
    if (changes.queue) check_name("queue", *changes.queue);
    return with_place(tx, ref, by, "activity update-options", [&](const Place& place) {
        history::ActivityScheduled task = task_of(tx, place);
        auto options = replay::normalise(changed_options(task.options, changes), Duration::zero());
        if (const auto* problem = std::get_if<std::string>(&options)) {
            return outcome(OrderOutcome::refused, "with these options the activity has " + *problem);
        }
        if (std::get<ActivityOptions>(options) == task.options) return already();
        task.options = std::get<ActivityOptions>(std::move(options));
        return give_task(tx, place, task, by);
    });
}

Ordered edit_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const Payload& input,
                      const OrderedBy& by, PayloadGate* gate) {
    return with_place(tx, ref, by, "activity edit-input", [&](const Place& place) {
        history::ActivityScheduled task = task_of(tx, place);
        if (task.input == input) return already();
        task.input = sealed(tx, place.live.run, input, gate);
        return give_task(tx, place, task, by);
    });
}

Ordered skip_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const Payload& result,
                      const OrderedBy& by, PayloadGate* gate) {
    return with_place(tx, ref, by, "activity skip", [&](const Place& place) {
        const int attempts = place.row ? place.row->attempt : 1;
        return answer_for(tx, place, history::ActivityCompleted{place.activity, result, attempts}, gate);
    });
}

Ordered fail_pending_activity(pqxx::transaction_base& tx, const ActivityRef& ref, const Failure& failure,
                              const OrderedBy& by, PayloadGate* gate) {
    return with_place(tx, ref, by, "activity fail", [&](const Place& place) {
        const int attempts = place.row ? place.row->attempt : 1;
        const auto& type = place.row ? place.row->task.type : place.record.scheduled->type;
        Failure last =
            final_failure({type, place.activity, attempts, RetryState::non_retryable}, bounded(failure));
        return answer_for(tx, place, history::ActivityFailed{place.activity, std::move(last)}, gate);
    });
}

}  // namespace durable::store

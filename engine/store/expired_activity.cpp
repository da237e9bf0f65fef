#include "engine/store/expired_activity.hpp"

#include <fmt/format.h>

#include <memory>

#include "engine/workflow/retry.hpp"

namespace durable::store {
namespace {

bool passed(const std::optional<Timestamp>& deadline, Timestamp now) {
    return deadline && *deadline <= now;
}

/// Which time is over; the ones that end the activity come first.
TimeoutType timeout_of(const ExpiredActivity& expired) {
    if (passed(expired.row.close_by, expired.now)) return TimeoutType::schedule_to_close;
    if (!expired.owner && passed(expired.row.schedule_to_start_by, expired.now))
        return TimeoutType::schedule_to_start;
    if (passed(expired.attempt_deadline, expired.now)) return TimeoutType::start_to_close;
    if (passed(expired.heartbeat_due, expired.now)) return TimeoutType::heartbeat;
    return TimeoutType::none;
}

std::string_view describe(TimeoutType timeout) {
    switch (timeout) {
        case TimeoutType::schedule_to_close:
            return "it was not finished in time (schedule-to-close)";
        case TimeoutType::schedule_to_start:
            return "nobody picked it up in time (schedule-to-start)";
        case TimeoutType::start_to_close:
            return "the attempt took too long (start-to-close)";
        case TimeoutType::heartbeat:
            return "the attempt gave no sign of life (heartbeat)";
        case TimeoutType::none:
        case TimeoutType::wait:
            break;
    }
    return "its worker died under it too many times";
}

Failure cause_of(TimeoutType timeout) {
    Failure cause;
    cause.kind = timeout == TimeoutType::none ? FailureKind::application : FailureKind::timed_out;
    if (timeout == TimeoutType::none) cause.type = "WorkerLost";
    cause.timeout = timeout;
    cause.message = describe(timeout);
    return cause;
}

/// An attempt has begun at least once, so its effect may have happened.
bool has_begun(const ExpiredActivity& expired) {
    return expired.owner || expired.row.attempt > 1 || expired.row.lost_attempts > 0;
}

bool outcome_may_be_unknown(const ExpiredActivity& expired, const history::ActivityScheduled& task) {
    return task.options.delivery == Delivery::at_most_once && has_begun(expired);
}

ExpiredDecision give_up(const ExpiredActivity& expired, const history::ActivityScheduled& task,
                        const Failure& cause, RetryState why) {
    Failure failure = final_failure({task.type, expired.row.activity, expired.row.attempt, why}, cause);
    if (outcome_may_be_unknown(expired, task)) failure.retry_state = RetryState::outcome_unknown;
    return {history::encode_event(history::ActivityFailed{expired.row.activity, std::move(failure)}),
            std::nullopt};
}

ExpiredDecision try_again(const ExpiredActivity& expired, const Failure& cause, Timestamp at) {
    ActivityRow again = expired.row;
    again.available_at = at;
    again.schedule_to_start_by = std::nullopt;
    again.last_failure = history::encode_event(history::ActivityFailed{expired.row.activity, cause});
    return {std::nullopt, std::move(again)};
}

}  // namespace

ExpiredActivity expired_activity(const Rows& rows, int i) {
    ExpiredActivity expired;
    expired.now = rows.moment(i, 0);
    expired.row.run = RunId{rows.uuid(i, 1)};
    expired.row.activity = EventId{rows.int32(i, 2)};
    if (!rows.is_null(i, 3)) expired.owner = WorkerNo{rows.int32(i, 3)};
    expired.fence = {rows.int32(i, 4), rows.int64(i, 5)};
    expired.row.attempt = rows.int32(i, 6);
    expired.row.lost_attempts = rows.int32(i, 7);
    expired.cancel_requested = rows.boolean(i, 8);
    expired.row.close_by = rows.moment_or_none(i, 9);
    expired.row.schedule_to_start_by = rows.moment_or_none(i, 10);
    expired.attempt_deadline = rows.moment_or_none(i, 11);
    expired.heartbeat_due = rows.moment_or_none(i, 12);
    expired.row.task = rows.bytes(i, 13);
    expired.row.last_failure = rows.bytes_or_none(i, 14);
    expired.row.scheduled_at = rows.moment(i, 15);
    return expired;
}

ExpiredDecision decide_expired(const ExpiredActivity& expired) {
    const history::Event event = history::decode_event(expired.row.task);
    const auto& task = std::get<history::ActivityScheduled>(event);
    const TimeoutType timeout = timeout_of(expired);
    const Failure cause = cause_of(timeout);
    if (timeout == TimeoutType::none) return give_up(expired, task, cause, RetryState::lost_attempts);
    if (timeout == TimeoutType::schedule_to_close || timeout == TimeoutType::schedule_to_start) {
        return give_up(expired, task, cause, RetryState::timeout);
    }
    if (outcome_may_be_unknown(expired, task) && !expired.cancel_requested) {
        // The mark makes the next attempt look for the effect before it does anything; the attempt is the
        // same one.
        Failure unknown = cause;
        unknown.retry_state = RetryState::outcome_unknown;
        return try_again(expired, unknown, expired.now + backoff(task.options.retry, expired.row.attempt));
    }
    const RetryDecision decision =
        decide_retry(task.options.retry, {cause, expired.row.attempt, expired.row.lost_attempts, expired.now,
                                          expired.row.close_by, expired.cancel_requested});
    if (!decision.next_attempt_at) return give_up(expired, task, cause, decision.gave_up);
    ExpiredDecision again = try_again(expired, cause, *decision.next_attempt_at);
    ++again.again->attempt;
    return again;
}

}  // namespace durable::store

#include "engine/worker/verdict.hpp"

#include <utility>

#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

/// The mark that makes the next attempt reconcile first, and counts how often the hook was asked (in
/// `attempts`).
Failure marked_unknown(Failure seen, int asked) {
    seen.retry_state = RetryState::outcome_unknown;
    seen.attempts = asked;
    return seen;
}

bool is_marked(const std::optional<Failure>& failure) {
    return failure && failure->retry_state == RetryState::outcome_unknown;
}

Failure unmarked(Failure failure) {
    failure.retry_state = RetryState::none;
    return failure;
}

Verdict ask_again(const ActivityFacts& facts, const AttemptOutcome& outcome, Timestamp now) {
    const bool asked_before = outcome.kind == AttemptOutcome::Kind::still_unknown;
    const int asked = asked_before && is_marked(facts.last_failure) ? facts.last_failure->attempts + 1 : 0;
    const Failure& seen = asked_before && facts.last_failure ? *facts.last_failure : outcome.failure;
    const Timestamp next = now + backoff(facts.task->options.retry, asked + 1);
    const bool late = facts.close_by ? next >= *facts.close_by : asked >= reconcile_limit;
    if (late || facts.cancel_requested) {
        return history::Event{gave_up(facts, RetryState::outcome_unknown, unmarked(seen))};
    }
    store::ActivityRow row = row_of(facts, next);
    row.last_failure = encode_failure(marked_unknown(seen, asked));
    return row;
}

Verdict after_failure(const ActivityFacts& facts, const AttemptOutcome& outcome, Timestamp now) {
    const AttemptFailed failed{outcome.failure, facts.attempt,         facts.lost_attempts, now,
                               facts.close_by,  facts.cancel_requested};
    const RetryDecision decision = decide_retry(facts.task->options.retry, failed);
    if (!decision.next_attempt_at) {
        return history::Event{gave_up(facts, decision.gave_up, outcome.failure)};
    }
    store::ActivityRow row = row_of(facts, *decision.next_attempt_at);
    row.attempt = facts.attempt + 1;
    row.last_failure = encode_failure(unmarked(outcome.failure));
    return row;
}

}  // namespace

ActivityFacts facts_of(const Attempt& attempt, const std::string& queue) {
    ActivityFacts facts;
    facts.run = attempt.info.run;
    facts.activity = attempt.info.activity;
    facts.tenant = attempt.info.tenant;
    facts.subject = attempt.subject;
    facts.queue = queue;
    facts.task = attempt.task;
    facts.attempt = attempt.info.attempt;
    facts.lost_attempts = attempt.info.lost_attempts;
    facts.scheduled_at = attempt.info.scheduled_at;
    facts.close_by = attempt.close_by;
    facts.last_failure = attempt.last_failure;
    facts.heartbeat_details = attempt.heartbeat_details;
    return facts;
}

Verdict judge(const ActivityFacts& given, AttemptOutcome outcome, Timestamp now) {
    if (outcome.kind == AttemptOutcome::Kind::completed) {
        return history::Event{
            history::ActivityCompleted{given.activity, std::move(outcome.result), outcome.attempt}};
    }
    ActivityFacts facts = given;
    facts.attempt = outcome.attempt;
    if (!outcome.heartbeat_details.is_null()) facts.heartbeat_details = outcome.heartbeat_details;
    switch (outcome.kind) {
        case AttemptOutcome::Kind::unknown:
        case AttemptOutcome::Kind::still_unknown:
            return ask_again(facts, outcome, now);
        default:
            return after_failure(facts, outcome, now);
    }
}

Verdict not_final(const ActivityFacts& facts, Verdict verdict, Timestamp now) {
    const auto* event = std::get_if<history::Event>(&verdict);
    const auto* failed = event == nullptr ? nullptr : std::get_if<history::ActivityFailed>(event);
    if (failed == nullptr || facts.cancel_requested) return verdict;
    store::ActivityRow row = row_of(facts, now);
    row.attempt = facts.attempt + 1;
    row.last_failure = encode_failure(failed->failure);
    return row;
}

store::ActivityRow row_of(const ActivityFacts& facts, Timestamp available_at) {
    store::ActivityRow row;
    row.run = facts.run;
    row.activity = facts.activity;
    row.tenant = facts.tenant;
    row.queue = facts.queue;
    row.type = facts.task->type;
    row.attempt = facts.attempt;
    row.lost_attempts = facts.lost_attempts;
    row.scheduled_at = facts.scheduled_at;
    row.available_at = available_at;
    if (facts.task->options.schedule_to_start > Duration::zero()) {
        row.schedule_to_start_by = available_at + facts.task->options.schedule_to_start;
    }
    row.close_by = facts.close_by;
    row.task = history::encode_event(*facts.task);
    if (facts.last_failure) row.last_failure = encode_failure(*facts.last_failure);
    if (!facts.heartbeat_details.is_null()) row.heartbeat_details = facts.heartbeat_details.json;
    return row;
}

history::ActivityFailed gave_up(const ActivityFacts& facts, RetryState why, const Failure& cause) {
    return {facts.activity, final_failure({facts.task->type, facts.activity, facts.attempt, why}, cause)};
}

std::optional<Timestamp> close_deadline(const ActivityOptions& options, Timestamp scheduled_at) {
    if (options.schedule_to_close <= Duration::zero()) return std::nullopt;
    return scheduled_at + options.schedule_to_close;
}

Timestamp available_after_interruption(const history::ActivityScheduled& task, Timestamp now) {
    return task.options.delivery == Delivery::at_most_once ? now + settling : now;
}

std::string encode_failure(const Failure& failure) {
    return history::encode_event(history::ActivityFailed{failure.activity_id, failure});
}

std::optional<Failure> decode_failure(const std::optional<std::string>& bytes) {
    if (!bytes || bytes->empty()) return std::nullopt;
    const history::Event event = history::decode_event(*bytes);
    const auto* failed = std::get_if<history::ActivityFailed>(&event);
    return failed == nullptr ? std::nullopt : std::optional{failed->failure};
}

std::string idempotency_key(RunId run, EventId activity) {
    return run.value.to_string() + "/" + std::to_string(activity.value);
}

bool must_reconcile(const Attempt& attempt) {
    if (attempt.task->options.delivery != Delivery::at_most_once) return false;
    return attempt.info.lost_attempts > 0 || attempt.info.in_doubt_since || is_marked(attempt.last_failure);
}

}  // namespace durable::worker

#include "engine/workflow/retry.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace durable {
namespace {

/// Far beyond any use, far below overflow when added to a Timestamp.
constexpr Duration longest_delay = std::chrono::days{36'500};

Duration maximum_interval(const RetryPolicy& policy) {
    if (policy.maximum_interval > Duration::zero()) return std::min(policy.maximum_interval, longest_delay);
    return policy.initial_interval > longest_delay / 100 ? longest_delay : policy.initial_interval * 100;
}

bool listed_as_final(const RetryPolicy& policy, const Failure& failure) {
    const std::string name = failure.kind == FailureKind::timed_out
                                 ? "timeout:" + std::string{to_string(failure.timeout)}
                                 : failure.type;
    return std::find(policy.non_retryable_types.begin(), policy.non_retryable_types.end(), name) !=
           policy.non_retryable_types.end();
}

bool is_final_timeout(const Failure& failure) {
    return failure.kind == FailureKind::timed_out && (failure.timeout == TimeoutType::schedule_to_close ||
                                                      failure.timeout == TimeoutType::schedule_to_start);
}

/// Why the failure itself forbids another attempt; none if it does not.
RetryState forbidden_by_failure(const RetryPolicy& policy, const Failure& failure) {
    if (failure.retry_state == RetryState::outcome_unknown) return RetryState::outcome_unknown;
    if (failure.kind == FailureKind::canceled) return RetryState::cancel_requested;
    if (is_final_timeout(failure)) return RetryState::timeout;
    const bool final =
        failure.kind == FailureKind::terminated || !failure.retryable || listed_as_final(policy, failure);
    return final ? RetryState::non_retryable : RetryState::none;
}

}  // namespace

Duration backoff(const RetryPolicy& policy, int attempt) {
    const Duration most = maximum_interval(policy);
    const double coefficient = std::max(policy.backoff_coefficient, 1.0);
    const auto limit = static_cast<double>(most.count());
    const auto initial = static_cast<double>(std::max(policy.initial_interval, Duration::zero()).count());
    const double interval = initial * std::pow(coefficient, std::max(attempt, 1) - 1);
    return interval < limit ? Duration{static_cast<Duration::rep>(interval)} : most;
}

Failure final_failure(const GivenUp& given_up, const Failure& cause) {
    Failure failure;
    failure.kind = FailureKind::activity;
    if (given_up.why == RetryState::cancel_requested) failure.kind = FailureKind::canceled;
    const bool out_of_time = given_up.why == RetryState::timeout && cause.kind == FailureKind::timed_out;
    if (out_of_time) failure.kind = FailureKind::timed_out;
    failure.message = cause.message;
    failure.retryable = false;
    failure.activity = given_up.activity;
    failure.activity_id = given_up.id;
    failure.attempts = given_up.attempts;
    failure.retry_state = given_up.why;
    failure.timeout = cause.timeout;
    failure.cause = std::make_shared<const Failure>(cause);
    return failure;
}

RetryDecision decide_retry(const RetryPolicy& policy, const AttemptFailed& attempt) {
    const RetryState forbidden = forbidden_by_failure(policy, attempt.failure);
    if (forbidden != RetryState::none) return {std::nullopt, forbidden};
    if (attempt.cancel_requested) return {std::nullopt, RetryState::cancel_requested};
    if (attempt.lost_attempts >= lost_attempts_max) return {std::nullopt, RetryState::lost_attempts};
    if (policy.maximum_attempts > 0 && attempt.attempt >= policy.maximum_attempts) {
        return {std::nullopt, RetryState::maximum_attempts};
    }
    const Duration asked = attempt.failure.next_delay.value_or(backoff(policy, attempt.attempt));
    const Timestamp next = attempt.now + std::clamp(asked, Duration::zero(), longest_delay);
    if (attempt.close_deadline && next >= *attempt.close_deadline) return {std::nullopt, RetryState::timeout};
    return {next, RetryState::none};
}

}  // namespace durable

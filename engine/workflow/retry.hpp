#pragma once
// Retry policy and the one decision "try again, when?". Semantics as Temporal's (interval(n) = min(initial *
// coefficient^(n-1), maximum)); used for activity attempts wherever they run.

#include <string>
#include <vector>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

struct RetryPolicy {
    static constexpr bool defaults_allowed = true;
    Duration initial_interval = std::chrono::seconds{1};
    double backoff_coefficient = 2.0;
    /// 0: 100 times the initial interval.
    Duration maximum_interval{0};
    /// The first attempt included. 0: no limit. 1: no retry.
    int maximum_attempts = 0;
    /// Application error types, or "timeout:start_to_close" / "timeout:heartbeat", that end it at once.
    std::vector<std::string> non_retryable_types{};

    bool operator==(const RetryPolicy&) const = default;
};

/// Attempts whose worker died under them; they do not spend `maximum_attempts`.
inline constexpr int lost_attempts_max = 10;

/// What is known when an attempt has failed.
struct AttemptFailed {
    const Failure& failure;
    int attempt;        ///< attempts that spent the policy, this one included (1 = the first)
    int lost_attempts;  ///< attempts lost with their worker so far
    Timestamp now;      ///< database time
    std::optional<Timestamp> close_deadline;  ///< schedule-to-close
    bool cancel_requested;
};

/// Either the moment of the next attempt, or why there is none.
struct RetryDecision {
    std::optional<Timestamp> next_attempt_at;
    RetryState gave_up = RetryState::none;
};

/// Pure. Gives up *now* if the next attempt would start at or after the deadline.
[[nodiscard]] RetryDecision decide_retry(const RetryPolicy& policy, const AttemptFailed& attempt);

/// An activity that will not be tried again.
struct GivenUp {
    std::string activity;  ///< its type
    EventId id;
    int attempts = 1;
    RetryState why = RetryState::none;
};

/// The failure that its run is told. Kind timed_out when its time is over, canceled when it was asked to stop, else
/// activity; `cause` is what the last attempt came to.
[[nodiscard]] Failure final_failure(const GivenUp& given_up, const Failure& cause);

/// The delay before attempt `attempt + 1`; saturates instead of overflowing, whatever the attempt.
[[nodiscard]] Duration backoff(const RetryPolicy& policy, int attempt);

}  // namespace durable

#include "engine/workflow/retry.hpp"

#include <doctest/doctest.h>

namespace durable::test {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15}};

Failure error(const std::string& type) {
    return {.kind = FailureKind::application, .type = type};
}
Failure timeout(TimeoutType type) {
    Failure failure{.kind = FailureKind::timed_out};
    failure.timeout = type;
    return failure;
}

struct Row {
    const char* what;
    RetryPolicy policy;
    Failure failure;
    int attempt;
    int lost;
    std::optional<Timestamp> deadline;
    bool cancel;
    std::optional<Duration> next;  ///< from now; none: gave up
    RetryState gave_up = RetryState::none;
};

RetryPolicy limited(int attempts) {
    return {.maximum_attempts = attempts};
}
RetryPolicy final_for(const std::string& type) {
    return {.non_retryable_types = {type}};
}
Failure with_delay(Duration delay) {
    Failure failure = error("Busy");
    failure.next_delay = delay;
    return failure;
}
Failure final_error() {
    Failure failure = error("Invalid");
    failure.retryable = false;
    return failure;
}
Failure unknown_outcome() {
    Failure failure = error("Lost");
    failure.retry_state = RetryState::outcome_unknown;
    return failure;
}

const std::vector<Row>& table() {
    static const std::vector<Row> rows{
        {"first failure: the initial interval", {}, error("Busy"), 1, 0, {}, false, 1s},
        {"doubled at each attempt", {}, error("Busy"), 4, 0, {}, false, 8s},
        {"never above the maximum", {}, error("Busy"), 50, 0, {}, false, 100s},
        {"attempts left", limited(3), error("Busy"), 2, 0, {}, false, 2s},
        {"attempts spent", limited(3), error("Busy"), 3, 0, {}, false, {}, RetryState::maximum_attempts},
        {"one attempt is no retry",
         limited(1),
         error("Busy"),
         1,
         0,
         {},
         false,
         {},
         RetryState::maximum_attempts},
        {"declared final", {}, final_error(), 1, 0, {}, false, {}, RetryState::non_retryable},
        {"its type is final",
         final_for("Busy"),
         error("Busy"),
         1,
         0,
         {},
         false,
         {},
         RetryState::non_retryable},
        {"another type is final", final_for("Other"), error("Busy"), 1, 0, {}, false, 1s},
        {"start-to-close is retried", {}, timeout(TimeoutType::start_to_close), 1, 0, {}, false, 1s},
        {"heartbeat is retried", {}, timeout(TimeoutType::heartbeat), 1, 0, {}, false, 1s},
        {"time-outs can be final by name",
         final_for("timeout:heartbeat"),
         timeout(TimeoutType::heartbeat),
         1,
         0,
         {},
         false,
         {},
         RetryState::non_retryable},
        {"schedule-to-close never",
         {},
         timeout(TimeoutType::schedule_to_close),
         1,
         0,
         {},
         false,
         {},
         RetryState::timeout},
        {"schedule-to-start never",
         {},
         timeout(TimeoutType::schedule_to_start),
         1,
         0,
         {},
         false,
         {},
         RetryState::timeout},
        {"cancelled never",
         {},
         {.kind = FailureKind::canceled},
         1,
         0,
         {},
         false,
         {},
         RetryState::cancel_requested},
        {"terminated never",
         {},
         {.kind = FailureKind::terminated},
         1,
         0,
         {},
         false,
         {},
         RetryState::non_retryable},
        {"asked to stop", {}, error("Busy"), 1, 0, {}, true, {}, RetryState::cancel_requested},
        {"before the deadline", {}, error("Busy"), 1, 0, now + 1001ms, false, 1s},
        {"at the deadline: gives up now", {}, error("Busy"), 1, 0, now + 1s, false, {}, RetryState::timeout},
        {"its own delay", {}, with_delay(7s), 3, 0, {}, false, 7s},
        {"its own delay is held to the attempts",
         limited(3),
         with_delay(7s),
         3,
         0,
         {},
         false,
         {},
         RetryState::maximum_attempts},
        {"its own delay is held to the deadline",
         {},
         with_delay(7s),
         1,
         0,
         now + 6s,
         false,
         {},
         RetryState::timeout},
        {"a negative delay is now", {}, with_delay(-5s), 1, 0, {}, false, 0s},
        {"lost attempts do not spend the policy", limited(2), error("Lost"), 1, 9, {}, false, 1s},
        {"too many lost attempts", {}, error("Lost"), 1, 10, {}, false, {}, RetryState::lost_attempts},
        {"unknown outcome must not be repeated",
         {},
         unknown_outcome(),
         1,
         0,
         {},
         false,
         {},
         RetryState::outcome_unknown},
    };
    return rows;
}

TEST_CASE("when an attempt has failed, the policy says when to try again, or why not") {
    for (const Row& row : table()) {
        CAPTURE(row.what);
        const RetryDecision decision =
            decide_retry(row.policy, {row.failure, row.attempt, row.lost, now, row.deadline, row.cancel});
        CHECK(decision.next_attempt_at.has_value() == row.next.has_value());
        if (row.next && decision.next_attempt_at) CHECK(*decision.next_attempt_at - now == *row.next);
        CHECK(decision.gave_up == row.gave_up);
    }
}

TEST_CASE("back-off saturates: no attempt and no policy makes it overflow") {
    const Duration century = std::chrono::days{36'500};
    CHECK(backoff({}, 2'000'000'000) == 100s);
    CHECK(backoff({.initial_interval = Duration::max(), .backoff_coefficient = 1e300}, 1'000) == century);
    CHECK(backoff({.initial_interval = Duration::max(), .maximum_interval = Duration::max()}, 1) == century);
    CHECK(backoff({.initial_interval = 1s, .backoff_coefficient = 0.1}, 10) == 1s);
    CHECK(backoff({.initial_interval = 0s}, 10) == 0s);
    CHECK(backoff({.initial_interval = 2s, .backoff_coefficient = 3, .maximum_interval = 1min}, 3) == 18s);
}

}  // namespace
}  // namespace durable::test

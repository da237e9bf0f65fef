// 2.2 Retry policy: how long the pauses are, what ends the trying, and that one is told why.

#include <algorithm>

#include "engine/workflow/workflow.hpp"
#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::ActivityOptions;
using durable::ApplicationError;
using durable::Duration;
using durable::Failure;
using durable::FailureKind;
using durable::RetryPolicy;
using durable::RetryState;
using durable::RunId;
using durable::Task;
using durable::TimeoutType;
using durable::Workflow;
using durable::WorkflowId;
using durable::WorkflowType;
using durable::client::RunResult;
using durable::replay::RunStatus;
using durable::testing::TestEnvironment;
using durable::worker::awaitable;

ActivityOptions options_with(const RetryPolicy& policy) {
    ActivityOptions options = step.options();
    options.retry = policy;
    return options;
}

/// How a run ends that only runs the step, and how often the step was tried.
struct Tried {
    Failure failure;
    int calls = 0;
    Duration elapsed{};
};
Tried try_step(const ActivityOptions& options, const ApplicationError& error) {
    TestEnvironment env;
    auto fake = fake_step(env).fails(1000, error);
    const RunResult ended = env.outcome(env.start(one_step, options, "tried"));
    REQUIRE(ended.failure);
    return {*ended.failure, fake.calls(), env.elapsed()};
}

/// Says of itself that it was cancelled.
awaitable<int> give_in(BoardPtr board, durable::ActivityContext&) {
    board->note("began");
    throw durable::Canceled{"the vendor has cancelled the order"};
    co_return 0;
}

constexpr WorkflowType<int, int> unlucky{"unlucky"};
/// Fails in its first runs; gives the number of the run that does not.
Task<int> run_unlucky(Workflow& wf, int times) {
    if (wf.info().attempt <= times) throw ApplicationError{"Unlucky", "not this time"};
    co_return wf.info().attempt;
}
RunResult try_workflow(TestEnvironment& env, int times, const std::optional<RetryPolicy>& policy) {
    env.add(unlucky, run_unlucky);
    env.settle();  // the worker starts
    const durable::client::StartOptions options{.workflow = WorkflowId{"unlucky"}, .retry = policy};
    return env.outcome(env.client().start(unlucky, times, options).run);
}

}  // namespace

TEST_CASE("2.2 interval: min(initial * coefficient^(n-1), maximum), counted from each failure") {
    TestEnvironment env;
    const auto board = add_step(env, beat_and_fail);
    RetryPolicy policy;
    policy.initial_interval = 1min;
    policy.backoff_coefficient = 3;
    policy.maximum_interval = 10min;
    policy.maximum_attempts = 6;
    const RunId run = env.start(one_step, options_with(policy), "intervals");
    CHECK(env.outcome(run).status == RunStatus::failed);
    const auto began = board->times("began");
    REQUIRE(began.size() == 6);
    const std::vector<Duration> expected{1min, 3min, 9min, 10min, 10min};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO("pause " << i + 1);
        CHECK(began[i + 1] - began[i] >= expected[i]);
        CHECK(began[i + 1] - began[i] < expected[i] + 30s);
    }
}

TEST_CASE(
    "2.2 interval: the maximum is a hundred times the initial one when none is given; nothing overflows") {
    RetryPolicy policy;
    policy.initial_interval = 3s;
    CHECK(durable::backoff(policy, 1) == 3s);
    CHECK(durable::backoff(policy, 2) == 6s);
    CHECK(durable::backoff(policy, 7) == 192s);
    CHECK(durable::backoff(policy, 8) == 300s);
    CHECK(durable::backoff(policy, 1'000'000) == 300s);
    policy.backoff_coefficient = 1;
    CHECK(durable::backoff(policy, 1'000'000) == 3s);
}

TEST_CASE("2.2 maximum attempts: the first one counts; 1 is no retry") {
    const ApplicationError error{"Down", "the vendor is down"};
    const Tried three = try_step(options_with({.maximum_attempts = 3}), error);
    CHECK(three.calls == 3);
    CHECK(three.failure.attempts == 3);
    CHECK(three.failure.retry_state == RetryState::maximum_attempts);
    CHECK(three.failure.cause->type == "Down");
    const Tried one = try_step(options_with({.maximum_attempts = 1}), error);
    CHECK(one.calls == 1);
    CHECK(one.failure.retry_state == RetryState::maximum_attempts);
}

TEST_CASE("2.2 maximum attempts: 0 is unlimited") {
    TestEnvironment env;
    auto fake = fake_step(env).fails(40);
    const RunId run = env.start(one_step, options_with({.maximum_attempts = 0}), "unlimited");
    CHECK(env.outcome(run).status == RunStatus::completed);
    CHECK(fake.calls() == 41);
}

TEST_CASE(
    "2.2 lost attempts: a worker's death spends no attempt of the policy; ten of them end the activity") {
    for (const int lost : {9, 10}) {
        CAPTURE(lost);
        TestEnvironment env;
        auto fake = fake_step(env).fails(1);
        const RetryPolicy policy{.initial_interval = 1h, .maximum_attempts = 2};
        const RunId run = env.start(one_step, options_with(policy), "lost");
        env.skip(1min);
        execute(env, "update engine.activities set lost_attempts = " + std::to_string(lost));
        const RunResult ended = env.outcome(run);
        CHECK(fake.calls() == (lost == 9 ? 2 : 1));
        CHECK((ended.status == RunStatus::completed) == (lost == 9));
        if (ended.failure) CHECK(ended.failure->retry_state == RetryState::lost_attempts);
    }
}

TEST_CASE("2.2 a cancelled or terminated failure is final") {
    TestEnvironment env;
    const auto board = add_step(env, give_in);
    const RunResult ended = env.outcome(env.start(one_step, step.options(), "given in"));
    REQUIRE(ended.failure);
    CHECK(ended.failure->kind == FailureKind::canceled);
    CHECK(ended.failure->retry_state == RetryState::cancel_requested);
    CHECK(board->noted("began") == 1);

    Failure terminated;
    terminated.kind = FailureKind::terminated;
    const auto decision = durable::decide_retry(RetryPolicy{}, {terminated, 1, 0, env.now(), {}, false});
    CHECK_FALSE(decision.next_attempt_at);
    CHECK(decision.gave_up == RetryState::non_retryable);
}

TEST_CASE(
    "2.2 non-retryable types: application errors by their type; others of the activity are still retried") {
    const RetryPolicy policy{.maximum_attempts = 4, .non_retryable_types = {"NoSuchNumber", "Blocked"}};
    const Tried listed = try_step(options_with(policy), ApplicationError{"Blocked", ""});
    CHECK(listed.calls == 1);
    CHECK(listed.failure.retry_state == RetryState::non_retryable);
    const Tried other = try_step(options_with(policy), ApplicationError{"Busy", ""});
    CHECK(other.calls == 4);
    CHECK(other.failure.retry_state == RetryState::maximum_attempts);
}

TEST_CASE("2.2 non-retryable types: timeouts by their names") {
    const auto run_out_of = [](const std::string& name, Duration start_to_close, Duration heartbeat) {
        TestEnvironment env;
        const auto board = add_step(env, stay);
        ActivityOptions options = options_with({.non_retryable_types = {name}});
        options.start_to_close = start_to_close;
        options.heartbeat = heartbeat;
        const RunResult ended = env.outcome(env.start(one_step, options, "timed out"));
        REQUIRE(ended.failure);
        CHECK(ended.failure->retry_state == RetryState::non_retryable);
        CHECK(board->noted("began") == 1);
        return ended.failure->timeout;
    };
    CHECK(run_out_of("timeout:start_to_close", 200ms, Duration{0}) == TimeoutType::start_to_close);
    CHECK(run_out_of("timeout:heartbeat", 1h, 200ms) == TimeoutType::heartbeat);
}

TEST_CASE("2.2 expiry: it gives up now if the next attempt would begin after schedule-to-close") {
    ActivityOptions options = options_with({.initial_interval = 1h});
    options.schedule_to_close = 150min;
    const Tried tried = try_step(options, ApplicationError{"Down", ""});
    CHECK(tried.calls == 2);  // at once, and after an hour; the third would come after three
    CHECK(tried.failure.retry_state == RetryState::timeout);
    CHECK(tried.failure.cause->type == "Down");
    CHECK(tried.elapsed >= 1h);
    CHECK(tried.elapsed < 70min);
}

TEST_CASE(
    "2.2 next delay of a failure: instead of the policy's, but attempts and expiry are checked all the "
    "same") {
    const ApplicationError later{"Busy", "", {.next_delay = 2h}};
    const Tried twice = try_step(options_with({.maximum_attempts = 2}), later);
    CHECK(twice.calls == 2);
    CHECK(twice.failure.retry_state == RetryState::maximum_attempts);
    CHECK(twice.elapsed >= 2h);
    ActivityOptions options = options_with({});
    options.schedule_to_close = 1h;
    const Tried expired = try_step(options, later);
    CHECK(expired.calls == 1);
    CHECK(expired.failure.retry_state == RetryState::timeout);
    CHECK(expired.elapsed < 5min);
}

TEST_CASE(
    "2.2 why: while it is tried again, everybody sees the attempt, the last failure and the next moment") {
    TestEnvironment env;
    fake_step(env).fails(5, ApplicationError{"Down", "the vendor is down"});
    const RunId run = env.start(one_step, options_with({.initial_interval = 1h}), "in progress");
    env.skip(1min);
    durable::client::ActivityClient desk{options_for(env)};
    const auto pending = desk.describe(step_of(run));
    REQUIRE(pending);
    CHECK(pending->state == "retrying");
    CHECK(pending->attempt == 2);
    CHECK(pending->last_failure->type == "Down");
    CHECK(*pending->available_at > pending->now + 50min);
    CHECK(env.client().why(env.workflows(), ref(run)).kind == "activity_retrying");
}

TEST_CASE("2.2 workflow retries: off unless a policy is given") {
    TestEnvironment env;
    CHECK(try_workflow(env, 1, std::nullopt).status == RunStatus::failed);
    CHECK(number(env, "select count(*) from engine.runs") == 1);
    CHECK(env.elapsed() < 1min);
}

TEST_CASE("2.2 workflow retries: the same formula and the same defaults, each attempt a run of the chain") {
    TestEnvironment env;
    const RunResult ended = try_workflow(env, 8, RetryPolicy{});
    CHECK(durable::decode<int>(ended.result) == 9);
    CHECK(number(env, "select count(*) from engine.runs") == 9);
    CHECK(number(env, "select count(distinct chain_id) from engine.runs") == 1);
    const auto waited = 1s + 2s + 4s + 8s + 16s + 32s + 64s + 100s;
    CHECK(env.elapsed() >= waited);
    CHECK(env.elapsed() < waited + 60s);
}

TEST_CASE("2.2 workflow retries: attempts are spent, and types listed, as for activities") {
    TestEnvironment spent;
    CHECK(try_workflow(spent, 9, RetryPolicy{.maximum_attempts = 3}).status == RunStatus::failed);
    CHECK(number(spent, "select count(*) from engine.runs") == 3);
    TestEnvironment listed;
    CHECK(try_workflow(listed, 9, RetryPolicy{.non_retryable_types = {"Unlucky"}}).status ==
          RunStatus::failed);
    CHECK(number(listed, "select count(*) from engine.runs") == 1);
}

}  // namespace conformance

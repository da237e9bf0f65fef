// 2.1 The four activity timeouts: when each clock starts and stops, what follows, and how what is given is completed;
// signs of life; beginning anew.

#include <algorithm>

#include "engine/workflow/workflow.hpp"
#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::ActivityOptions;
using durable::Duration;
using durable::FailureKind;
using durable::RetryState;
using durable::RunId;
using durable::TimeoutType;
using durable::client::ActivityClient;
using durable::client::CompletionToken;
using durable::replay::RunStatus;
using durable::store::OrderOutcome;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;
using durable::worker::awaitable;

const durable::client::OrderedBy ada{"ada@desk", "ticket 12"};
constexpr Duration not_given{0};

ActivityOptions options_of(Duration schedule_to_close, Duration schedule_to_start, Duration start_to_close,
                           Duration heartbeat) {
    ActivityOptions options;
    options.schedule_to_close = schedule_to_close;
    options.schedule_to_start = schedule_to_start;
    options.start_to_close = start_to_close;
    options.heartbeat = heartbeat;
    return options;
}

/// What is recorded of the options that the workflow gave, in a run that may last `run_timeout`.
ActivityOptions recorded(const ActivityOptions& given, std::optional<Duration> run_timeout) {
    TestEnvironment env;
    fake_step(env);
    env.settle();  // the worker starts
    const RunId run = env.client()
                          .start(one_step, given,
                                 {.workflow = durable::WorkflowId{"normalised"}, .run_timeout = run_timeout})
                          .run;
    CHECK(env.outcome(run).status == RunStatus::completed);
    const auto history = env.history(run);
    return std::get<durable::history::ActivityScheduled>(history.at(1).commands.at(0)).options;
}

/// The failure with which a run ended that only ran the step.
durable::Failure failure_of(TestEnvironment& env, RunId run) {
    const auto ended = env.outcome(run);
    REQUIRE(ended.failure);
    return *ended.failure;
}

/// The first attempt stays for ever, the others give their number.
awaitable<int> stay_once(BoardPtr board, durable::ActivityContext& context) {
    if (context.info().attempt == 1) return stay(std::move(board), context);
    board->note("open");
    return stay(std::move(board), context);
}

/// Two attempts fail, the third stays.
awaitable<int> fail_twice(BoardPtr board, durable::ActivityContext& context) {
    if (context.info().attempt > 2) return stay(std::move(board), context);
    return beat_and_fail(std::move(board), context);
}

CompletionToken token_on(const Board& board) {
    REQUIRE(eventually([&] { return !board.said("token").empty(); }));
    return CompletionToken::parse(board.said("token"));
}

/// Gives a thousand signs of life as quickly as it can.
awaitable<int> beat_much(BoardPtr board, durable::ActivityContext& context) {
    for (int i = 1; i <= 1000; ++i) context.heartbeat(durable::encode(i));
    board->note("has beaten");
    return stay(std::move(board), context);
}

}  // namespace

// --- the four clocks ----------------------------------------------------------------------------------------

TEST_CASE("2.1 schedule-to-close: one budget for all attempts and the pauses between them; never retried") {
    TestEnvironment env;
    const auto board = add_step(env, fail_twice);
    ActivityOptions options = step.options();
    options.schedule_to_close = 1h;
    options.retry.initial_interval = 20min;
    options.retry.backoff_coefficient = 1;
    const RunId run = env.start(one_step, options, "budget");
    env.skip(1min);
    env.skip(20min);
    CHECK(board->noted("began") == 2);
    env.database().advance_to(env.now() + 20min);
    board->wait_for("began", 3);  // 19 minutes are left to it
    env.database().advance_to(env.now() + 20min);
    const auto failure = failure_of(env, run);
    CHECK(failure.kind == FailureKind::timed_out);
    CHECK(failure.timeout == TimeoutType::schedule_to_close);
    CHECK(failure.retry_state == RetryState::timeout);
    CHECK(failure.attempts == 3);
    board->wait_for("stopped");
}

TEST_CASE("2.1 schedule-to-close: an attempt under way is ended by it, and none follows") {
    TestEnvironment env;
    const auto board = add_step(env, stay);
    ActivityOptions options = step.options();
    options.schedule_to_close = 300ms;
    const auto failure = failure_of(env, env.start(one_step, options, "late"));
    CHECK(failure.kind == FailureKind::timed_out);
    CHECK(failure.timeout == TimeoutType::schedule_to_close);
    CHECK(failure.attempts == 1);
    CHECK(board->noted("began") == 1);
    board->wait_for("stopped");
}

TEST_CASE("2.1 schedule-to-close: goes on while the activity is paused") {
    TestEnvironment env;
    auto fake = fake_step(env).fails(100);
    ActivityOptions options = step.options();
    options.schedule_to_close = 3h;
    options.retry.initial_interval = 1h;
    const RunId run = env.start(one_step, options, "paused");
    env.skip(1min);
    ActivityClient desk{options_for(env)};
    REQUIRE(desk.pause(step_of(run), ada).outcome == OrderOutcome::done);
    const auto failure = failure_of(env, run);
    CHECK(failure.timeout == TimeoutType::schedule_to_close);
    CHECK(fake.calls() == 1);
    CHECK(env.elapsed() >= 3h);
    CHECK(env.elapsed() < 3h + 5min);
}

TEST_CASE("2.1 schedule-to-start: fails what nobody picks up in time; never retried") {
    TestEnvironment env;
    auto fake = fake_step(env);
    ActivityOptions options = step.options();
    options.queue = "nobody";
    options.schedule_to_start = 10min;
    const RunId run = env.start(one_step, options, "waiting");
    REQUIRE(eventually([&] { return number(env, "select count(*) from engine.activities") == 1; }));
    env.database().advance_to(env.now() + 10min);
    const auto failure = failure_of(env, run);
    CHECK(failure.kind == FailureKind::timed_out);
    CHECK(failure.timeout == TimeoutType::schedule_to_start);
    CHECK(failure.retry_state == RetryState::timeout);
    CHECK(fake.calls() == 0);
}

TEST_CASE("2.1 schedule-to-start: counts anew each time it becomes available, not through its back-off") {
    TestEnvironment env;
    auto fake = fake_step(env).fails(1);
    ActivityOptions options = step.options();
    options.schedule_to_start = 10min;
    options.retry.initial_interval = 1h;
    CHECK(env.outcome(env.start(one_step, options, "patient")).status == RunStatus::completed);
    CHECK(fake.calls() == 2);
    CHECK(env.elapsed() >= 1h);
}

TEST_CASE("2.1 start-to-close: ends one attempt; the retry policy decides what follows") {
    TestEnvironment env;
    const auto board = add_step(env, stay_once);
    ActivityOptions options = step.options();
    options.start_to_close = 200ms;
    options.retry.initial_interval = 1h;
    const RunId run = env.start(one_step, options, "slow");
    CHECK(durable::decode<int>(env.outcome(run).result) == 2);
    CHECK(board->noted("began") == 2);
    CHECK(env.elapsed() >= 1h);
    board->wait_for("stopped");
}

TEST_CASE("2.1 start-to-close: worker and database both count, and an attempt is spent once") {
    TestEnvironment env;
    const auto board = add_step(env, stay_deaf);
    ActivityOptions options = step.options();
    options.start_to_close = 200ms;
    options.retry.initial_interval = 1ms;
    options.retry.maximum_attempts = 3;
    options.priority = 1;  // a row of its own, which the database watches, too
    const auto failure = failure_of(env, env.start(one_step, options, "spent"));
    CHECK(failure.retry_state == RetryState::maximum_attempts);
    CHECK(failure.timeout == TimeoutType::start_to_close);
    CHECK(failure.attempts == 3);
    CHECK(board->noted("began") == 3);
}

TEST_CASE("2.1 start-to-close: the database alone counts when no worker is at it") {
    TestEnvironment env;
    const auto board = add_handed_out_step(env);
    ActivityOptions options = step.options();
    options.start_to_close = 2h;
    options.retry.maximum_attempts = 2;
    const auto failure = failure_of(env, env.start(one_step, options, "unanswered"));
    CHECK(failure.timeout == TimeoutType::start_to_close);
    CHECK(failure.attempts == 2);
    CHECK(board->noted("began") == 2);
    CHECK(env.elapsed() >= 4h);
}

TEST_CASE("2.1 heartbeat timeout: silence since the last sign of life ends the attempt; its details go on") {
    TestEnvironment env;
    const auto board = add_step(env, fall_silent_once);
    ActivityOptions options = step.options();
    options.heartbeat = 200ms;
    const RunId run = env.start(one_step, options, "silent");
    CHECK(durable::decode<int>(env.outcome(run).result) == 5);
    CHECK(board->noted("began") == 2);
}

TEST_CASE("2.1 heartbeat timeout: counts from the pick-up; one that never speaks runs out of it as well") {
    TestEnvironment env;
    const auto board = add_step(env, stay);
    ActivityOptions options = step.options();
    options.heartbeat = 200ms;
    options.retry.maximum_attempts = 1;
    const auto failure = failure_of(env, env.start(one_step, options, "mute"));
    CHECK(failure.timeout == TimeoutType::heartbeat);
    CHECK(failure.retry_state == RetryState::maximum_attempts);
    board->wait_for("stopped");
}

TEST_CASE("2.1 heartbeat timeout: each sign of life puts it off, up to start-to-close") {
    TestEnvironment env;
    const auto board = add_handed_out_step(env);
    ActivityOptions options = step.options();
    options.heartbeat = 10min;
    options.retry.maximum_attempts = 1;
    const RunId run = env.start(one_step, options, "lively");
    ActivityClient outside{options_for(env)};
    const CompletionToken token = token_on(*board);
    for (int i = 1; i <= 7; ++i) {
        env.skip(8min);
        CHECK(outside.heartbeat(token, durable::encode(i)).answer.good());
    }
    const auto failure = failure_of(env, run);
    CHECK(failure.timeout == TimeoutType::start_to_close);
    CHECK(env.elapsed() >= 1h);
    CHECK(env.elapsed() < 1h + 5min);
}

// --- how what is given is completed -------------------------------------------------------------------------

TEST_CASE("2.1 normalisation: given schedule-to-close, the others default to it") {
    const auto options = recorded(options_of(1h, not_given, not_given, not_given), std::nullopt);
    CHECK(options.schedule_to_close == 1h);
    CHECK(options.schedule_to_start == 1h);
    CHECK(options.start_to_close == 1h);
    CHECK(options.heartbeat == not_given);
}

TEST_CASE("2.1 normalisation: schedule-to-close caps the other two, start-to-close the heartbeat timeout") {
    const auto options = recorded(options_of(1h, 9h, 5h, 2h), std::nullopt);
    CHECK(options.schedule_to_start == 1h);
    CHECK(options.start_to_close == 1h);
    CHECK(options.heartbeat == 1h);
    CHECK(recorded(options_of(9h, 1h, 2h, 3h), std::nullopt).heartbeat == 2h);
}

TEST_CASE(
    "2.1 normalisation: given only start-to-close, schedule-to-close is the run timeout, if there is one") {
    const auto limited = recorded(options_of(not_given, not_given, 1h, not_given), 3h);
    CHECK(limited.schedule_to_close == 3h);
    CHECK(limited.schedule_to_start == 3h);
    CHECK(limited.start_to_close == 1h);
    const auto free = recorded(options_of(not_given, not_given, 1h, not_given), std::nullopt);
    CHECK(free.schedule_to_close == not_given);
    CHECK(free.schedule_to_start == not_given);
}

TEST_CASE("2.1 normalisation: nothing exceeds the run timeout") {
    const auto options = recorded(options_of(10h, 10h, 10h, 10h), 3h);
    CHECK(options == options_of(3h, 3h, 3h, 3h));
}

TEST_CASE(
    "2.1 normalisation: without either to-close the run's code is refused, with the place in the code") {
    TestEnvironment env;
    auto fake = fake_step(env);
    const RunId run = env.start(one_step, options_of(not_given, 1h, not_given, 1h), "neither");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.outcome(run)),
                         doctest::Contains("neither schedule_to_close nor start_to_close"), TestFailure);
    CHECK(count(env, run, "ActivityScheduled") == 0);
    CHECK(fake.calls() == 0);
}

// --- signs of life ------------------------------------------------------------------------------------------

TEST_CASE("2.1 heartbeat throttling: a thousand signs of life are few writes, and the newest gets there") {
    TestEnvironment env;
    const auto board = add_step(env, beat_much);
    execute(env,
            "create table public.beats (at timestamptz not null); grant all on public.beats to public;"
            "create function public.note_beat() returns trigger language plpgsql as "
            "$$ begin insert into public.beats values (engine.now()); return new; end $$;"
            "create trigger note_beat after update on engine.activities for each row "
            "when (new.heartbeat_details is not null) execute function public.note_beat()");
    ActivityOptions options = step.options();
    options.heartbeat = 5s;
    const RunId run = env.start(one_step, options, "throttled");
    board->wait_for("has beaten");
    ActivityClient desk{options_for(env)};
    const auto details = [&] { return desk.describe(step_of(run))->heartbeat_details; };
    CHECK(eventually([&] { return details() == durable::encode(1000); }));
    CHECK(number(env, "select count(*) from public.beats") <= 20);
    board->note("open");
    CHECK(env.outcome(run).status == RunStatus::completed);
}

TEST_CASE("2.1 heartbeat reply: tells who completes it from outside of a cancel request and of a pause") {
    TestEnvironment env;
    const auto board = add_handed_out_step(env);
    ActivityOptions options = step.options();
    options.cancellation = durable::CancellationType::wait_cancelled;
    const RunId run = env.start(one_step, options, "asked");
    ActivityClient outside{options_for(env)};
    const CompletionToken token = token_on(*board);
    env.settle();
    auto beat = outside.heartbeat(token);
    CHECK_FALSE((beat.cancel_requested || beat.paused || beat.reset));
    REQUIRE(outside.pause(step_of(run), ada).good());
    CHECK(outside.heartbeat(token).paused);
    env.cancel(run, "enough");
    env.settle();
    CHECK(outside.heartbeat(token).cancel_requested);
    durable::Failure stopped;
    stopped.kind = FailureKind::canceled;
    CHECK(outside.fail(token, stopped).good());
    CHECK(env.outcome(run).status == RunStatus::canceled);
}

// --- beginning anew -----------------------------------------------------------------------------------------

TEST_CASE("2.1 reset of an activity: attempt 1, no details, all clocks from now, and no longer paused") {
    for (const bool keep_paused : {false, true}) {
        TestEnvironment env;
        const auto board = add_step(env, beat_and_fail);
        ActivityOptions options = step.options();
        options.schedule_to_close = 10h;
        options.retry.initial_interval = 2h;
        const RunId run = env.start(one_step, options, "reset");
        env.skip(3h);
        ActivityClient desk{options_for(env)};
        CHECK(desk.describe(step_of(run))->attempt == 3);
        REQUIRE(desk.pause(step_of(run), ada).good());
        board->note("mended");
        CHECK(desk.reset(step_of(run), keep_paused, ada).outcome == OrderOutcome::done);
        if (keep_paused) {
            const auto held = desk.describe(step_of(run));
            CHECK(held->state == "paused");
            CHECK(held->attempt == 1);
            CHECK(held->times_out_at >= held->now + 9h);
            REQUIRE(desk.unpause(step_of(run), ada).good());
        }
        CHECK(durable::decode<int>(env.outcome(run).result) == 1);
        CHECK(board->said("details") == "null");
    }
}

TEST_CASE("2.1 reset of an activity: a running attempt is asked to stop, then it begins anew") {
    for (const int priority : {3, 1}) {  // run by its run's worker, and from a row of its own
        TestEnvironment env;
        const auto board = add_step(env, stay);
        ActivityOptions options = step.options();
        options.schedule_to_close = 1h;
        options.priority = priority;
        const RunId run = env.start(one_step, options, "running");
        board->wait_for("began");
        env.database().advance_to(env.now() + 50min);
        ActivityClient desk{options_for(env)};
        CHECK(desk.reset(step_of(run), false, ada).outcome == OrderOutcome::done);
        board->wait_for("stopped");
        board->wait_for("began", 2);
        const auto anew = desk.describe(step_of(run));
        REQUIRE(anew);
        CHECK(anew->attempt == 1);
        CHECK(anew->times_out_at >= anew->now + 50min);  // not ten minutes: schedule-to-close counts anew
        board->note("open");
        CHECK(durable::decode<int>(env.outcome(run).result) == 1);
    }
}

}  // namespace conformance

// Group 1.5, lifecycle: one test a feature; and 2.7, workflow ids. Children and resets in detail have files of their
// own.

#include <thread>

#include "engine/client/batches.hpp"
#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::ApplicationError;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::client::StartOptions;
using durable::replay::RunStatus;
using durable::store::ConflictPolicy;
using durable::store::RemoveResult;
using durable::store::ReusePolicy;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using Outcome = durable::store::StartResult::Outcome;
using Amounts = std::vector<int>;

StartOptions called(const std::string& id) {
    return {.workflow = WorkflowId{id}};
}

constexpr durable::Activity<std::string, Nothing> note{"note", {.start_to_close = 30s}};
constexpr durable::WorkflowType<Nothing, std::string> careful{"careful"};
constexpr durable::WorkflowType<int, int> stubborn{"stubborn"};
constexpr durable::WorkflowType<Nothing, std::string> patient{"patient"};
constexpr durable::WorkflowType<int, int> counting_down{"counting_down"};
constexpr durable::WorkflowType<Nothing, int> family{"family"};
constexpr durable::WorkflowType<int, int> debounced{"debounced"};
constexpr durable::WorkflowType<int, int> growing{"growing"};

/// Waits; when it is asked to stop it cleans up, and ends as cancelled.
Task<std::string> run_careful(Workflow& wf, Nothing) {
    const auto slept = co_await wf.attempt(wf.sleep(1000h));
    co_await wf.shielded(wf.run(note, "cleaned up: " + slept.failure().message));
    throw_failure(slept.failure());
}
Task<int> run_stubborn(Workflow& wf, int succeeds_at) {
    const int attempt = wf.info().attempt;
    if (attempt < succeeds_at) throw ApplicationError{"NotYet", "attempt " + std::to_string(attempt)};
    co_return attempt;
}
Task<Nothing> give_up_after_an_hour(Workflow& wf, durable::CancellationScope scope) {
    co_await wf.sleep(1h);
    scope.cancel("too long");
    co_return Nothing{};
}
/// A long wait in a scope of its own, which is given up; how it ended.
Task<std::string> run_patient(Workflow& wf, Nothing) {
    const auto scope = wf.scope();
    auto [slept, nothing] =
        co_await wf.all(wf.attempt(scope.run(wf.sleep(1000h))), give_up_after_an_hour(wf, scope));
    co_await wf.sleep(1h);
    co_return slept.canceled() && !wf.cancel_requested() ? slept.failure().message : "slept";
}
Task<int> run_counting_down(Workflow& wf, int left) {
    co_await wf.sleep(1h);
    if (left > 0) wf.continue_as_new(left - 1);
    co_return 42;
}
Task<int> run_family(Workflow& wf, Nothing) {
    co_return co_await wf.child(counting_down, 1, {.workflow = WorkflowId{"child"}});
}
/// The last amount before a minute of silence.
Task<int> run_debounced(Workflow& wf, int) {
    int last = co_await wf.signals(amount).receive();
    while (true) {
        const auto next = co_await wf.any(wf.signals(amount).receive(), wf.sleep(1min));
        if (next.index == 1) co_return last;
        last = std::get<0>(next.value);
    }
}

/// Publishes a thousand values a turn for as long as its history is short enough; goes on as new once.
Task<int> run_growing(Workflow& wf, int runs) {
    while (!wf.info().continue_as_new_suggested()) {
        for (int i = 0; i < 1000; ++i) wf.publish(last_taken, i);
        co_await wf.sleep(1s);
    }
    if (runs == 1) wf.continue_as_new(2);
    co_return wf.info().history_events;
}

std::int64_t finished_batch(TestEnvironment& env, durable::client::BatchClient& batches,
                            const durable::client::BatchRequest& request) {
    const auto job = batches.create(request).request.job;
    env.settle();
    while (batches.find(job)->state == durable::client::BatchState::running) env.skip(1s);
    return batches.find(job)->done;
}

}  // namespace

TEST_CASE(
    "1.5 cancel: a request that the code meets, cleans up after, and chooses its end; once, idempotent") {
    TestEnvironment env;
    env.add(careful, run_careful);
    auto notes = env.fake(note, [](const std::string&) { return Nothing{}; });
    const auto run = env.start(careful, {}, "careful");
    env.settle();
    CHECK(env.client().cancel(ref(run), "closing time", "ann") == SendResult::delivered);
    CHECK(env.client().cancel(ref(run), "once more", "ann") == SendResult::delivered);
    CHECK(env.outcome(run).status == RunStatus::canceled);
    CHECK(notes.inputs() == std::vector<std::string>{"cleaned up: closing time"});
    CHECK(count(env, run, "CancelRequested") == 1);
    CHECK(env.client().cancel(ref(run), "too late", "ann") == SendResult::closed);
}

TEST_CASE("1.5 terminate: at once, without a worker, no code runs; in batches too, with a reason on record") {
    TestEnvironment env;
    add_till(env);
    std::vector<durable::RunId> runs;
    for (const char* id : {"a-1", "a-2", "a-3"}) runs.push_back(env.client().start(till, {}, called(id)).run);
    CHECK(env.client().terminate(ref(runs[0]), "enough", "ann") == SendResult::delivered);
    CHECK(kinds(env, runs[0]) == std::vector<std::string>{"WorkflowStarted", "WorkflowTerminated"});
    CHECK(env.client().terminate(ref(runs[0]), "enough", "ann") == SendResult::closed);

    durable::client::BatchClient batches{{.connection_string = env.database().url()}};
    CHECK(finished_batch(env, batches,
                         {.job = {},
                          .verb = durable::store::BatchVerb::terminate,
                          .filter = "WorkflowId starts_with 'a-'",
                          .reason = "all of them",
                          .identity = "ann"}) == 2);
    const auto ended = env.client().wait_result(ref(runs[2]), 60s);
    CHECK(ended.status == RunStatus::terminated);
    CHECK(ended.failure->message.find("all of them") != std::string::npos);
}

TEST_CASE("1.5 cancellation scopes: a part of a run is given up, the rest goes on") {
    TestEnvironment env;
    env.add(patient, run_patient);
    CHECK(env.result(patient, env.start(patient, {}, "patient")) == "too long");
    CHECK(env.elapsed() >= 2h);
    CHECK(env.elapsed() < 3h);
}

TEST_CASE("1.5 pause: no code runs, timers and messages wait, who and why is on record; then it goes on") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 2}, "till");
    env.settle();
    CHECK(env.client().pause(ref(run), "ticket 12", "ann") == SendResult::delivered);
    CHECK(env.client().pause(ref(run), "ticket 12", "ann") == SendResult::duplicate);
    const auto before = env.client().describe(ref(run))->activations;
    for (const int value : {1, 2})
        CHECK(env.client().signal(ref(run), amount, value) == SendResult::delivered);
    env.skip(1h);
    CHECK(env.client().describe(ref(run))->activations == before);
    CHECK(env.client().describe(ref(run))->paused->reason == "ticket 12");
    CHECK(env.client().unpause(ref(run), "mended", "ann") == SendResult::delivered);
    CHECK(env.result(till, run) == Amounts{1, 2});
    CHECK(env.client().audit({.verb = "workflow pause"}).size() == 1);
}

TEST_CASE("1.5 reset and fork: the chain goes on from a point, or another run does beside it") {
    TestEnvironment env;
    add_till(env);
    const auto base = env.start(till, {.left = 1}, "till");
    env.signal(base, amount, 5);
    env.result(till, base);
    using At = durable::client::ResetPoint::At;
    const auto again = env.client().reset(env.workflows(), ref(base), {.point = {At::first_activation}});
    CHECK(again.resent == 1);
    CHECK(env.result(till, again.run) == Amounts{5});
    const auto fork =
        env.client().fork(env.workflows(), ref(base), WorkflowId{"fork"}, {.point = {At::first_activation}});
    CHECK(fork.resent == 0);
    env.signal(fork.run, amount, 6);
    CHECK(env.result(till, fork.run) == Amounts{6});
    CHECK(*env.client().resolve(named("till")) == again.run);
}

TEST_CASE(
    "1.5 workflow retry: off unless asked for; then from the start, and who waits gets the last result") {
    TestEnvironment env;
    env.add(stubborn, run_stubborn);
    CHECK(env.outcome(env.start(stubborn, 2, "once")).status == RunStatus::failed);
    StartOptions options = called("thrice");
    options.retry = durable::RetryPolicy{.initial_interval = 1h, .maximum_attempts = 3};
    const auto run = env.client().start(stubborn, 3, options).run;
    CHECK(env.result(stubborn, run) == 3);
    CHECK(env.elapsed() >= 3h);  // back-offs of one hour and two
    CHECK(env.client().describe(ref(run))->status == RunStatus::failed);
    options = called("given up");
    options.retry = durable::RetryPolicy{.maximum_attempts = 9, .non_retryable_types = {"NotYet"}};
    const auto final = env.client().start(stubborn, 3, options).run;
    CHECK(env.outcome(final).failure->message == "attempt 1");
}

TEST_CASE("1.5 continue-as-new: a new run of the chain with a history of its own; who waits waits on") {
    TestEnvironment env;
    env.add(counting_down, run_counting_down);
    const auto run = env.start(counting_down, 3, "countdown");
    CHECK(env.result(counting_down, run) == 42);
    CHECK(number(env, "select count(*) from engine.runs") == 4);
    CHECK(env.client().describe(ref(run))->status == RunStatus::continued_as_new);
    CHECK(env.history(run).size() == 3);
}

TEST_CASE("1.5 continue-as-new: suggested to the code from 4,096 events on, the same at every replay") {
    TestEnvironment env;
    env.add(growing, run_growing);
    const auto run = env.start(growing, 1, "growing");
    const int events = env.result(growing, run);
    CHECK(events >= 4096);
    CHECK(events < 4096 + 1002);
    CHECK(number(env, "select count(*) from engine.runs") == 2);
    CHECK(env.client().describe(ref(run))->events == events + 2);  // the last timer, and the end
}

TEST_CASE("1.5 child workflows: a run of its own whose result its parent awaits") {
    TestEnvironment env;
    env.add(family, run_family);
    env.add(counting_down, run_counting_down);
    const auto run = env.start(family, {}, "family");
    CHECK(env.result(family, run) == 42);
    const auto child = env.client().resolve(named("child"));
    REQUIRE(child);
    CHECK(env.client().describe(ref(*child))->parent == run);
}

TEST_CASE(
    "1.5 queue-scoped dedup, singleton: the workflow id, with use-existing; a limit lets one run at a time") {
    TestEnvironment env;
    env.add(counting_down, run_counting_down);
    StartOptions options = called("report-7");
    options.conflict = ConflictPolicy::use_existing;
    const auto first = env.client().start(counting_down, 0, options);
    CHECK(env.client().start(counting_down, 0, options).run == first.run);

    for (const char* id : {"s-1", "s-2", "s-3"}) {
        StartOptions one = called(id);
        one.limit = durable::RunLimit{.key = "singleton", .concurrency = 1};
        env.client().start(counting_down, 0, one);
    }
    env.result(counting_down, first.run);
    for (const char* id : {"s-1", "s-2", "s-3"}) env.result(counting_down, *env.client().resolve(named(id)));
    CHECK(env.elapsed() >= 3h);  // one hour each, one after the other
}

TEST_CASE("1.5 debounce: signal-with-start and a wait for silence; the last message counts") {
    TestEnvironment env;
    env.add(debounced, run_debounced);
    const auto press = [&env](int value) {
        return env.client().signal_with_start(debounced, 0, called("bell"), amount, value).start.run;
    };
    const auto run = press(1);
    env.skip(30s);
    CHECK(press(2) == run);
    env.skip(59s);
    CHECK(press(3) == run);
    CHECK(env.result(debounced, run) == 3);
    CHECK(press(4) != run);
}

TEST_CASE("1.5 time-outs: of a run, of the whole chain, and a start that is put off counts from then") {
    TestEnvironment env;
    add_till(env);
    env.add(counting_down, run_counting_down);
    StartOptions options = called("run");
    options.run_timeout = 2h;
    CHECK(env.outcome(env.client().start(till, {}, options).run).status == RunStatus::timed_out);
    options.workflow = WorkflowId{"each run has its own"};
    CHECK(env.outcome(env.client().start(counting_down, 5, options).run).status == RunStatus::completed);
    options.workflow = WorkflowId{"chain"};
    options.execution_timeout = 150min;
    const auto late = env.outcome(env.client().start(counting_down, 5, options).run);
    CHECK(late.status == RunStatus::timed_out);
    CHECK(late.failure->message.find("execution_timeout") != std::string::npos);
    StartOptions delayed = called("delayed");
    delayed.start_delay = 24h;
    delayed.run_timeout = 90min;
    const auto begun = env.elapsed();
    CHECK(env.result(counting_down, env.client().start(counting_down, 0, delayed).run) == 42);
    CHECK(env.elapsed() >= begun + 25h);
}

TEST_CASE("1.5 delete: the run goes with its history, an open one only if it is to be terminated") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {}, "till");
    env.settle();
    CHECK(env.client().remove(ref(run), false, "by mistake", "ann") == RemoveResult::open);
    CHECK(env.client().remove(ref(run), true, "asked for", "ann") == RemoveResult::removed);
    CHECK(env.history(run).empty());
    CHECK_FALSE(env.client().describe(named("till")));
    CHECK(env.client().audit({.verb = "workflow delete"}).size() == 1);
    CHECK(env.client().start(till, {}, called("till")).outcome == Outcome::started);
}

// --- 1.5 and 2.7: workflow ids ---------------------------------------------------------------------------------------

TEST_CASE("1.5 id reuse: a closed run's id is given, given unless it completed, or refused") {
    TestEnvironment env;
    env.add(stubborn, run_stubborn);
    env.outcome(env.start(stubborn, 1, "completed"));
    env.outcome(env.start(stubborn, 2, "failed"));
    const auto start = [&env](const std::string& id, ReusePolicy reuse) {
        StartOptions options = called(id);
        options.reuse = reuse;
        return env.client().start(stubborn, 1, options).outcome;
    };
    CHECK(start("completed", ReusePolicy::reject) == Outcome::already_closed);
    CHECK(start("completed", ReusePolicy::allow_if_not_completed) == Outcome::already_closed);
    CHECK(start("completed", ReusePolicy::allow) == Outcome::started);
    CHECK(start("failed", ReusePolicy::reject) == Outcome::already_closed);
    CHECK(start("failed", ReusePolicy::allow_if_not_completed) == Outcome::started);
}

TEST_CASE("1.5 id conflict: an open run refuses the start, is used, or is ended by it") {
    TestEnvironment env;
    add_till(env);
    const auto start = [&env](ConflictPolicy conflict) {
        StartOptions options = called("till");
        options.conflict = conflict;
        return env.client().start(till, {}, options);
    };
    const auto first = start(ConflictPolicy::fail);
    CHECK(start(ConflictPolicy::fail).outcome == Outcome::already_open);
    CHECK(start(ConflictPolicy::use_existing).outcome == Outcome::existing);
    CHECK(start(ConflictPolicy::use_existing).run == first.run);
    const auto second = start(ConflictPolicy::terminate_existing);
    CHECK(second.outcome == Outcome::started);
    CHECK(env.client().describe(ref(first.run))->status == RunStatus::terminated);
}

TEST_CASE(
    "2.7 workflow id: a repeated request is no conflict, it gives the first run, whatever became of it") {
    TestEnvironment env;
    env.add(stubborn, run_stubborn);
    StartOptions options = called("once");
    options.request_id = "webhook-1";
    options.reuse = ReusePolicy::reject;
    const auto first = env.client().start(stubborn, 1, options);
    CHECK(env.client().start(stubborn, 1, options).outcome == Outcome::existing);
    env.settle();
    env.result(stubborn, first.run);
    const auto late = env.client().start(stubborn, 1, options);
    CHECK(late.outcome == Outcome::existing);
    CHECK(late.run == first.run);
    options.request_id = "webhook-2";
    CHECK(env.client().start(stubborn, 1, options).outcome == Outcome::already_closed);
}

TEST_CASE(
    "2.7 workflow id: terminate-and-start without a pause is exact: one open run, each other ended once") {
    TestEnvironment env;
    add_till(env);
    env.settle();
    std::vector<std::jthread> starters;
    for (int who = 0; who < 4; ++who) {
        starters.emplace_back([url = env.database().url()] {
            durable::client::Client client{{.connection_string = url}};
            StartOptions options = called("till");
            options.conflict = ConflictPolicy::terminate_existing;
            for (int i = 0; i < 25; ++i) CHECK(client.start(till, {}, options).outcome == Outcome::started);
        });
    }
    starters.clear();
    CHECK(number(env, "select count(*) from engine.live_runs") == 1);
    CHECK(number(env, "select count(*) from engine.closed_runs where status = 'terminated'") == 99);
    must_be_sound(env);
}

}  // namespace conformance

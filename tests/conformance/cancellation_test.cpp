// 2.8 Cancellation: a request that reaches a tree of scopes; what it does to what is awaited there; how the run ends.

#include <algorithm>

#include "engine/workflow/workflow.hpp"
#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::ActivityOptions;
using durable::CancellationScope;
using durable::CancellationType;
using durable::ChildOptions;
using durable::Nothing;
using durable::Outcome;
using durable::ParentClosePolicy;
using durable::RunId;
using durable::Signal;
using durable::StateKey;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::WorkflowType;
using durable::client::RunResult;
using durable::replay::RunStatus;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using durable::worker::awaitable;

constexpr Signal<Nothing> go_on{"go_on"};
constexpr StateKey<std::string> stage{"stage"};

template <class T>
std::string told(const Outcome<T>& outcome) {
    return outcome.ok() ? "done" : outcome.canceled() ? "canceled" : "failed";
}
/// How an await ends, as a value.
template <class A>
Task<std::string> ends(Workflow& wf, A awaitable) {
    const auto outcome = co_await wf.attempt(std::move(awaitable));
    co_return told(outcome);
}

// --- the request and the run's own end ----------------------------------------------------------------------

constexpr WorkflowType<std::string, std::string> answers{"answers"};
/// Waits; cancelled, it cleans up as long as it likes, and ends as its input says.
Task<std::string> run_answers(Workflow& wf, std::string end) {
    const auto waited = co_await wf.attempt(wf.sleep(24h));
    wf.publish(stage, "cleaning up");
    co_await wf.shielded(wf.signals(go_on).receive());
    if (end == "failed") throw durable::ApplicationError{"Dirty", "could not clean up"};
    if (end == "canceled") co_await wf.sleep(1h);  // ends at once: the scope is cancelled
    co_return waited.ok() ? "slept" : waited.failure().message;
}

// --- scopes -------------------------------------------------------------------------------------------------

constexpr WorkflowType<Nothing, std::string> sleeper{"sleeper"};
Task<std::string> run_sleeper(Workflow& wf, Nothing) {
    co_await wf.sleep(24h);
    co_return "slept";
}
constexpr WorkflowType<Nothing, std::vector<std::string>> waits_for_all{"waits_for_all"};
Task<std::vector<std::string>> run_waits_for_all(Workflow& wf, Nothing) {
    const CancellationScope nested = wf.scope();
    std::vector<Task<std::string>> waits;
    waits.push_back(ends(wf, wf.sleep(24h)));
    waits.push_back(ends(wf, wf.run(step, 1)));
    waits.push_back(ends(wf, wf.child(sleeper, {}, {.workflow = WorkflowId{"child"}})));
    waits.push_back(ends(wf, wf.signals(go_on).receive()));
    waits.push_back(ends(wf, nested.run(wf.sleep(24h))));
    co_return co_await wf.all(std::move(waits));
}

constexpr WorkflowType<Nothing, std::vector<std::string>> prunes{"prunes"};
/// Waits in a scope of its own below `scope`.
Task<std::string> wait_below(Workflow& wf) {
    const CancellationScope below = wf.scope();
    co_return co_await ends(wf, below.run(wf.sleep(24h)));
}
Task<std::string> wait_in(CancellationScope scope, Task<std::string> waiting) {
    co_return co_await scope.run(std::move(waiting));
}
Task<std::string> cancel_after(Workflow& wf, CancellationScope scope) {
    co_await wf.sleep(1h);
    scope.cancel("pruned");
    co_return "cut";
}
/// Three branches: in a scope, in a scope below that one, and beside both. The first scope is cancelled after an hour.
Task<std::vector<std::string>> run_prunes(Workflow& wf, Nothing) {
    const CancellationScope scope = wf.scope();
    std::vector<Task<std::string>> waits;
    waits.push_back(ends(wf, scope.run(wf.sleep(24h))));
    waits.push_back(wait_in(scope, wait_below(wf)));
    waits.push_back(ends(wf, wf.sleep(2h)));
    waits.push_back(cancel_after(wf, scope));
    co_return co_await wf.all(std::move(waits));
}

constexpr WorkflowType<Nothing, std::string> cleans_up{"cleans_up"};
Task<int> clean_up(Workflow& wf) {
    const int cleaned = co_await wf.run(step, 2);
    co_await wf.sleep(5min);
    co_return cleaned;
}
Task<std::string> run_cleans_up(Workflow& wf, Nothing) {
    const std::string waited = co_await ends(wf, wf.sleep(24h));
    const std::string refused = co_await ends(wf, wf.run(step, 1));
    const int cleaned = co_await wf.shielded(clean_up(wf));
    co_return waited + ", " + refused + ", cleaned " + std::to_string(cleaned);
}

// --- cancellation types -------------------------------------------------------------------------------------

constexpr WorkflowType<CancellationType, std::string> awaits_step{"awaits_step"};
/// Tells how the await of the step ended, and stays until it is told to go on.
Task<std::string> run_awaits_step(Workflow& wf, CancellationType type) {
    ActivityOptions options = step.options();
    options.cancellation = type;
    const auto outcome = co_await wf.attempt(step, 1, options);
    wf.publish(stage, outcome.ok() ? "result " + std::to_string(outcome.value()) : told(outcome));
    co_await wf.shielded(wf.signals(go_on).receive());
    co_return told(outcome);
}

constexpr WorkflowType<CancellationType, std::string> awaits_child{"awaits_child"};
/// Ends with the very activation in which the await of its child has ended.
Task<std::string> run_awaits_child(Workflow& wf, CancellationType type) {
    const ChildOptions options{
        .workflow = WorkflowId{"child"}, .parent_close = ParentClosePolicy::abandon, .cancellation = type};
    const auto outcome = co_await wf.attempt(wf.child(answers, "completed", options));
    co_return outcome.ok() ? "result " + outcome.value() : told(outcome);
}

std::string stage_of(TestEnvironment& env, const durable::client::RunRef& run) {
    return env.client().published(run, stage).value_or("");
}
void wait_for_stage(TestEnvironment& env, const durable::client::RunRef& run, const std::string& name) {
    INFO("waiting for stage \"" << name << "\", now \"" << stage_of(env, run) << "\"");
    REQUIRE(eventually([&] { return stage_of(env, run) == name; }));
}

/// A parent that waits for its child with a cancellation type, cancelled while the child sleeps.
struct Family {
    explicit Family(CancellationType type) {
        env.add(awaits_child, run_awaits_child);
        env.add(answers, run_answers);
        parent = env.start(awaits_child, type, "parent");
        env.settle();
        REQUIRE(count(env, parent, "ChildStarted") == 1);
        env.cancel(parent, "enough");
    }
    void let_child_go() {
        REQUIRE(env.client().signal(named("child"), go_on, Nothing{}) == SendResult::delivered);
    }
    RunId child() { return env.client().resolve(named("child")).value(); }
    std::string result_of_parent() { return env.result(awaits_child, parent); }

    TestEnvironment env;
    RunId parent;
};

/// A run of `awaits_step`, cancelled while an attempt of its step stays.
struct Awaiting {
    Awaiting(CancellationType type, const Doing& doing) {
        env.add(awaits_step, run_awaits_step);
        board = add_step(env, doing);
        run = env.start(awaits_step, type, "awaiting");
        board->wait_for("began");
        env.cancel(run, "enough");
    }
    std::string end() {
        env.signal(run, go_on, Nothing{});
        return env.result(awaits_step, run);
    }
    TestEnvironment env;
    BoardPtr board;
    RunId run;
};

}  // namespace

// --- the request --------------------------------------------------------------------------------------------

TEST_CASE("2.8 cancel is a request with a reason and an identity, and the code chooses the end") {
    const std::map<std::string, RunStatus> expected{{"canceled", RunStatus::canceled},
                                                    {"completed", RunStatus::completed},
                                                    {"failed", RunStatus::failed}};
    for (const auto& [end, status] : expected) {
        TestEnvironment env;
        env.add(answers, run_answers);
        const RunId run = env.start(answers, end, "asked");
        env.settle();
        CHECK(env.client().cancel(ref(run), "the caller hung up", "ada@desk") == SendResult::delivered);
        wait_for_stage(env, ref(run), "cleaning up");
        CHECK(env.client().describe(ref(run))->cancel_requested);
        env.signal(run, go_on, Nothing{});
        CHECK(env.outcome(run).status == status);
        const auto asked = env.history(run).at(2).arrived.at(0);
        CHECK(std::get<durable::history::CancelRequested>(asked) ==
              durable::history::CancelRequested{"the caller hung up", "ada@desk"});
    }
}

TEST_CASE("2.8 cancel is idempotent: asked again nothing more happens; of a closed run it is no error") {
    TestEnvironment env;
    env.add(answers, run_answers);
    const RunId run = env.start(answers, "completed", "asked twice");
    env.settle();
    env.cancel(run, "first");
    wait_for_stage(env, ref(run), "cleaning up");
    env.cancel(run, "second");
    env.settle();  // its clean-up goes on waiting
    CHECK(env.client().describe(ref(run))->status == RunStatus::running);
    env.signal(run, go_on, Nothing{});
    CHECK(env.result(answers, run) == "first");
    CHECK(count(env, run, "TimerCanceled") == 1);
    CHECK(env.client().cancel(ref(run), "third", "ada") == SendResult::closed);
    CHECK(env.client().cancel(named("nobody"), "", "ada") == SendResult::not_found);
}

TEST_CASE("2.8 terminate needs no worker, runs no code, and is final") {
    TestEnvironment env;
    env.add(answers, run_answers);
    const RunId run =
        env.client().start(answers, std::string{"completed"}, {.workflow = WorkflowId{"doomed"}}).run;
    CHECK(env.client().terminate(ref(run), "a mistake", "ada") == SendResult::delivered);
    CHECK(env.client().wait_result(ref(run), 0ms).status == RunStatus::terminated);
    env.settle();  // the worker starts, and has nothing to do
    CHECK(kinds(env, run) == std::vector<std::string>{"WorkflowStarted", "WorkflowTerminated"});
    CHECK(env.client().terminate(ref(run), "again", "ada") == SendResult::closed);
    CHECK(env.client().signal(ref(run), go_on, Nothing{}) == SendResult::closed);
}

// --- scopes -------------------------------------------------------------------------------------------------

TEST_CASE("2.8 root scope: timers, activities, children, messages and nested scopes are cancelled together") {
    TestEnvironment env;
    env.add(waits_for_all, run_waits_for_all);
    env.add(sleeper, run_sleeper);
    const auto board = add_step(env, stay);
    const RunId run = env.start(waits_for_all, {}, "all");
    board->wait_for("began");
    REQUIRE(eventually([&] { return count(env, run, "ChildStarted") == 1; }));
    env.cancel(run, "enough");
    CHECK(env.result(waits_for_all, run) == std::vector<std::string>(5, "canceled"));
    CHECK(count(env, run, "TimerCanceled") == 2);
    CHECK(count(env, run, "ActivityCancelRequested") == 1);
    CHECK(count(env, run, "ChildCancelRequested") == 1);
    board->wait_for("stopped");
    CHECK(env.client().wait_result(named("child"), 60s).status == RunStatus::canceled);
}

TEST_CASE("2.8 scope tree: cancelling a scope ends what waits in it and below it, and nothing beside it") {
    TestEnvironment env;
    env.add(prunes, run_prunes);
    const RunId run = env.start(prunes, {}, "pruned");
    CHECK(env.result(prunes, run) == std::vector<std::string>{"canceled", "canceled", "done", "cut"});
    CHECK(env.elapsed() >= 2h);
    CHECK(env.elapsed() < 3h);
    CHECK(count(env, run, "TimerCanceled") == 2);
}

TEST_CASE("2.8 detached scope: clean-up runs to its end there; outside of it nothing new begins") {
    TestEnvironment env;
    env.add(cleans_up, run_cleans_up);
    auto fake = env.fake(step, [](int input) { return input; });
    const RunId run = env.start(cleans_up, {}, "cleaned");
    env.at(1h, [&] { env.cancel(run, "enough"); });
    CHECK(env.result(cleans_up, run) == "canceled, canceled, cleaned 2");
    CHECK(fake.inputs() == std::vector<int>{2});
    CHECK(count(env, run, "ActivityScheduled") == 1);
    CHECK(env.elapsed() >= 1h + 5min);
    CHECK(env.elapsed() < 2h);
}

// --- activities ---------------------------------------------------------------------------------------------

TEST_CASE("2.8 try-cancel: the activity is asked, the await ends at once, whatever the activity does") {
    Awaiting world{CancellationType::try_cancel, stay_deaf};
    wait_for_stage(world.env, ref(world.run), "canceled");
    world.board->wait_for("asked");
    CHECK(world.board->noted("ended") == 0);
    world.board->note("open");
    CHECK(world.end() == "canceled");
    CHECK(count(world.env, world.run, "ActivityCancelRequested") == 1);
}

TEST_CASE("2.8 wait-cancelled: the await ends when the activity has really ended, with its outcome") {
    Awaiting obeys{CancellationType::wait_cancelled, stay};
    wait_for_stage(obeys.env, ref(obeys.run), "canceled");
    CHECK(obeys.board->noted("stopped") == 1);
    CHECK(obeys.end() == "canceled");
    CHECK(count(obeys.env, obeys.run, "ActivityFailed") == 1);

    Awaiting finishes{CancellationType::wait_cancelled, stay_deaf};
    finishes.board->wait_for("asked");
    CHECK(stage_of(finishes.env, ref(finishes.run)).empty());
    finishes.board->note("open");
    wait_for_stage(finishes.env, ref(finishes.run), "result 1");
    CHECK(finishes.end() == "done");
}

TEST_CASE("2.8 wait-cancelled: one that waits for its next attempt has ended at once") {
    TestEnvironment env;
    env.add(awaits_step, run_awaits_step);
    auto fake = env.fake(step, [](int input) { return input; });
    fake.fails(5, durable::ApplicationError{"Busy", "", {.next_delay = 10h}});
    const RunId run = env.start(awaits_step, CancellationType::wait_cancelled, "between");
    env.at(1h, [&] { env.cancel(run, "enough"); });
    env.at(2h, [&] { env.signal(run, go_on, Nothing{}); });
    CHECK(env.result(awaits_step, run) == "canceled");
    CHECK(fake.calls() == 1);
    CHECK(env.elapsed() < 3h);
}

TEST_CASE("2.8 abandon: nothing is sent, the await ends at once, and the activity goes on") {
    Awaiting world{CancellationType::abandon, stay_deaf};
    wait_for_stage(world.env, ref(world.run), "canceled");
    world.board->note("open");
    REQUIRE(eventually([&] { return count(world.env, world.run, "ActivityCompleted") == 1; }));
    CHECK(world.board->noted("asked") == 0);
    CHECK(world.end() == "canceled");
    CHECK(count(world.env, world.run, "ActivityCancelRequested") == 0);
}

// --- children -----------------------------------------------------------------------------------------------

TEST_CASE("2.8 children, wait-cancelled: the await ends when the child has closed, whatever its outcome") {
    Family family{CancellationType::wait_cancelled};
    wait_for_stage(family.env, named("child"), "cleaning up");
    CHECK(family.env.client().describe(ref(family.parent))->status == RunStatus::running);
    family.let_child_go();
    CHECK(family.result_of_parent().starts_with("result "));
}

TEST_CASE("2.8 children, try-cancel: the child is asked, the await ends at once") {
    Family family{CancellationType::try_cancel};
    CHECK(family.result_of_parent() == "canceled");
    wait_for_stage(family.env, named("child"), "cleaning up");
    CHECK(family.env.client().describe(named("child"))->status == RunStatus::running);
    family.let_child_go();
    CHECK(family.env.outcome(family.child()).status == RunStatus::completed);
}

TEST_CASE(
    "2.8 children, wait-requested: the request commits with the end of the await, and outlives the parent") {
    Family family{CancellationType::try_cancel};
    CHECK(family.result_of_parent() == "canceled");
    const auto last = family.env.history(family.parent).back();
    // One activation, one commit: asked, request recorded, and closed.
    REQUIRE(last.commands.size() == 2);
    CHECK(durable::history::kind_name(last.commands[0]) == "ChildCancelRequested");
    CHECK(durable::history::kind_name(last.commands[1]) == "WorkflowCompleted");
    REQUIRE(eventually([&] { return count(family.env, family.child(), "CancelRequested") == 1; }));
    family.let_child_go();
    CHECK(family.env.outcome(family.child()).status == RunStatus::completed);
}

TEST_CASE("2.8 children, abandon: nothing is sent, the await ends at once") {
    Family family{CancellationType::abandon};
    CHECK(family.result_of_parent() == "canceled");
    CHECK(count(family.env, family.parent, "ChildCancelRequested") == 0);
    family.let_child_go();
    CHECK(family.env.result(answers, family.child()) == "slept");  // to the end of its day
    CHECK(count(family.env, family.child(), "CancelRequested") == 0);
}

}  // namespace conformance

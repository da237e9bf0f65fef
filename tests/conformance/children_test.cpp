// Semantics 2.9: how children start, what their parents hear, and what becomes of them when those close.

#include <map>

#include "tests/conformance/support.hpp"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using durable::ApplicationError;
using durable::ChildOptions;
using durable::Nothing;
using durable::ParentClosePolicy;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::replay::RunStatus;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using At = durable::client::ResetPoint::At;
using Texts = std::vector<std::string>;

struct Household {
    static constexpr bool defaults_allowed = true;
    int children = 1;
    std::string policy = "terminate";
    std::string way = "await";  ///< await the children, fail, or any other: complete
    int runs_left = 0;          ///< to go on as new so often before
    std::string prefix = "child-";
};
BOOST_DESCRIBE_STRUCT(Household, (), (children, policy, way, runs_left, prefix))

constexpr durable::WorkflowType<Household, int> parent{"parent"};
constexpr durable::WorkflowType<int, int> child{"child"};
constexpr durable::WorkflowType<std::string, std::string> curious{"curious"};
constexpr durable::WorkflowType<Nothing, int> follower{"follower"};
constexpr durable::Signal<int> grow{"grow"};
constexpr durable::Signal<Nothing> go{"go"};

/// Goes on as new so many times, then waits for a number and gives it.
Task<int> run_child(Workflow& wf, int runs_left) {
    if (runs_left > 0) {
        co_await wf.sleep(1min);
        wf.continue_as_new(runs_left - 1);
    }
    co_return co_await wf.signals(grow).receive();
}

/// Cancelling the parent's scope does not reach them: what becomes of them is up to the policy alone.
ChildOptions options_of(int i, const Household& house) {
    ChildOptions options{.workflow = WorkflowId{house.prefix + std::to_string(i)}};
    options.cancellation = durable::CancellationType::abandon;
    if (house.policy == "request_cancel") options.parent_close = ParentClosePolicy::request_cancel;
    if (house.policy == "abandon") options.parent_close = ParentClosePolicy::abandon;
    return options;
}

/// Starts its children in its first run; ends in the given way once it is told to.
Task<int> run_parent(Workflow& wf, Household house) {
    std::vector<durable::ChildHandle<int>> children;
    for (int i = 0; i < house.children; ++i) {
        children.push_back(co_await wf.start_child(child, 0, options_of(i, house)));
    }
    if (house.runs_left > 0) {
        house.children = 0;
        --house.runs_left;
        wf.continue_as_new(house);
    }
    int sum = 0;
    if (house.way == "await") {
        for (auto& each : children) sum += co_await each;
        co_return sum;
    }
    co_await wf.signals(go).receive();
    if (house.way == "fail") throw ApplicationError("Failed", "as told");
    co_return sum;
}

/// Starts one child; "started", or why not.
Task<std::string> run_curious(Workflow& wf, std::string id) {
    const auto birth = co_await wf.attempt(
        wf.start_child(child, 0, {.workflow = WorkflowId{id}, .parent_close = ParentClosePolicy::abandon}));
    co_return birth.ok() ? "started" : birth.failure().cause->type;
}

/// Awaits a child that goes on as new twice.
Task<int> run_follower(Workflow& wf, Nothing) {
    co_return co_await wf.child(child, 2, {.workflow = WorkflowId{"child-0"}});
}

void add_family(TestEnvironment& env) {
    env.add(parent, run_parent);
    env.add(child, run_child);
    env.add(curious, run_curious);
    env.add(follower, run_follower);
}

RunId run_of(TestEnvironment& env, const std::string& id) {
    const auto run = env.client().resolve(named(id));
    REQUIRE(run);
    return *run;
}
RunStatus status_of(TestEnvironment& env, const std::string& id) {
    return env.client().describe(named(id))->status;
}

const std::vector<std::string> policies{"terminate", "request_cancel", "abandon"};
/// All ways in which a parent that waits can be closed; the last two by the clock, after two hours.
const std::vector<std::string> ways{"complete", "fail",   "cancel",   "terminate",
                                    "replace",  "delete", "time out", "execution time-out"};

std::string id_of(const std::string& way, const std::string& policy) {
    return way + "/" + policy;
}
/// A parent with five children, to be closed in this way.
RunId open_house(TestEnvironment& env, const std::string& way, const std::string& policy, int runs_left = 0) {
    const std::string id = id_of(way, policy);
    durable::client::StartOptions options{.workflow = WorkflowId{id}};
    if (way == "time out") options.run_timeout = 2h;
    if (way == "execution time-out") options.execution_timeout = 2h;
    const Household house{
        .children = 5, .policy = policy, .way = way, .runs_left = runs_left, .prefix = id + "/"};
    return env.client().start(parent, house, options).run;
}
void close_house(TestEnvironment& env, RunId run, const std::string& way, const std::string& policy) {
    if (way == "complete" || way == "fail") env.signal(run, go, {});
    if (way == "cancel") env.cancel(run, "enough");
    if (way == "terminate")
        CHECK(env.client().terminate(ref(run), "enough", "test") == SendResult::delivered);
    if (way == "delete")
        CHECK(env.client().remove(ref(run), true, "enough", "test") == durable::store::RemoveResult::removed);
    if (way == "replace") {
        durable::client::StartOptions options{.workflow = WorkflowId{id_of(way, policy)}};
        options.conflict = durable::store::ConflictPolicy::terminate_existing;
        CHECK(env.client().start(child, 0, options).outcome == durable::store::StartResult::Outcome::started);
    }
}
void must_all_be(TestEnvironment& env, const std::string& way, const std::string& policy, RunStatus status) {
    for (int i = 0; i < 5; ++i) CHECK(status_of(env, id_of(way, policy) + "/" + std::to_string(i)) == status);
}
RunStatus status_after(const std::string& policy) {
    if (policy == "abandon") return RunStatus::running;
    return policy == "terminate" ? RunStatus::terminated : RunStatus::canceled;
}

}  // namespace

TEST_CASE("2.9 children: the start is acknowledged as an event of its own, before the result") {
    TestEnvironment env;
    add_family(env);
    const auto run = env.start(parent, {}, "parent");
    env.settle();
    CHECK(kinds(env, run) == Texts{"WorkflowStarted", "ChildInitiated", "ChildStarted"});
    env.signal(run_of(env, "child-0"), grow, 8);
    CHECK(env.result(parent, run) == 8);
    CHECK(kinds(env, run).at(3) == "ChildCompleted");
}

TEST_CASE(
    "2.9 children: a workflow id that an open run has fails the start, as an event; nothing is harmed") {
    TestEnvironment env;
    add_family(env);
    const auto taken = env.start(child, 0, "taken");
    const auto run = env.start(curious, "taken", "curious-1");
    CHECK(env.result(curious, run) == "WorkflowIdTaken");
    CHECK(count(env, run, "ChildStartFailed") == 1);
    env.signal(taken, grow, 1);
    CHECK(env.result(child, taken) == 1);
    CHECK(env.result(curious, env.start(curious, "taken", "curious-2")) == "started");
}

TEST_CASE("2.9 parent-close policy: on any close of the parent, for all of its children at once") {
    CHECK(ChildOptions{}.parent_close == ParentClosePolicy::terminate);
    TestEnvironment env;
    add_family(env);
    std::map<std::string, RunId> runs;
    for (const auto& way : ways) {
        for (const auto& policy : policies) runs[id_of(way, policy)] = open_house(env, way, policy);
    }
    env.settle();
    CHECK(number(env, "select count(*) from engine.live_runs") == 8 * 3 * (1 + 5));
    for (const auto& way : ways) {
        for (const auto& policy : policies) close_house(env, runs[id_of(way, policy)], way, policy);
    }
    env.skip(3h);
    for (const auto& way : ways) {
        for (const auto& policy : policies) {
            CAPTURE(id_of(way, policy));
            const auto closed = env.client().describe(ref(runs[id_of(way, policy)]));
            CHECK((closed ? closed->status != RunStatus::running : way == "delete"));
            must_all_be(env, way, policy, status_after(policy));
        }
    }
    must_be_sound(env);
}

TEST_CASE("2.9 parent-close policy: request-cancel asks, and the child chooses; abandon leaves alone") {
    TestEnvironment env;
    add_family(env);
    const auto asked = open_house(env, "complete", "request_cancel");
    const auto left = open_house(env, "complete", "abandon");
    env.settle();
    for (const auto run : {asked, left}) close_house(env, run, "complete", "");
    env.settle();
    CHECK(count(env, run_of(env, "complete/request_cancel/0"), "CancelRequested") == 1);
    CHECK(count(env, run_of(env, "complete/abandon/0"), "CancelRequested") == 0);
    env.signal(run_of(env, "complete/abandon/0"), grow, 3);
    CHECK(env.result(child, run_of(env, "complete/abandon/0")) == 3);
}

TEST_CASE("2.9 parent-close policy: continue-as-new is no close; the children stay until the chain closes") {
    TestEnvironment env;
    add_family(env);
    std::map<std::string, RunId> runs;
    for (const auto& policy : policies) runs[policy] = open_house(env, "complete", policy, 3);
    env.settle();
    for (const auto& policy : policies) {
        CAPTURE(policy);
        CHECK(env.client().describe(ref(runs[policy]))->status == RunStatus::continued_as_new);
        must_all_be(env, "complete", policy, RunStatus::running);
        CHECK(count(env, run_of(env, "complete/" + policy + "/0"), "CancelRequested") == 0);
    }
    for (const auto& policy : policies) close_house(env, runs[policy], "complete", policy);
    env.settle();
    for (const auto& policy : policies) must_all_be(env, "complete", policy, status_after(policy));
}

TEST_CASE("2.9 children: a child's continue-as-new is invisible to its parent") {
    TestEnvironment env;
    add_family(env);
    const auto run = env.start(follower, {}, "follower");
    env.skip(5min);
    CHECK(number(env, "select count(*) from engine.runs where workflow_id = 'child-0'") == 3);
    env.signal(run_of(env, "child-0"), grow, 5);
    CHECK(env.result(follower, run) == 5);
    CHECK(kinds(env, run) ==
          Texts{"WorkflowStarted", "ChildInitiated", "ChildStarted", "ChildCompleted", "WorkflowCompleted"});
}

TEST_CASE("2.9 children: a child that is reset stays its parent's child") {
    TestEnvironment env;
    add_family(env);
    const auto run = env.start(parent, {}, "parent");
    env.settle();
    const auto first = run_of(env, "child-0");
    const auto again = env.client().reset(env.workflows(), ref(first), {.point = {At::first_activation}}).run;
    env.settle();
    CHECK(env.client().describe(ref(again))->parent == run);
    env.signal(again, grow, 6);
    CHECK(env.result(parent, run) == 6);
    must_be_sound(env);
}

TEST_CASE("2.9 children: an end that nobody was there to hear is found again when the parent is reset") {
    TestEnvironment env;
    add_family(env);
    const auto run = env.start(parent, {.policy = "abandon"}, "parent");
    env.settle();
    CHECK(env.client().terminate(ref(run), "too early", "test") == SendResult::delivered);
    env.settle();
    env.signal(run_of(env, "child-0"), grow, 9);
    CHECK(env.result(child, run_of(env, "child-0")) == 9);
    const auto again =
        env.client().reset(env.workflows(), ref(run), {.point = {At::event, durable::EventId{3}}});
    CHECK(env.result(parent, again.run) == 9);
    CHECK(number(env, "select count(*) from engine.runs where workflow_id = 'child-0'") == 1);
}

TEST_CASE("2.9 children: a child that fails, or is ended by others, is an exception that says which way") {
    TestEnvironment env;
    add_family(env);
    const auto run = env.start(parent, {}, "parent");
    env.settle();
    CHECK(env.client().terminate(named("child-0"), "a mistake", "ann") == SendResult::delivered);
    const auto ended = env.outcome(run);
    CHECK(ended.status == RunStatus::failed);
    CHECK(ended.failure->kind == durable::FailureKind::child);
    CHECK(ended.failure->cause->kind == durable::FailureKind::terminated);
    CHECK(ended.failure->to_string().find("a mistake") != std::string::npos);
}

}  // namespace conformance

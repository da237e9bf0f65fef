// 1.5 Pause, in detail: what waits while a run is paused, and what does not. The verb, and messages:
// lifecycle_test.cpp.

#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::replay::RunStatus;
using durable::store::SendResult;
using durable::testing::TestEnvironment;

constexpr durable::WorkflowType<Nothing, int> busy{"busy"};
constexpr durable::WorkflowType<Nothing, int> errand{"errand"};
constexpr durable::Activity<int, int> flaky{"flaky", {.start_to_close = 30s, .initial_interval = 10min}};

Task<int> run_errand(Workflow& wf, Nothing) {
    co_await wf.sleep(2h);
    co_return 20;
}
/// An activity, one that is tried again after ten minutes, a timer of an hour, and a child of two.
Task<int> run_busy(Workflow& wf, Nothing) {
    auto [first, second, nothing, third] =
        co_await wf.all(wf.run(step, 1), wf.run(flaky, 300), wf.sleep(1h),
                        wf.child(errand, {}, {.workflow = WorkflowId{"errand"}}));
    co_return first + second + third;
}

/// The run is paused, and nobody holds it any more.
bool is_at_rest(TestEnvironment& env, durable::RunId run) {
    const auto info = env.client().describe(ref(run));
    return info->paused && !info->paused->held && !info->owner;
}

}  // namespace

TEST_CASE("1.5 pause: an attempt under way ends; retries and due timers wait; a child goes on") {
    TestEnvironment env;
    const auto board = add_step(env, stay);
    auto tried = env.fake(flaky, [](const int& value) { return value; });
    tried.fails(1);
    env.add(busy, run_busy);
    env.add(errand, run_errand);
    const auto run = env.start(busy, {}, "busy");
    board->wait_for("began");
    REQUIRE(eventually([&] {
        const auto info = env.client().describe(ref(run));
        return info->activities.size() == 1 && info->activities[0].state == "retrying" &&
               env.client().resolve(named("errand"));
    }));
    CHECK(env.client().pause(ref(run), "ticket 12", "ann") == SendResult::delivered);
    CHECK(board->noted("stopped") == 0);
    board->note("open");
    REQUIRE(eventually([&] { return is_at_rest(env, run); }));
    CHECK(board->noted("stopped") == 0);
    const auto turns = env.history(run).size();

    env.skip(5h);
    CHECK(env.client().describe(named("errand"))->status == RunStatus::completed);
    CHECK(env.history(run).size() == turns);
    CHECK(count(env, run, "TimerFired") == 0);
    CHECK(tried.calls() == 1);

    CHECK(env.client().unpause(ref(run), "mended", "ann") == SendResult::delivered);
    CHECK(env.result(busy, run) == 321);
    CHECK_MESSAGE(board->noted("began") == 1, "what had ended meanwhile was not lost");
    CHECK(tried.calls() == 2);
    CHECK(count(env, run, "TimerFired") == 1);
    must_be_sound(env);
}

}  // namespace conformance

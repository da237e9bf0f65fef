#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

history::UnitsGranted granted(int requested) {
    return {.requested = EventId{requested}};
}

Task<int> two_at_a_time(Workflow& wf, Nothing) {
    HeldUnits lines = co_await wf.acquire("lines", 2, 3);
    co_await wf.sleep(1h);
    lines.release();
    lines.release();
    const HeldUnits rest = co_await wf.acquire("lines");
    co_return rest.request().value;
}

TEST_CASE("units are requested, granted some time later, and given back once") {
    Script script{two_at_a_time};
    script.feed();
    CHECK(script.said() == "UnitsRequested 2");
    CHECK(script.command<history::UnitsRequested>(0).resource == "lines");
    CHECK(script.command<history::UnitsRequested>(0).units == 2);
    CHECK(script.command<history::UnitsRequested>(0).capacity == 3);
    CHECK(script.execution().waits_for().starts_with("2 of semaphore lines (event 2)"));
    CHECK_FALSE(script.execution().pending_units()[0].held);
    script.feed(granted(2));
    CHECK(script.said() == "TimerStarted 4");
    CHECK(script.execution().pending_units()[0].held);
    script.wait(1h);
    CHECK(script.said() == "UnitsReleased 6, UnitsRequested 7");
    script.feed(granted(7));
    CHECK(script.result<int>() == 7);
}

TEST_CASE("a grant of what is held already, or was given back, is not expected") {
    Script script{two_at_a_time};
    script.feed();
    CHECK_FALSE(script.execution().expects(granted(3)));
    script.feed(granted(2), granted(2));
    CHECK(script.history().back().arrived.size() == 1);
    CHECK_FALSE(script.execution().expects(granted(2)));
}

Task<std::string> impatient(Workflow& wf, Nothing) {
    const auto first = co_await wf.any(wf.acquire("lines"), wf.sleep(10min));
    co_return first.index == 0 ? "got it" : "gave up";
}

TEST_CASE("a request that loses against a timer is withdrawn") {
    Script script{impatient};
    script.feed();
    CHECK(script.said() == "UnitsRequested 2, TimerStarted 3");
    script.wait(10min);
    CHECK(script.said() == "UnitsReleased 5, WorkflowCompleted 6");
    CHECK(script.result<std::string>() == "gave up");
}

TEST_CASE("a request that wins keeps its units, and the timer goes") {
    Script script{impatient};
    script.feed().feed(granted(2));
    CHECK(script.said() == "TimerCanceled 5, WorkflowCompleted 6");
    CHECK(script.result<std::string>() == "got it");
}

Task<Nothing> tidy(Workflow& wf, Nothing) {
    HeldUnits held = co_await wf.acquire("lines");
    const auto slept = co_await wf.attempt(wf.sleep(1h));
    CHECK(slept.canceled());
    held.release();
    co_return Nothing{};
}

TEST_CASE("units are given back in a cancelled scope too") {
    Script script{tidy};
    script.feed().feed(granted(2)).feed(Script::cancel("stop"));
    CHECK(script.said() == "TimerCanceled 6, UnitsReleased 7, WorkflowCompleted 8");
}

TEST_CASE("a run that is cancelled while it waits withdraws its request") {
    Script script{tidy};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "UnitsReleased 4, WorkflowCanceled 5");
}

Task<Nothing> greedy(Workflow& wf, int units) {
    (void)co_await wf.acquire("lines", units, 2);
    co_return Nothing{};
}

TEST_CASE("a request that no semaphore can grant blocks the run, and says where it is made") {
    for (const int units : {0, -1, 3}) {
        CAPTURE(units);
        Script script{greedy, units};
        const replay::Blocked blocked = script.feed_blocked();
        CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
        CHECK(blocked.reason.find("replay/semaphores_test.cpp:") != std::string::npos);
    }
}

// --- limits of runs --------------------------------------------------------------------------------------

Task<int> limited(Workflow& wf, int value) {
    co_await wf.sleep(1h);
    co_return value;
}

history::WorkflowStarted limited_start() {
    history::WorkflowStarted started{.type = "scripted",
                                     .workflow_id = "w-1",
                                     .tenant = "acme",
                                     .queue = "default",
                                     .input = encode(7),
                                     .run_deadline = {}};
    started.limit = RunLimit{"acme", 2};
    return started;
}

TEST_CASE("the code of a run with a limit begins when it is its turn") {
    Script script{limited, limited_start()};
    script.feed();
    CHECK(script.said() == "UnitsRequested 2");
    CHECK(script.command<history::UnitsRequested>(0).resource == "runs:acme");
    CHECK(script.command<history::UnitsRequested>(0).capacity == 2);
    CHECK(script.execution().waits_for().starts_with("1 of semaphore runs:acme"));
    script.feed(granted(2));
    CHECK(script.said() == "TimerStarted 4");
    script.wait(1h);
    CHECK(script.result<int>() == 7);
}

TEST_CASE("a run that is cancelled before its turn never runs more than to its first wait") {
    Script script{limited, limited_start()};
    script.feed().feed(Script::cancel("no need"));
    CHECK(script.said() == "UnitsReleased 4, WorkflowCanceled 5");
    Script at_once{limited, limited_start()};
    at_once.feed(Script::cancel("no need"));
    CHECK(at_once.said() == "WorkflowCanceled 3");
}

}  // namespace
}  // namespace durable::test

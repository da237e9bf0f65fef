// What passes between parents, children and the runs of a chain.

#include <set>

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

using namespace history;

const RunId parent_chain{*Uuid::parse("0190a5b0-7c3e-7a10-8000-0000000000aa")};
const RunId child_run{*Uuid::parse("0190a5b0-7c3e-7a10-8000-0000000000bb")};
const RunId child_chain{*Uuid::parse("0190a5b0-7c3e-7a10-8000-0000000000cc")};

WorkflowStarted start_of_parent() {
    WorkflowStarted started{.type = "house", .workflow_id = "house-1", .tenant = "acme", .queue = "default"};
    started.scheduled_for = some_day;
    return started;
}
WorkflowStarted start_of_child() {
    WorkflowStarted started{.type = "painter", .workflow_id = "paint-1", .tenant = "acme", .queue = "q"};
    started.parent = ParentRun{some_run, parent_chain, EventId{5}, "house-1"};
    return started;
}
WorkflowStarted only_event(const Activation& activation) {
    CHECK(activation.first_event == EventId{1});
    CHECK(activation.commands.empty());
    REQUIRE(activation.arrived.size() == 1);
    return std::get<WorkflowStarted>(activation.arrived[0]);
}

TEST_CASE("derived runs differ by run and event, and sort by time") {
    std::set<RunId> ids;
    RunId run = some_run;
    for (std::uint8_t last = 0; last < 100; ++last) {
        run.value.bytes[15] = last;
        for (int event = 1; event <= 100; ++event) {
            ids.insert(replay::derived_run(run, EventId{event}, some_day));
        }
    }
    CHECK(ids.size() == 10'000);
    CHECK(*ids.rbegin() < replay::derived_run(some_run, EventId{1}, some_day + 1ms));
    CHECK(*ids.begin() > replay::derived_run(some_run, EventId{1}, some_day - 1ms));
}

TEST_CASE("derived runs are the same on every machine and in every build") {
    CHECK(replay::derived_run(some_run, EventId{2}, some_day).value.to_string() ==
          "019bbef3-b000-7d47-848d-e8266953d9ab");
}

TEST_CASE("a child begins with what its parent said, in the parent's tenant and queue") {
    const WorkflowStarted parent = start_of_parent();
    const ChildInitiated command{
        .type = "painter", .workflow_id = "paint-1", .input = Payload{"7"}, .run = child_run};
    const Activation first =
        replay::first_of_child({some_run, parent_chain, parent}, EventId{5}, command, some_day + 1s);
    CHECK(first.time == some_day + 1s);
    const WorkflowStarted child = only_event(first);
    CHECK(child.type == "painter");
    CHECK(child.workflow_id == "paint-1");
    CHECK(child.tenant == "acme");
    CHECK(child.queue == "default");
    CHECK(child.input == Payload{"7"});
    CHECK(child.parent == ParentRun{some_run, parent_chain, EventId{5}, "house-1"});
    CHECK_FALSE(child.run_deadline);
    CHECK_FALSE(child.continued_from);
    CHECK_FALSE(child.scheduled_for);
}

TEST_CASE("a child has the queue and the time that it was given") {
    const WorkflowStarted parent = start_of_parent();
    ChildInitiated command{.type = "painter", .workflow_id = "paint-1", .input = {}, .run = child_run};
    command.queue = "painters";
    command.run_timeout = 2h;
    const WorkflowStarted child =
        only_event(replay::first_of_child({some_run, parent_chain, parent}, EventId{5}, command, some_day));
    CHECK(child.queue == "painters");
    CHECK(child.run_timeout == 2h);
    CHECK(child.run_deadline == some_day + 2h);
}

TEST_CASE(
    "the next run of a chain keeps the id, the parent and the schedule, and gets input, signals and time "
    "anew") {
    WorkflowStarted previous = start_of_child();
    previous.scheduled_for = some_day;
    const SignalReceived signal{"approve", Payload{"true"}, "r-1"};
    const WorkflowContinuedAsNew end{child_run, "painter", Payload{"8"}, {signal}, 2h};
    const WorkflowStarted next =
        only_event(replay::first_of_next({some_run, child_chain, previous}, end, some_day + 1s));
    CHECK(next.type == "painter");
    CHECK(next.workflow_id == "paint-1");
    CHECK(next.tenant == "acme");
    CHECK(next.queue == "q");
    CHECK(next.input == Payload{"8"});
    CHECK(next.signals == std::vector{signal});
    CHECK(next.run_timeout == 2h);
    CHECK(next.run_deadline == some_day + 1s + 2h);
    CHECK(next.continued_from == some_run);
    CHECK(next.parent == previous.parent);
    CHECK(next.scheduled_for == some_day);
}

std::optional<Event> reported(const Event& end) {
    const WorkflowStarted child = start_of_child();
    return replay::report_to_parent({child_run, child_chain, child}, end);
}

TEST_CASE("a completed child reports its result under its first run's id") {
    CHECK(reported(WorkflowCompleted{Payload{"9"}}) ==
          Event{ChildCompleted{EventId{5}, Payload{"9"}, child_chain}});
}

TEST_CASE("a child that ended in another way reports how") {
    const auto told = [](const Event& end) {
        const auto report = reported(end);
        REQUIRE(report);
        const auto& failed = std::get<history::ChildFailed>(*report);
        CHECK(failed.initiated == EventId{5});
        CHECK(failed.run == child_chain);
        CHECK(failed.failure.kind == FailureKind::child);
        CHECK(failed.failure.activity_id == EventId{5});
        return failed.failure.to_string();
    };
    CHECK(told(WorkflowFailed{{.type = "NoPaint", .message = "gone"}}) ==
          "child workflow painter failed: NoPaint: gone");
    CHECK(told(WorkflowCanceled{{.kind = FailureKind::canceled, .message = "asked"}}) ==
          "child workflow painter failed: canceled: asked");
    CHECK(told(WorkflowTimedOut{"1 h"}) == "child workflow painter failed: timed out: 1 h");
    CHECK(told(WorkflowTerminated{"fraud", "ann"}) == "child workflow painter failed: terminated: fraud");
}

TEST_CASE("there is nothing to report for a run that goes on as new, or that has no parent") {
    CHECK_FALSE(reported(WorkflowContinuedAsNew{}));
    const WorkflowStarted orphan = start_of_parent();
    CHECK_FALSE(replay::report_to_parent({some_run, some_run, orphan}, WorkflowCompleted{}));
}

TEST_CASE("a report is bounded, however much the child had to say") {
    const auto report = reported(WorkflowFailed{{.type = "Long", .message = std::string(100'000, 'x')}});
    CHECK(encode_event(*report).size() < 10'000);
}

Task<int> counts_to_three(Workflow& wf, int from) {
    if (from < 3) wf.continue_as_new(from + 1);
    co_await wf.signals(numbers).receive();
    co_return from;
}

TEST_CASE("a chain runs from run to run: each begins where the one before ended") {
    WorkflowRegistry registry;
    registry.add(WorkflowType<int, int>{"counter"}, counts_to_three);
    WorkflowStarted started{.type = "counter", .workflow_id = "c-1", .queue = "q", .input = encode(1)};
    Activation first{.time = some_day, .build = "", .arrived = {started}, .commands = {}};
    RunId run = some_run;
    int runs = 0;
    for (;; ++runs) {
        replay::Execution execution{registry, run, "b"};
        REQUIRE_FALSE(execution.replay(first));
        const auto result = execution.activate({}, some_day);
        REQUIRE(result.activated);
        if (execution.status() == replay::RunStatus::running) break;
        const auto& end = std::get<WorkflowContinuedAsNew>(result.activated->activation.commands.back());
        first = replay::first_of_next({run, some_run, execution.started()}, end, some_day);
        CHECK(only_event(first).continued_from == run);
        run = end.run;
    }
    CHECK(runs == 2);
    CHECK(only_event(first).input == encode(3));
}

}  // namespace
}  // namespace durable::test

// Where a history may be begun anew, and what of the rest is told again.

#include <doctest/doctest.h>

#include "engine/replay/fork_point.hpp"
#include "engine/replay/lineage.hpp"
#include "engine/workflow/random.hpp"

using namespace durable;
using namespace durable::history;
using namespace durable::replay;
using namespace std::chrono_literals;

namespace {

const RunId base_run{Uuid{{1}}};
const Timestamp some_day{std::chrono::hours{480'000}};

/// 1 started; 2 activity; 3 its result, 4 signal, 5 child; 6 child started, 7 another activity; 8 terminated.
History some_history() {
    ActivityScheduled step{"step", {}, {}, ""};
    ChildInitiated child;
    child.type = "child";
    child.workflow_id = "child-1";
    child.run = RunId{Uuid{{9}}};
    History history(5);
    history[0].arrived.emplace_back(WorkflowStarted{.type = "w", .workflow_id = "w-1", .queue = "default"});
    history[1].commands.emplace_back(step);
    history[1].build = "one";
    history[2].arrived.emplace_back(ActivityCompleted{EventId{2}, Payload{"1"}});
    history[2].arrived.emplace_back(SignalReceived{"go", Payload{"1"}, "r-1"});
    history[2].commands.emplace_back(child);
    history[2].build = "two";
    history[3].arrived.emplace_back(ChildStarted{EventId{5}, child.run});
    history[3].commands.emplace_back(step);
    history[3].build = "two";
    history[4].commands.emplace_back(WorkflowTerminated{"enough", "somebody", {}});
    EventId first{1};
    for (Activation& activation : history) {
        activation.first_event = first;
        activation.time = some_day;
        first = activation.next_event();
    }
    return history;
}

const WorkflowStarted& start_of(const Activation& first) {
    return std::get<WorkflowStarted>(first.arrived.front());
}

}  // namespace

TEST_CASE("an event inside an activation is rounded down to the end of the one before") {
    const History history = some_history();
    CHECK_FALSE(point_at(history, EventId{0}));
    CHECK(point_at(history, EventId{1}) == ForkPoint{EventId{1}, EventId{1}});
    CHECK(point_at(history, EventId{2}) == ForkPoint{EventId{2}, EventId{2}});
    CHECK(point_at(history, EventId{5}) == ForkPoint{EventId{5}, EventId{5}});
    SUBCASE("news that it includes as a whole are told again, part of them is not") {
        CHECK(point_at(history, EventId{3}) == ForkPoint{EventId{2}, EventId{2}});
        CHECK(point_at(history, EventId{4}) == ForkPoint{EventId{2}, EventId{4}});
    }
    SUBCASE("the end is not copied") {
        CHECK(point_at(history, EventId{8}) == ForkPoint{EventId{7}, EventId{7}});
        CHECK(point_at(history, EventId{99}) == ForkPoint{EventId{7}, EventId{7}});
    }
}

TEST_CASE("named points lie before the code of an activation and after its news") {
    const History history = some_history();
    CHECK(before_first_activation(history) == ForkPoint{EventId{1}, EventId{1}});
    CHECK(before_last_activation(history) == ForkPoint{EventId{5}, EventId{6}});
    CHECK(before_build(history, "two") == ForkPoint{EventId{2}, EventId{4}});
    CHECK_FALSE(before_build(history, "three"));
    CHECK_FALSE(before_last_activation({history[0]}));
}

TEST_CASE("results in the news are delivered again, messages come from all that follows") {
    const History history = some_history();
    const auto heard = heard_again(history, {EventId{2}, EventId{4}});
    REQUIRE(heard.size() == 1);
    CHECK(std::holds_alternative<ActivityCompleted>(heard[0]));
    CHECK(heard_again(history, {EventId{2}, EventId{2}}).empty());
    CHECK(messages_after(history, EventId{1}).size() == 1);
    CHECK(messages_after(history, EventId{5}).empty());
}

TEST_CASE("children are open at a point if they were ordered before it and had not ended") {
    const History history = some_history();
    CHECK(open_children_at(history, EventId{2}).empty());
    const auto ordered = open_children_at(history, EventId{5});
    REQUIRE(ordered.size() == 1);
    CHECK_FALSE(ordered[0].acknowledged);
    CHECK(open_children_at(history, EventId{7})[0].acknowledged);
}

TEST_CASE("a copy remembers whose numbers its code drew, through resets of resets") {
    const History history = some_history();
    const RunId second{Uuid{{2}}};
    const Forked once{.base = base_run, .after = EventId{5}};
    const Activation first = forked_start(history[0], once, some_day + 1h);
    CHECK(start_of(first).forked->copied == std::vector<CopiedStretch>{{base_run, EventId{5}, "w-1"}});
    SUBCASE("after the first point both stretches are kept") {
        const auto again = forked_start(first, {.base = second, .after = EventId{7}}, some_day);
        CHECK(start_of(again).forked->copied ==
              std::vector<CopiedStretch>{{base_run, EventId{5}, "w-1"}, {second, EventId{7}, "w-1"}});
    }
    SUBCASE("before it the first is cut") {
        const auto again = forked_start(first, {.base = second, .after = EventId{2}}, some_day);
        CHECK(start_of(again).forked->copied == std::vector<CopiedStretch>{{base_run, EventId{2}, "w-1"}});
    }
    SUBCASE("and it is recorded in a form that can be read again") {
        const Activation read = decode_activation(EventId{1}, encode(first));
        CHECK(read.arrived == first.arrived);
    }
}

TEST_CASE("time-outs of a copy count from the moment of the reset") {
    History history = some_history();
    auto& started = std::get<WorkflowStarted>(history[0].arrived.front());
    started.run_timeout = 2h;
    started.run_deadline = some_day + 2h;
    started.execution_timeout = 10h;
    started.execution_deadline = some_day + 10h;
    const Activation first =
        forked_start(history[0], {.base = base_run, .after = EventId{2}}, some_day + 24h);
    CHECK(start_of(first).run_deadline == some_day + 2h);
    CHECK(start_of(first).forked->run_deadline == some_day + 26h);
    CHECK(start_of(first).forked->execution_deadline == some_day + 34h);
}

TEST_CASE(
    "the next attempt is decided by the policy and the failure's cause, and begins after the back-off") {
    WorkflowStarted started{.type = "w", .workflow_id = "w-1", .queue = "default", .input = Payload{"5"}};
    started.retry = RetryPolicy{.initial_interval = 10s, .maximum_attempts = 2};
    started.run_timeout = 1min;
    const Relative run{base_run, base_run, started};
    Failure cause{.type = "Down", .message = "try later"};
    Failure failure{.kind = FailureKind::activity, .retryable = false};
    failure.cause = std::make_shared<const Failure>(cause);
    const auto next = next_attempt(run, failure, EventId{7}, some_day, false);
    REQUIRE(next);
    CHECK(next->at == some_day + 10s);
    const Activation first = first_of_attempt(run, *next, some_day);
    CHECK(start_of(first).attempt == 2);
    CHECK(start_of(first).input == Payload{"5"});
    CHECK(start_of(first).run_deadline == some_day + 10s + 1min);
    CHECK(start_of(first).continued_from == base_run);
    SUBCASE("not beyond the last attempt") {
        const Relative second{base_run, base_run, start_of(first)};
        CHECK_FALSE(next_attempt(second, failure, EventId{7}, some_day, false));
    }
    SUBCASE("not for a run that was asked to stop") {
        CHECK_FALSE(next_attempt(run, failure, EventId{7}, some_day, true));
    }
    SUBCASE("not for a cause that says it is final") {
        cause.retryable = false;
        failure.cause = std::make_shared<const Failure>(cause);
        CHECK_FALSE(next_attempt(run, failure, EventId{7}, some_day, false));
    }
    SUBCASE("not after the chain's end") {
        started.execution_deadline = some_day + 5s;
        CHECK_FALSE(next_attempt(run, failure, EventId{7}, some_day, false));
    }
}

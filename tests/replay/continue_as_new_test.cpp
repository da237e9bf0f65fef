// The end of a run that its chain goes on from.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

using history::WorkflowContinuedAsNew;

Task<Nothing> counts(Workflow& wf, int from) {
    co_await wf.run(ping, {});
    wf.continue_as_new(from + 1);
}

TEST_CASE("continue_as_new ends the run and names the next one, its type and its input") {
    Script script{counts, 7};
    script.feed().complete(2, Nothing{});
    CHECK(script.said() == "WorkflowContinuedAsNew 4");
    const auto& end = script.command<WorkflowContinuedAsNew>(0);
    CHECK(end.type == "scripted");
    CHECK(decode<int>(end.input) == 8);
    CHECK(end.run == replay::derived_run(some_run, EventId{4}, script.now));
    CHECK(end.signals.empty());
    CHECK_FALSE(end.run_timeout);
    CHECK(script.status() == replay::RunStatus::continued_as_new);
    CHECK(script.activated().status == replay::RunStatus::continued_as_new);
    CHECK_FALSE(script.activated().wake_at);
    CHECK(replay::to_string(script.status()) == "continued_as_new");
    CHECK(replay::run_status("continued_as_new") == script.status());
}

TEST_CASE("a replay takes the next run's id from history") {
    Script script{counts, 7};
    script.feed().complete(2, Nothing{});
    history::Activation recorded = script.history().back();
    std::get<WorkflowContinuedAsNew>(recorded.commands[0]).run = some_run;
    Script again{counts, 7};
    REQUIRE_FALSE(again.execution().replay(script.history()[1]));
    CHECK_FALSE(again.execution().replay(recorded));
}

Task<int> counts_events(Workflow& wf, Nothing) {
    const int at_first = wf.info().history_events;
    co_await wf.run(ping, {});
    co_return at_first * 100 + wf.info().history_events;
}

TEST_CASE("the code knows how long its history was when its turn began") {
    Script script{counts_events};
    script.feed().complete(2, Nothing{});
    CHECK(script.result<int>() == 102);
    WorkflowInfo info;
    info.history_events = 4095;
    CHECK_FALSE(info.continue_as_new_suggested());
    info.history_events = 4096;
    CHECK(info.continue_as_new_suggested());
}

Task<Nothing> reads_one_number(Workflow& wf, Nothing) {
    const int number = co_await wf.signals(numbers).receive();
    static_cast<void>(wf.signals(numbers).try_receive());
    co_await wf.run(ping, {});
    wf.continue_as_new(Nothing{});
    co_return number > 0 ? Nothing{} : Nothing{};
}
history::SignalReceived numbered(int number, const std::string& request) {
    return {.name = "numbers", .input = encode(number), .request_id = request};
}

TEST_CASE("signals that the code has not received go with it, in order of arrival, whatever their name") {
    Script script{reads_one_number};
    script.feed(numbered(1, "a"), numbered(2, "b"), numbered(3, "c"));
    script.feed(Script::signal("approve", Done{"yes"}), numbered(4, "d"));
    script.complete(script.execution().pending_activities().at(0).scheduled.value, Nothing{});
    const auto& end = script.command<WorkflowContinuedAsNew>(0);
    CHECK(end.signals ==
          std::vector{numbered(3, "c"), Script::signal("approve", Done{"yes"}), numbered(4, "d")});
}

TEST_CASE("signals that were carried over come before those that arrive later") {
    history::WorkflowStarted started{.type = "scripted", .workflow_id = "w-1", .queue = "default"};
    started.input = encode(Nothing{});
    started.signals = {numbered(3, "c"), Script::signal("approve", Done{"yes"}), numbered(4, "d")};
    Script script{reads_one_number, started};
    script.feed(numbered(5, "e"));
    CHECK(script.said() == "ActivityScheduled 3");
    script.complete(3, Nothing{});
    CHECK(script.command<WorkflowContinuedAsNew>(0).signals ==
          std::vector{Script::signal("approve", Done{"yes"}), numbered(5, "e")});
}

Task<Nothing> deeper(Workflow& wf, int levels) {
    co_await wf.run(ping, {});
    if (levels > 0) co_return co_await deeper(wf, levels - 1);
    wf.continue_as_new(8);
}
Task<Nothing> from_nested_tasks(Workflow& wf, int from) {
    (void)co_await wf.attempt(wf.shielded(deeper(wf, 2)));
    FAIL("goes on after continue_as_new in " << from);
    co_return Nothing{};
}

TEST_CASE("continue_as_new in a nested task ends the run; attempt and shielded do not hold it up") {
    Script script{from_nested_tasks, 7};
    script.feed().complete(2, Nothing{}).complete(4, Nothing{}).complete(6, Nothing{});
    CHECK(script.said() == "WorkflowContinuedAsNew 8");
}

Task<Nothing> renews(Workflow& wf) {
    co_await wf.run(ping, {});
    wf.continue_as_new(8);
}
Task<Nothing> from_all(Workflow& wf, int) {
    co_await wf.all(renews(wf), wf.sleep(1h));
    co_return Nothing{};
}
Task<Nothing> from_any(Workflow& wf, int) {
    co_await wf.any(renews(wf), wf.sleep(1h));
    co_return Nothing{};
}

TEST_CASE("in a branch of all it takes effect when the other branches have ended, in one of any at once") {
    Script all{from_all, 7};
    all.feed().complete(2, Nothing{});
    CHECK(all.said().empty());
    all.wait(1h);
    CHECK(all.said() == "WorkflowContinuedAsNew 6");
    Script any{from_any, 7};
    any.feed().complete(2, Nothing{});
    CHECK(any.said() == "TimerCanceled 5, WorkflowContinuedAsNew 6");
}

Task<Nothing> after_cancel(Workflow& wf, int from) {
    (void)co_await wf.attempt(wf.sleep(1h));
    wf.continue_as_new(from + 1);
}
Task<Nothing> goes_on(Workflow& wf, int from) {
    wf.continue_as_new(from + 1);
    co_return Nothing{};
}
Task<Nothing> after_cancel_shielded(Workflow& wf, int from) {
    (void)co_await wf.attempt(wf.sleep(1h));
    co_await wf.shielded(goes_on(wf, from));
    co_return Nothing{};
}

TEST_CASE("in a cancelled scope continue_as_new is cancelled, like every verb that would go on") {
    Script script{after_cancel, 7};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.said() == "TimerCanceled 4, WorkflowCanceled 5");
    CHECK(script.command<history::WorkflowCanceled>(1).failure.message == "enough");
}

TEST_CASE("a run that was asked to stop may still decide to go on, inside of shielded") {
    Script script{after_cancel_shielded, 7};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.said() == "TimerCanceled 4, WorkflowContinuedAsNew 5");
}

TEST_CASE("a cancel request that comes after the decision to go on, but before the end, is not lost") {
    Script script{from_all, 7};
    script.feed().complete(2, Nothing{});
    script.feed(Script::cancel("enough"));
    CHECK(script.said() == "TimerCanceled 6, WorkflowCanceled 7");
}

Task<Nothing> in_a_scope_of_its_own(Workflow& wf, int from) {
    auto scope = wf.scope();
    scope.cancel("only this part");
    const auto inside = co_await wf.attempt(scope.run(goes_on(wf, from)));
    CHECK(inside.canceled());
    wf.continue_as_new(from + 2);
}

TEST_CASE("a cancelled scope below the run's own does not keep the run from going on") {
    Script script{in_a_scope_of_its_own, 7};
    script.feed();
    CHECK(decode<int>(script.command<WorkflowContinuedAsNew>(0).input) == 9);
}

Task<Nothing> wrong_input(Workflow& wf, int) {
    wf.continue_as_new(std::string{"eight"});
    co_return Nothing{};
}

TEST_CASE("an input that the workflow cannot take blocks the run, instead of the next one") {
    Script script{wrong_input, 7};
    const replay::Blocked blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
    CHECK(blocked.reason.starts_with("continue_as_new at replay/continue_as_new_test.cpp:"));
    CHECK(blocked.reason.ends_with("with an input that scripted cannot take: expected number, found string"));
}

Task<Nothing> listens(Workflow& wf, bool& heard) {
    static_cast<void>(co_await wf.signals(numbers).receive());
    heard = true;
    co_return Nothing{};
}
Task<Nothing> in_a_condition(Workflow& wf, int) {
    bool heard = false;
    co_await wf.all(listens(wf, heard), wf.wait_until([&wf, &heard]() -> bool {
        if (heard) wf.continue_as_new(8);
        return false;
    }));
    co_return Nothing{};
}

TEST_CASE("continue_as_new in a condition is a bug that is told as such") {
    Script script{in_a_condition, 7};
    script.feed();
    const replay::Blocked blocked = script.feed_blocked(numbered(1, "a"));
    CHECK(blocked.kind == replay::Blocked::Kind::escaped_exception);
    CHECK(blocked.reason == "continue_as_new was called where only reading is allowed");
}

TEST_CASE("the next run gets the same time as this one had") {
    history::WorkflowStarted started{.type = "scripted", .workflow_id = "w-1", .queue = "default"};
    started.input = encode(7);
    started.run_timeout = 2h;
    started.run_deadline = some_day + 3h;  // it was started with a delay of an hour
    Script script{counts, started};
    script.feed().complete(2, Nothing{});
    CHECK(script.command<WorkflowContinuedAsNew>(0).run_timeout == 2h);
    Script recorded_before_time_outs_were{counts, 7, 3h};
    recorded_before_time_outs_were.feed().complete(2, Nothing{});
    CHECK(recorded_before_time_outs_were.command<WorkflowContinuedAsNew>(0).run_timeout == 3h);
}

Task<Nothing> leaves_children(Workflow& wf, int from) {
    (void)co_await wf.start_child(painter, {"door", 2}, named("paint-door"));
    wf.continue_as_new(from + 1);
}

TEST_CASE("open children and activities do not hold up continue_as_new") {
    Script script{leaves_children, 7};
    script.feed().feed(script.child_started(2));
    CHECK(script.said() == "WorkflowContinuedAsNew 4");
    REQUIRE(script.execution().pending_children().size() == 1);
    CHECK_FALSE(script.execution().expects(script.child_completed(2, Done{"red"})));
}

}  // namespace
}  // namespace durable::test

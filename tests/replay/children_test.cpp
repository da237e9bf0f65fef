// Children, from the parent's side: their start, their end, and what goes wrong with either.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

Task<std::string> one_child(Workflow& wf, Nothing) {
    const Done done = co_await wf.child(painter, {"door", 2}, named("paint-door"));
    co_return done.text;
}

TEST_CASE("a child is started by one command and its result is awaited") {
    Script script{one_child};
    script.feed();
    CHECK(script.said() == "ChildInitiated 2");
    const auto& command = script.command<history::ChildInitiated>(0);
    CHECK(command.type == "painter");
    CHECK(command.workflow_id == "paint-door");
    CHECK(command.input == encode(Job{"door", 2}));
    CHECK(command.parent_close == ParentClosePolicy::terminate);
    CHECK(command.cancellation == CancellationType::wait_cancelled);
    CHECK(command.source.starts_with("replay/children_test.cpp:"));
    script.feed(script.child_started(2));
    CHECK(script.said().empty());
    script.feed(script.child_completed(2, Done{"red"}));
    CHECK(script.result<std::string>() == "red");
}

Task<std::string> with_every_option(Workflow& wf, Nothing) {
    ChildOptions options = named("paint-door");
    options.parent_close = ParentClosePolicy::abandon;
    options.cancellation = CancellationType::try_cancel;
    options.reuse = ChildReuse::reject;
    options.queue = "painters";
    options.run_timeout = 1h;
    co_return (co_await wf.child(painter, {"door", 2}, options)).text;
}

TEST_CASE("every option of a child is recorded") {
    Script script{with_every_option};
    script.feed();
    const auto& command = script.command<history::ChildInitiated>(0);
    CHECK(command.parent_close == ParentClosePolicy::abandon);
    CHECK(command.cancellation == CancellationType::try_cancel);
    CHECK(command.reuse == ChildReuse::reject);
    CHECK(command.queue == "painters");
    CHECK(command.run_timeout == 1h);
}

Task<std::string> start_then_await(Workflow& wf, Nothing) {
    const auto handle = co_await wf.start_child(painter, {"door", 2}, named("paint-door"));
    co_await wf.sleep(1s);
    const Done done = co_await handle;
    co_return handle.run().value.to_string() + ' ' + done.text;
}

TEST_CASE("start_child ends when the start is acknowledged; its handle gives the run, and later the result") {
    Script script{start_then_await};
    script.feed();
    CHECK(script.said() == "ChildInitiated 2");
    const RunId run = script.command<history::ChildInitiated>(0).run;
    script.feed(script.child_started(2));
    CHECK(script.said() == "TimerStarted 4");
    script.feed(script.child_completed(2, Done{"red"}));
    CHECK(script.said().empty());
    script.wait(1s);
    CHECK(script.result<std::string>() == run.value.to_string() + " red");
}

TEST_CASE("a child's run id is made of the parent's, the event and the time, and is a UUIDv7 of that time") {
    Script script{one_child};
    script.feed();
    const Uuid run = script.command<history::ChildInitiated>(0).run.value;
    CHECK(RunId{run} == replay::derived_run(some_run, EventId{2}, script.now));
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | run.bytes[i];
    CHECK(milliseconds * 1000 == script.now.time_since_epoch().count());
    CHECK((run.bytes[6] >> 4) == 7);
    CHECK((run.bytes[8] >> 6) == 2);
}

TEST_CASE("a replay takes a child's run id from history") {
    Script script{start_then_await};
    script.feed();
    history::Activation recorded = script.history()[1];
    std::get<history::ChildInitiated>(recorded.commands[0]).run = some_run;
    Script again{start_then_await};
    REQUIRE_FALSE(again.execution().replay(recorded));
    REQUIRE(again.execution().pending_children().size() == 1);
    CHECK(again.execution().pending_children()[0].command->run == some_run);
}

/// What became of it, in words.
Task<std::string> told(Workflow& wf, Nothing) {
    const auto outcome = co_await wf.attempt(wf.child(painter, {"door", 2}, named("paint-door")));
    if (outcome.ok()) co_return outcome.value().text;
    CHECK(outcome.failure().kind == FailureKind::child);
    CHECK(outcome.failure().cause != nullptr);
    co_return outcome.failure().to_string();
}

TEST_CASE("a child whose id is taken fails with the reason") {
    Script script{told};
    script.feed().feed(script.child_refused(2));
    CHECK(script.result<std::string>() ==
          "child workflow painter failed: it was not started: WorkflowIdTaken: another run has the child's "
          "workflow id");
    CHECK(script.execution().pending_children().empty());
}

TEST_CASE("a child that ends in another way than completed fails, and the cause tells which") {
    const auto text = [](const Failure& cause) {
        Script script{told};
        script.feed().feed(script.child_started(2));
        script.feed(script.child_failed(2, cause));
        return script.result<std::string>();
    };
    CHECK(text({.type = "NoPaint", .message = "all gone"}) ==
          "child workflow painter failed: NoPaint: all gone");
    CHECK(text({.kind = FailureKind::terminated, .message = "enough"}) ==
          "child workflow painter failed: terminated: enough");
    CHECK(text({.kind = FailureKind::timed_out, .message = "1 h"}) ==
          "child workflow painter failed: timed out: 1 h");
    CHECK(text({.kind = FailureKind::canceled, .message = "by ann"}) ==
          "child workflow painter failed: canceled: by ann");
}

Task<std::string> refused_at_start(Workflow& wf, Nothing) {
    const auto started = co_await wf.attempt(wf.start_child(painter, {"door", 2}, named("paint-door")));
    CHECK_FALSE(started.ok());
    CHECK_THROWS_AS(static_cast<void>(started.value()), ChildFailed);
    co_return started.failure().cause->type;
}

TEST_CASE("start_child throws ChildFailed when the start is refused") {
    Script script{refused_at_start};
    script.feed().feed(script.child_refused(2));
    CHECK(script.result<std::string>() == "WorkflowIdTaken");
}

TEST_CASE("a failure that nobody catches fails the parent") {
    Script script{one_child};
    script.feed().feed(script.child_refused(2));
    CHECK(script.said() == "WorkflowFailed 4");
    CHECK(script.command<history::WorkflowFailed>(0).failure.kind == FailureKind::child);
}

Task<std::string> several(Workflow& wf, Nothing) {
    std::vector<Child<Done>> children;
    for (int i = 0; i < 3; ++i) {
        const std::string name = "wall-" + std::to_string(i);
        children.push_back(wf.child(painter, {name, i}, named(name)));
    }
    std::string text;
    for (const Done& done : co_await wf.all(std::move(children))) text += done.text;
    co_return text;
}

TEST_CASE("children run side by side, and their results come in order") {
    Script script{several};
    script.feed();
    CHECK(script.said() == "ChildInitiated 2, ChildInitiated 3, ChildInitiated 4");
    CHECK(script.command<history::ChildInitiated>(0).run != script.command<history::ChildInitiated>(1).run);
    script.feed(script.child_started(2), script.child_started(3), script.child_started(4));
    script.feed(script.child_completed(4, Done{"c"}), script.child_completed(2, Done{"a"}));
    script.feed(script.child_completed(3, Done{"b"}));
    CHECK(script.result<std::string>() == "abc");
}

TEST_CASE("a child that closes before its start is acknowledged counts as started, in either order") {
    SUBCASE("in one activation") {
        Script script{start_then_await};
        script.feed();
        script.feed(script.child_completed(2, Done{"red"}), script.child_started(2));
        CHECK(script.said() == "TimerStarted 5");
        script.wait(1s);
        CHECK(script.status() == replay::RunStatus::completed);
    }
    SUBCASE("in two") {
        Script script{start_then_await};
        script.feed();
        const auto late = script.child_started(2);
        script.feed(script.child_completed(2, Done{"red"}));
        CHECK(script.said() == "TimerStarted 4");
        CHECK_FALSE(script.execution().expects(late));
        script.feed(late);
        CHECK(script.activated().activation.event_count() == 0);
    }
}

TEST_CASE("news comes once: repeated, contradictory and late news of a child is not recorded") {
    Script script{several};
    script.feed();
    script.feed(script.child_started(2), script.child_started(2), script.child_refused(2));
    CHECK(script.history().back().arrived.size() == 1);
    CHECK_FALSE(script.execution().expects(script.child_started(2)));
    CHECK_FALSE(script.execution().expects(script.child_refused(2)));
    const auto result = script.child_completed(2, Done{"a"});
    script.feed(result, result, script.child_failed(2, {}));
    CHECK(script.history().back().arrived.size() == 1);
    CHECK_FALSE(script.execution().expects(result));
}

TEST_CASE("news of a run that an earlier run of this chain started is stale, even if the event id fits") {
    Script script{one_child};
    script.feed();
    auto started = script.child_started(2);
    auto refused = script.child_refused(2);
    auto completed = script.child_completed(2, Done{"of the run before"});
    auto failed = script.child_failed(2, {});
    started.run = refused.run = completed.run = failed.run = some_run;
    CHECK_FALSE(script.execution().expects(started));
    CHECK_FALSE(script.execution().expects(refused));
    CHECK_FALSE(script.execution().expects(completed));
    CHECK_FALSE(script.execution().expects(failed));
    script.feed(started, refused, completed, failed);
    CHECK(script.activated().activation.event_count() == 0);
    CHECK(script.execution().pending_children().size() == 1);
}

TEST_CASE("pending children tell how far they are") {
    Script script{several};
    script.feed();
    script.feed(script.child_started(3));
    script.feed(script.child_completed(2, Done{"a"}));
    const auto pending = script.execution().pending_children();
    REQUIRE(pending.size() == 2);
    CHECK(pending[0].initiated == EventId{3});
    CHECK(pending[0].started);
    CHECK(pending[0].initiated_at == some_day);
    CHECK(pending[1].command->workflow_id == "wall-2");
    CHECK_FALSE(pending[1].started);
    CHECK_FALSE(pending[1].cancel_requested);
}

TEST_CASE("the stack says which child is waited for") {
    Script script{one_child};
    script.feed();
    CHECK(script.execution().stack().at(0).waits_for == "child painter (event 2)");
    Script other{start_then_await};
    other.feed();
    CHECK(other.execution().stack().at(0).waits_for == "start of child painter (event 2)");
}

Task<std::string> with_id(Workflow& wf, std::string id) {
    co_return (co_await wf.child(painter, {"door", 2}, named(id))).text;
}
Task<std::string> without_time(Workflow& wf, Nothing) {
    ChildOptions options = named("paint-door");
    options.run_timeout = Duration{0};
    co_return (co_await wf.child(painter, {"door", 2}, options)).text;
}

TEST_CASE("a child with options that make no sense blocks the activation and says what to do") {
    const auto reason = [](auto function, const auto& input) {
        Script script{function, input};
        const replay::Blocked blocked = script.feed_blocked();
        CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
        CHECK(blocked.reason.starts_with("child painter at replay/children_test.cpp:"));
        return blocked.reason.substr(blocked.reason.find(" has ") + 5);
    };
    CHECK(reason(with_id, std::string{}) == "no workflow id: give one in ChildOptions::workflow");
    CHECK(reason(with_id, std::string(1001, 'a')) == "a workflow id of more than 1000 bytes");
    CHECK(reason(with_id, std::string{"a\nb"}) == "a workflow id with control characters");
    CHECK(reason(without_time, Nothing{}) == "a run_timeout of nothing");
}

TEST_CASE("a child's result that does not decode blocks the run and names the child") {
    Script script{one_child};
    script.feed();
    const replay::Blocked blocked = script.feed_blocked(script.child_completed(2, 7));
    CHECK(blocked.kind == replay::Blocked::Kind::undecodable);
    CHECK(blocked.reason.starts_with("child painter (event 2): "));
}

Task<std::string> tells_where_it_comes_from(Workflow& wf, Nothing) {
    const WorkflowInfo& info = wf.info();
    std::string text = info.parent ? info.parent->workflow.value : "no parent";
    text += info.continued_from ? " continued" : " first";
    co_return text + (info.scheduled_for ? " " + to_string(*info.scheduled_for) : " unscheduled");
}

TEST_CASE("a run knows its parent, the run that it continues, and the time it was scheduled for") {
    Script plain{tells_where_it_comes_from};
    plain.feed();
    CHECK(plain.result<std::string>() == "no parent first unscheduled");

    history::WorkflowStarted started = plain.execution().started();
    started.parent = history::ParentRun{some_run, some_run, EventId{5}, "house"};
    started.continued_from = some_run;
    started.scheduled_for = some_day;
    Script child{tells_where_it_comes_from, started};
    child.feed();
    CHECK(child.result<std::string>() == "house continued 2026-01-15T00:00:00Z");
}

}  // namespace
}  // namespace durable::test

// Cancelling a scope that waits for children.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

template <CancellationType type>
Task<std::string> waits_for_child(Workflow& wf, Nothing) {
    co_return (co_await wf.child(painter, {"door", 2}, named("paint-door", type))).text;
}
const Failure stopped{.kind = FailureKind::canceled, .message = "asked to stop", .retryable = false};

TEST_CASE("wait_cancelled asks the child to stop and ends as canceled when the child has") {
    Script script{waits_for_child<CancellationType::wait_cancelled>};
    script.feed().feed(script.child_started(2)).feed(Script::cancel("enough"));
    CHECK(script.said() == "ChildCancelRequested 5");
    CHECK(script.command<history::ChildCancelRequested>(0).initiated == EventId{2});
    CHECK(script.execution().pending_children().at(0).cancel_requested);
    script.feed(script.child_failed(2, stopped));
    CHECK(script.said() == "WorkflowCanceled 7");
    CHECK(script.command<history::WorkflowCanceled>(0).failure.message == "asked to stop");
}

TEST_CASE("wait_cancelled takes the result of a child that completes all the same") {
    Script script{waits_for_child<CancellationType::wait_cancelled>};
    script.feed().feed(Script::cancel("enough"));
    script.feed(script.child_completed(2, Done{"red"}));
    CHECK(script.result<std::string>() == "red");
}

TEST_CASE("wait_cancelled tells a child that failed from one that obeyed") {
    Script script{waits_for_child<CancellationType::wait_cancelled>};
    script.feed().feed(Script::cancel("enough"));
    script.feed(script.child_failed(2, {.kind = FailureKind::terminated, .message = "killed"}));
    CHECK(script.said() == "WorkflowFailed 6");
}

TEST_CASE("try_cancel asks the child to stop and ends at once; what becomes of the child is of no interest") {
    Script script{waits_for_child<CancellationType::try_cancel>};
    script.feed().feed(script.child_started(2)).feed(Script::cancel("enough"));
    CHECK(script.said() == "ChildCancelRequested 5, WorkflowCanceled 6");
}

TEST_CASE("abandon leaves the child alone and ends at once") {
    Script script{waits_for_child<CancellationType::abandon>};
    script.feed().feed(script.child_started(2)).feed(Script::cancel("enough"));
    CHECK(script.said() == "WorkflowCanceled 5");
}

Task<std::string> survives(Workflow& wf, Nothing) {
    const auto outcome = co_await wf.attempt(
        wf.child(painter, {"door", 2}, named("paint-door", CancellationType::try_cancel)));
    co_await wf.shielded(wf.signals(approve).receive());
    co_return outcome.canceled() ? "canceled" : "not canceled";
}

TEST_CASE(
    "a child that nobody awaits any more is still pending until it closes, and its end changes nothing") {
    Script script{survives};
    script.feed().feed(script.child_started(2)).feed(Script::cancel("enough"));
    REQUIRE(script.execution().pending_children().size() == 1);
    script.feed(script.child_failed(2, stopped));
    CHECK(script.said().empty());
    CHECK(script.execution().pending_children().empty());
    script.feed(Script::signal("approve", Done{"yes"}));
    CHECK(script.result<std::string>() == "canceled");
}

TEST_CASE("a child that somebody else cancelled is a failure, not a cancellation") {
    Script script{waits_for_child<CancellationType::wait_cancelled>};
    script.feed().feed(script.child_failed(2, stopped));
    CHECK(script.said() == "WorkflowFailed 4");
    CHECK(script.command<history::WorkflowFailed>(0).failure.kind == FailureKind::child);
}

Task<std::string> starts_in_cancelled_scope(Workflow& wf, Nothing) {
    (void)co_await wf.attempt(wf.sleep(1h));
    const auto child = co_await wf.attempt(wf.child(painter, {"a", 1}, named("a")));
    const auto start = co_await wf.attempt(wf.start_child(painter, {"b", 2}, named("b")));
    CHECK(child.canceled());
    CHECK(start.canceled());
    co_return (co_await wf.shielded(wf.child(painter, {"c", 3}, named("c")))).text;
}

TEST_CASE("in a cancelled scope no child is started, in a shielded one it is, and is not cancelled") {
    Script script{starts_in_cancelled_scope};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.said() == "TimerCanceled 4, ChildInitiated 5");
    CHECK(script.command<history::ChildInitiated>(1).workflow_id == "c");
    script.feed(script.child_completed(5, Done{"cleaned"}));
    CHECK(script.result<std::string>() == "cleaned");
}

template <CancellationType type>
Task<std::string> cancelled_while_starting(Workflow& wf, Nothing) {
    const auto start = co_await wf.attempt(wf.start_child(painter, {"door", 2}, named("paint-door", type)));
    if (!start.ok()) co_return start.failure().to_string();
    const auto result = co_await wf.attempt(start.value());
    co_return result.ok() ? result.value().text : result.failure().to_string();
}

TEST_CASE("start_child that is cancelled with wait_cancelled gives its handle once the child has closed") {
    Script script{cancelled_while_starting<CancellationType::wait_cancelled>};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.said() == "ChildCancelRequested 4");
    script.feed(script.child_started(2));
    CHECK(script.said().empty());
    SUBCASE("and the handle tells that it obeyed") {
        script.feed(script.child_failed(2, stopped));
        CHECK(script.result<std::string>() == "canceled: asked to stop");
    }
    SUBCASE("and the handle gives the result of one that did not") {
        script.feed(script.child_completed(2, Done{"red"}));
        CHECK(script.result<std::string>() == "red");
    }
}

TEST_CASE("start_child that is cancelled with try_cancel or abandon ends at once") {
    Script asks{cancelled_while_starting<CancellationType::try_cancel>};
    asks.feed().feed(Script::cancel("enough"));
    CHECK(asks.said() == "ChildCancelRequested 4, WorkflowCompleted 5");
    CHECK(asks.result<std::string>() == "canceled: enough");
    Script leaves{cancelled_while_starting<CancellationType::abandon>};
    leaves.feed().feed(Script::cancel("enough"));
    CHECK(leaves.said() == "WorkflowCompleted 4");
}

TEST_CASE("a child that is cancelled before its start is refused has failed, and was asked in vain") {
    Script script{cancelled_while_starting<CancellationType::wait_cancelled>};
    script.feed().feed(Script::cancel("enough"));
    script.feed(script.child_refused(2));
    CHECK(script.result<std::string>().starts_with("child workflow painter failed: it was not started"));
}

Task<std::string> first_of_two(Workflow& wf, Nothing) {
    const auto first = co_await wf.any(
        wf.child(painter, {"slow", 1}, named("slow", CancellationType::try_cancel)), wf.sleep(1min));
    const auto ended = co_await wf.attempt(
        wf.any(wf.child(painter, {"kind", 1}, named("kind")), wf.signals(approve).receive()));
    co_return std::to_string(first.index) + std::to_string(ended.value().index);
}

TEST_CASE("the child that loses a race is cancelled by its type") {
    Script script{first_of_two};
    script.feed();
    script.wait(1min);
    CHECK(script.said() == "ChildCancelRequested 5, ChildInitiated 6");
    script.feed(Script::signal("approve", Done{"yes"}));
    CHECK(script.said() == "ChildCancelRequested 8");
    script.feed(script.child_failed(6, stopped));
    CHECK(script.result<std::string>() == "11");
}

Task<std::string> cancels_by_handle(Workflow& wf, Nothing) {
    auto handle = co_await wf.start_child(painter, {"door", 2}, named("paint-door"));
    handle.cancel("wrong colour");
    handle.cancel("wrong colour");
    const auto outcome = co_await wf.attempt(handle);
    CHECK(handle.done());
    co_return outcome.canceled() ? "canceled" : "not canceled";
}

TEST_CASE("a handle cancels its child, once") {
    Script script{cancels_by_handle};
    script.feed().feed(script.child_started(2));
    CHECK(script.said() == "ChildCancelRequested 4");
    script.feed(script.child_failed(2, stopped));
    CHECK(script.result<std::string>() == "canceled");
}

Task<std::string> leaves_a_handle_behind(Workflow& wf) {
    const auto handle = co_await wf.start_child(painter, {"door", 2}, named("paint-door"));
    co_return handle.run().value.is_nil() ? "nil" : "started";
}
Task<std::string> scope_with_children(Workflow& wf, Nothing) {
    auto scope = wf.scope();
    const std::string started = co_await scope.run(leaves_a_handle_behind(wf));
    co_await wf.signals(approve).receive();
    scope.cancel("the house is sold");
    co_await wf.signals(approve).receive();
    co_return started;
}

TEST_CASE("cancelling a scope reaches a child that was started there and is awaited by nobody") {
    Script script{scope_with_children};
    script.feed().feed(script.child_started(2));
    script.feed(Script::signal("approve", Done{"1"}));
    CHECK(script.said() == "ChildCancelRequested 5");
    script.feed(Script::signal("approve", Done{"2"}));
    CHECK(script.result<std::string>() == "started");
}

}  // namespace
}  // namespace durable::test

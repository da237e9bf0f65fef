#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

Task<Nothing> one_of_each(Workflow& wf, Nothing) {
    co_await wf.all(wf.run(work, {"a", 0}), wf.sleep(1h), wf.signals(approve).receive(),
                    wf.wait_until([] { return false; }, 2h));
    co_return Nothing{};
}

TEST_CASE("a cancel request ends every wait of the run: activities are asked to stop, timers are cancelled") {
    Script script{one_of_each};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, TimerStarted 3, TimerStarted 4");
    script.feed(Script::cancel("changed my mind"));
    CHECK(script.said() == "ActivityCancelRequested 6, TimerCanceled 7, TimerCanceled 8, WorkflowCanceled 9");
    CHECK(script.command<history::WorkflowCanceled>(3).failure.message == "changed my mind");
    CHECK(script.status() == replay::RunStatus::canceled);
}

TEST_CASE("a second cancel request changes nothing and is not recorded") {
    Script script{one_of_each};
    script.feed();
    CHECK(script.execution().expects(Script::cancel("1")));
    script.feed(Script::cancel("1"), Script::cancel("2"));
    CHECK(script.history().back().arrived.size() == 1);
    CHECK_FALSE(script.execution().expects(Script::cancel("3")));
}

TEST_CASE(
    "a run that was cancelled before its code ran is cancelled at its first wait, without any command") {
    Script script{one_of_each};
    script.feed(Script::cancel("never mind"));
    CHECK(script.said() == "WorkflowCanceled 3");
}

Task<Nothing> ignores_and_goes_on(Workflow& wf, Nothing) {
    (void)co_await wf.attempt(wf.sleep(1h));
    CHECK(wf.cancel_requested());
    const auto run = co_await wf.attempt(work, {"new", 0});
    const auto slept = co_await wf.attempt(wf.sleep(1s));
    const auto waited = co_await wf.attempt(wf.wait_until([] { return false; }));
    const auto received = co_await wf.attempt(wf.signals(approve).receive());
    const auto started = co_await wf.attempt(wf.start(work, {"new", 0}));
    CHECK(run.canceled());
    CHECK(slept.canceled());
    CHECK(waited.canceled());
    CHECK(received.canceled());
    CHECK(started.canceled());
    co_return Nothing{};
}

TEST_CASE("in a cancelled scope every new wait ends at once and issues no command") {
    Script script{ignores_and_goes_on};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "TimerCanceled 4, WorkflowCompleted 5");
}

Task<std::string> refund(Workflow& wf, std::string what) {
    const Done done = co_await wf.run(other_work, {"refund " + what, 0});
    co_await wf.sleep(1s);
    co_return done.text;
}
Task<Nothing> cleans_up(Workflow& wf, Nothing) {
    const auto charged = co_await wf.attempt(wf.sleep(1h));
    if (charged.ok()) co_return Nothing{};
    const std::string undone = co_await wf.shielded(refund(wf, "all"));
    CHECK(undone == "undone");
    throw Canceled{charged.failure()};
}

TEST_CASE("shielded clean-up runs to its end after the run was cancelled") {
    Script script{cleans_up};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "TimerCanceled 4, ActivityScheduled 5");
    script.complete(5, Done{"undone"});
    CHECK(script.said() == "TimerStarted 7");
    script.wait(1s);
    CHECK(script.said() == "WorkflowCanceled 9");
}

Task<Nothing> shielded_from_the_start(Workflow& wf, Nothing) {
    co_await wf.shielded(wf.run(work, {"precious", 0}));
    co_await wf.sleep(1s);
    co_return Nothing{};
}

TEST_CASE("a cancel request does not reach what is shielded; the next wait meets it") {
    Script script{shielded_from_the_start};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said().empty());
    script.complete(2, Done{});
    CHECK(script.said() == "WorkflowCanceled 5");
}

Task<std::string> patient(Workflow& wf, CancellationType type) {
    const auto outcome = co_await wf.attempt(work, {"a", 0}, with(type));
    co_return outcome.ok() ? "ok " + outcome.value().text : std::string{to_string(outcome.failure().kind)};
}

TEST_CASE("try_cancel asks the activity to stop and ends the wait at once") {
    Script script{patient, CancellationType::try_cancel};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "ActivityCancelRequested 4, WorkflowCompleted 5");
    CHECK(script.result<std::string>() == "canceled");
}

TEST_CASE("wait_cancelled asks the activity to stop and waits until it has, whatever its outcome") {
    Script script{patient, CancellationType::wait_cancelled};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "ActivityCancelRequested 4");
    CHECK(script.execution().pending_activities().at(0).cancel_requested);
    SUBCASE("it stopped") {
        script.feed(
            history::ActivityFailed{EventId{2}, Failure{.kind = FailureKind::canceled, .activity = "work"}});
        CHECK(script.result<std::string>() == "canceled");
    }
    SUBCASE("it was too late") {
        script.complete(2, Done{"anyway"});
        CHECK(script.result<std::string>() == "ok anyway");
    }
}

TEST_CASE("abandon leaves the activity alone and ends the wait at once") {
    Script script{patient, CancellationType::abandon};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.said() == "WorkflowCompleted 4");
    CHECK(script.result<std::string>() == "canceled");
}

Task<Nothing> waits_again(Workflow& wf, Nothing) {
    const auto first = co_await wf.attempt(work, {"a", 0});
    CHECK(first.canceled());
    co_await wf.shielded(wf.sleep(1h));
    co_return Nothing{};
}

TEST_CASE("the late result of an activity that was cancelled is recorded, and moves nothing") {
    Script script{waits_again};
    script.feed().feed(Script::cancel("stop"));
    REQUIRE(script.execution().pending_activities().size() == 1);
    CHECK(script.execution().pending_activities()[0].cancel_requested);
    script.complete(2, Done{"late"});
    CHECK(script.history().back().arrived.size() == 1);
    CHECK(script.said().empty());
    CHECK(script.execution().pending_activities().empty());
}

Task<std::string> handle_is_canceled(Workflow& wf, Nothing) {
    auto handle = wf.start(work, {"a", 0});
    handle.cancel("not needed");
    handle.cancel("really not");
    const auto outcome = co_await wf.attempt(handle);
    co_return outcome.failure().message;
}

TEST_CASE("a handle can be cancelled alone, once") {
    Script script{handle_is_canceled};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, ActivityCancelRequested 3, WorkflowCompleted 4");
    CHECK(script.result<std::string>() == "not needed");
}

Task<Nothing> ring(Workflow& wf) {
    co_await wf.all(wf.run(work, {"phone", 0}), wf.sleep(1h));
    co_return Nothing{};
}
Task<Nothing> stop_on_approval(Workflow& wf, CancellationScope calls) {
    const Done done = co_await wf.signals(approve).receive();
    calls.cancel(done.text);
    co_return Nothing{};
}
Task<std::string> scoped(Workflow& wf, Nothing) {
    auto calls = wf.scope();
    const auto [rung, stopped] =
        co_await wf.all(wf.attempt(calls.run(ring(wf))), wf.attempt(stop_on_approval(wf, calls)));
    if (!stopped.ok() || !calls.canceled() || wf.cancel_requested())
        co_return "the run was cancelled, not the scope";
    const Done after = co_await wf.run(other_work, {"after", 0});
    co_return rung.failure().message + '/' + after.text;
}

TEST_CASE("a scope is cancelled without its surroundings") {
    Script script{scoped};
    script.feed().feed(Script::signal("approve", Done{"answered"}));
    CHECK(script.said() == "ActivityCancelRequested 5, TimerCanceled 6, ActivityScheduled 7");
    script.complete(7, Done{"on"});
    CHECK(script.result<std::string>() == "answered/on");
}

TEST_CASE("cancelling the run reaches nested scopes") {
    Script script{scoped};
    script.feed().feed(Script::cancel("all"));
    CHECK(script.said() == "ActivityCancelRequested 5, TimerCanceled 6, WorkflowCompleted 7");
}

Task<Nothing> own_scope_escapes(Workflow& wf, Nothing) {
    auto scope = wf.scope();
    scope.cancel("own idea");
    co_await scope.run(wf.sleep(1s));
    co_return Nothing{};
}

TEST_CASE("Canceled that escapes without a cancel request is a failure, not a cancellation") {
    Script script{own_scope_escapes};
    script.feed();
    CHECK(script.said() == "WorkflowFailed 2");
    CHECK(script.command<history::WorkflowFailed>(0).failure.kind == FailureKind::canceled);
}

Task<std::string> completes_anyway(Workflow& wf, Nothing) {
    (void)co_await wf.attempt(wf.sleep(1h));
    co_return "fine";
}

TEST_CASE("a cancelled run chooses its own ending") {
    Script script{completes_anyway};
    script.feed().feed(Script::cancel("stop"));
    CHECK(script.status() == replay::RunStatus::completed);
}

TEST_CASE("a result and a cancel request in one activation: what came first decides") {
    Script script{patient, CancellationType::try_cancel};
    script.feed();
    SUBCASE("result first") {
        script.feed(Script::completed(2, Done{"x"}), Script::cancel("stop"));
        CHECK(script.result<std::string>() == "ok x");
    }
    SUBCASE("request first") {
        script.feed(Script::cancel("stop"), Script::completed(2, Done{"x"}));
        CHECK(script.result<std::string>() == "canceled");
    }
}

}  // namespace
}  // namespace durable::test

// Pauses, time-outs, workflow retries, endless loops, and what a mismatch does: run by workers.

#include <atomic>

#include "tests/worker/families.hpp"

using namespace durable;
using namespace durable::test;

namespace {

constexpr WorkflowType<int, int> stubborn{"stubborn"};
constexpr WorkflowType<Duration, int> idler{"idler"};
constexpr WorkflowType<int, int> parent_of_stubborn{"parent_of_stubborn"};
constexpr WorkflowType<int, int> spinner{"spinner"};
constexpr Query<Nothing, int> attempt_now{"attempt_now"};

/// Fails on every attempt before the one it was given.
Task<int> run_stubborn(Workflow& wf, int succeeds_at) {
    const int attempt = wf.info().attempt;
    wf.on_query(attempt_now, [attempt](const Nothing&) { return attempt; });
    const int result = co_await wf.run(add_one, attempt);
    if (attempt < succeeds_at) throw ApplicationError{"NotYet", "attempt " + std::to_string(attempt)};
    co_return result;
}

Task<int> run_idler(Workflow& wf, Duration delay) {
    co_await wf.sleep(delay);
    co_return 1;
}

Task<int> run_parent_of_stubborn(Workflow& wf, int succeeds_at) {
    ChildOptions options{.workflow = WorkflowId{"stubborn-child"}};
    options.retry = RetryPolicy{.initial_interval = 1ms, .maximum_attempts = 5};
    co_return co_await wf.child(stubborn, succeeds_at, options);
}

std::atomic<bool> spin{false};  // what the endless loop looks at: the test ends it

Task<int> run_spinner(Workflow& wf, int) {
    co_await wf.sleep(1ms);
    while (spin.load()) {
    }
    co_return 1;
}

class Yard : public World {
  public:
    Yard() {
        workflows.add(stubborn, run_stubborn);
        workflows.add(idler, run_idler);
        workflows.add(parent_of_stubborn, run_parent_of_stubborn);
        workflows.add(spinner, run_spinner);
    }
    store::SendResult pause(RunId run) { return client().pause(ref(run), "ticket 12", "tester"); }
    store::SendResult unpause(RunId run) { return client().unpause(ref(run), "mended", "tester"); }
    /// No worker holds it.
    [[nodiscard]] bool parked(RunId run) const {
        return number("select count(*) from engine.live_runs where owner = 0 and run_id = '" +
                      run.value.to_string() + "'") == 1;
    }
    [[nodiscard]] int activations(RunId run) const {
        return number("select activations from engine.live_runs where run_id = '" + run.value.to_string() +
                      "'");
    }
    [[nodiscard]] int runs() const { return number("select count(*) from engine.runs"); }
};

client::StartOptions with_retry(const std::string& id, int attempts, Duration interval = 1ms) {
    client::StartOptions options{.workflow = WorkflowId{id}};
    options.retry = RetryPolicy{.initial_interval = interval, .maximum_attempts = attempts};
    return options;
}

}  // namespace

// --- pause -------------------------------------------------------------------------------------------------

TEST_CASE("a paused run collects its signals and takes them, in order, once it is unpaused") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId run = yard.start(tally, {.left = 3, .seen = {}, .per_run = 3}, "tally");
    REQUIRE(eventually([&] { return yard.activations(run) == 2; }));
    CHECK(yard.pause(run) == store::SendResult::delivered);
    CHECK(yard.pause(run) == store::SendResult::duplicate);
    for (const int value : {1, 2, 3}) {
        CHECK(yard.client().signal(ref(run), amount, value) == store::SendResult::delivered);
    }
    REQUIRE(eventually([&] { return yard.parked(run); }));
    CHECK(yard.activations(run) == 2);
    const auto why = yard.client().why(yard.workflows, ref(run));
    CHECK(why.kind == "paused");
    CHECK(why.cause.find("tester") != std::string::npos);
    CHECK(why.chain.front().find("ticket 12") != std::string::npos);
    yard.check_invariants();
    CHECK(yard.unpause(run) == store::SendResult::delivered);
    CHECK(yard.result(tally, run) == std::vector<int>{1, 2, 3});
    CHECK(yard.unpause(run) == store::SendResult::closed);
    CHECK(yard.number("select count(*) from engine.paused") == 0);
    yard.must_be_clean();
}

TEST_CASE("a query of a paused run is answered") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId run = yard.start(tally, {.left = 2, .seen = {7}, .per_run = 2}, "tally");
    REQUIRE(eventually([&] { return yard.activations(run) == 2; }));
    yard.pause(run);
    CHECK(yard.client().query(yard.workflows, ref(run), seen_so_far, {}) == std::vector<int>{7});
}

TEST_CASE("an attempt that runs when its run is paused finishes, and its result waits") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId run = yard.start(gated, "one", "gated");
    const RunId witness = yard.start(gated_adder, 1, "witness");
    REQUIRE(
        eventually([&] { return yard.probe->seen("gate one") == 1 && yard.probe->seen("gate adder") == 1; }));
    CHECK(yard.pause(run) == store::SendResult::delivered);
    // A worker hears of a pause with its next look at the messages of runs that it holds, as both of these are; until
    // then an activation may still end.
    CHECK(yard.client().signal(ref(witness), amount, 1) == store::SendResult::delivered);
    REQUIRE(eventually([&] { return yard.client().describe(ref(witness))->inbox_waiting == 0; }));
    CHECK_FALSE(yard.parked(run));
    yard.probe->count("open one");
    REQUIRE(eventually([&] { return yard.parked(run); }));
    CHECK(yard.number("select count(*) from engine.inbox") == 1);
    CHECK(yard.number("select count(*) from engine.history_events where kind = 'ActivityCompleted'") == 0);
    yard.unpause(run);
    yard.result(gated, run);
    CHECK(yard.probe->seen("gate one") == 1);  // it was not run again
    yard.probe->count("open adder");
    CHECK(yard.result(gated_adder, witness) == 1);
    yard.must_be_clean();
    yard.check_invariants();
}

TEST_CASE("a retry of a paused run waits, and so does a timer whose time has come") {
    Yard yard;
    yard.probe->set("flaky", 1);
    const auto worker = yard.start_worker();
    const RunId run = yard.start(retrying, 1, "retrying");
    const RunId sleeping = yard.start(idler, Duration{1h}, "idler");
    REQUIRE(eventually([&] { return yard.number("select count(*) from engine.activities") == 1; }));
    REQUIRE(eventually([&] { return yard.activations(sleeping) == 2; }));
    yard.pause(run);
    yard.pause(sleeping);
    REQUIRE(eventually([&] { return yard.parked(run) && yard.parked(sleeping); }));
    yard.database.execute("update engine.activities set available_at = engine.now()");
    yard.database.advance(1h);
    // A run that is not paused passes by: workers have looked for work meanwhile.
    CHECK(yard.result(idler, yard.start(idler, Duration{400ms}, "witness")) == 1);
    CHECK(yard.probe->seen("flaky attempts") == 1);
    CHECK(yard.activations(sleeping) == 2);
    yard.unpause(run);
    yard.unpause(sleeping);
    CHECK(yard.result(idler, sleeping) == 1);
    CHECK(yard.result(retrying, run) == 102);
    yard.must_be_clean();
}

TEST_CASE("a run stays paused when its worker dies, and when it is reset it goes on") {
    Yard yard;
    const RunId run = yard.start(tally, {.left = 1}, "tally");
    {
        const auto worker = yard.start_worker();
        REQUIRE(eventually([&] { return yard.activations(run) == 2; }));
        yard.pause(run);
    }
    const auto worker = yard.start_worker();
    CHECK(yard.parked(run));
    SUBCASE("reset") {
        const auto again = yard.client().reset(yard.workflows, ref(run), {});
        CHECK(yard.client().signal(ref(again.run), amount, 1) == store::SendResult::delivered);
        CHECK(yard.result(tally, again.run) == std::vector<int>{1});
    }
    SUBCASE("terminated") {
        CHECK(yard.client().terminate(ref(run), "enough", "tester") == store::SendResult::delivered);
    }
    CHECK(yard.number("select count(*) from engine.paused") == 0);
    yard.check_invariants();
}

// --- retries of workflows ----------------------------------------------------------------------------------

TEST_CASE(
    "a failed workflow is tried again by its policy, and whoever waits gets the last attempt's result") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId first = yard.client().start(stubborn, 3, with_retry("stubborn", 5)).run;
    CHECK(yard.result(stubborn, first) == 4);
    CHECK(yard.runs() == 3);
    CHECK(yard.status(first) == replay::RunStatus::failed);
    CHECK(yard.number("select count(*) from engine.closed_runs where status = 'failed'") == 2);
    const auto last = yard.client().resolve({.workflow = WorkflowId{"stubborn"}});
    CHECK(yard.client().query(yard.workflows, ref(*last), attempt_now, {}) == 3);
    CHECK(yard.client().describe(ref(*last))->lifecycle.attempt == 3);
    yard.must_be_clean();
    yard.check_invariants();
}

TEST_CASE("when its attempts are used up a workflow has failed with the last one's failure") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId first = yard.client().start(stubborn, 9, with_retry("stubborn", 2)).run;
    const auto ended = yard.client().wait_result(ref(first), 20s);
    CHECK(ended.status == replay::RunStatus::failed);
    CHECK(ended.failure->message == "attempt 2");
    CHECK(yard.runs() == 2);
    SUBCASE("and a failure that may not be repeated ends it at once") {
        auto options = with_retry("final", 5);
        options.retry->non_retryable_types = {"NotYet"};
        const RunId run = yard.client().start(stubborn, 9, options).run;
        CHECK(yard.client().wait_result(ref(run), 20s).failure->message == "attempt 1");
    }
}

TEST_CASE("the next attempt waits for its back-off") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId first = yard.client().start(stubborn, 2, with_retry("stubborn", 2, 1h)).run;
    REQUIRE(eventually([&] { return yard.runs() == 2; }));
    CHECK(yard.status(first) == replay::RunStatus::failed);
    const auto second = yard.client().resolve({.workflow = WorkflowId{"stubborn"}});
    const auto info = yard.client().describe(ref(*second));
    CHECK(info->activations == 1);
    CHECK(*info->wake_at > info->now + 59min);
    yard.database.advance(1h);
    CHECK(yard.result(stubborn, first) == 3);
}

TEST_CASE("a parent's await of a child goes on over the child's attempts") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId parent = yard.start(parent_of_stubborn, 3, "parent");
    CHECK(yard.result(parent_of_stubborn, parent) == 4);
    CHECK(yard.number("select count(*) from engine.history_events where kind = 'ChildFailed'") == 0);
    yard.must_be_clean();
    yard.check_invariants();
}

TEST_CASE("a run that runs out of its time is tried again, its chain is not") {
    Yard yard;
    const auto worker = yard.start_worker();
    auto options = with_retry("idler", 3);
    options.run_timeout = 10ms;
    const RunId first = yard.client().start(idler, Duration{24h}, options).run;
    const auto ended = yard.client().wait_result(ref(first), 20s);
    CHECK(ended.status == replay::RunStatus::timed_out);
    CHECK(yard.runs() == 3);
    options = with_retry("other", 0, 1s);
    options.execution_timeout = 300ms;
    const RunId other = yard.client().start(idler, Duration{24h}, options).run;
    const auto late = yard.client().wait_result(ref(other), 20s);
    CHECK(late.status == replay::RunStatus::timed_out);
    CHECK(late.failure->message.find("execution_timeout") != std::string::npos);
    CHECK(yard.runs() == 4);
}

TEST_CASE("the execution time-out counts over runs that continue as new") {
    Yard yard;
    const auto worker = yard.start_worker();
    client::StartOptions options{.workflow = WorkflowId{"tally"}};
    options.execution_timeout = 1h;
    const RunId first = yard.client().start(tally, {.left = 3}, options).run;
    const auto begun = yard.client().describe(ref(first))->lifecycle.execution_deadline;
    CHECK(yard.client().signal(ref(first), amount, 1) == store::SendResult::delivered);
    REQUIRE(eventually([&] { return yard.runs() == 2; }));
    const auto next = yard.client().resolve({.workflow = WorkflowId{"tally"}});
    CHECK(yard.client().describe(ref(*next))->lifecycle.execution_deadline == begun);
    yard.database.advance(2h);
    CHECK(yard.client().wait_result(ref(first), 20s).status == replay::RunStatus::timed_out);
}

// --- mismatches and endless loops --------------------------------------------------------------------------

TEST_CASE(
    "a run whose code answers otherwise than recorded ends as failed if its start says so, else it is "
    "blocked") {
    Yard yard;
    client::StartOptions failing{.workflow = WorkflowId{"failing"}};
    failing.on_mismatch = MismatchPolicy::fail;
    const RunId fails = yard.client().start(changing, 1, failing).run;
    const RunId waits = yard.start(changing, 1, "waiting");
    {
        const auto worker = yard.start_worker();
        REQUIRE(eventually([&] {
            return yard.number(
                       "select count(*) from engine.history_events where kind = 'ActivityCompleted'") == 2;
        }));
    }
    yard.workflows = test_workflows(true);
    const auto worker = yard.start_worker();
    for (const RunId run : {fails, waits}) {
        CHECK(yard.client().signal(ref(run), amount, 1) == store::SendResult::delivered);
    }
    const auto ended = yard.client().wait_result(ref(fails), 20s);
    CHECK(ended.status == replay::RunStatus::failed);
    CHECK(ended.failure->type == "Mismatch");
    REQUIRE(eventually([&] { return yard.number("select count(*) from engine.blocked") == 1; }));
    CHECK(yard.open(waits));
    yard.check_invariants();
}

TEST_CASE("a run whose activation never ends is paused and named, and its worker's other runs are not lost") {
    Yard yard;
    spin = true;
    const RunId run = yard.start(spinner, 1, "spinner");
    const auto worker = yard.start_worker([](auto& options) { options.activation_limit = 200ms; });
    const bool quarantined = eventually([&] { return yard.parked(run); });
    const auto why = yard.client().why(yard.workflows, ref(run));
    spin = false;
    REQUIRE(quarantined);
    CHECK(why.kind == "paused");
    CHECK(why.chain.front().find("did not end within 200 ms") != std::string::npos);
    CHECK(yard.result(idler, yard.start(idler, Duration{1ms}, "other")) == 1);
    CHECK(yard.parked(run));
    yard.unpause(run);
    CHECK(yard.result(spinner, run) == 1);
    yard.check_invariants();
}

// --- deletion ----------------------------------------------------------------------------------------------

TEST_CASE("a deleted run is gone with its history and its name; an open one only if it is to be terminated") {
    Yard yard;
    const auto worker = yard.start_worker();
    const RunId run = yard.start(tally, {.left = 1}, "tally");
    CHECK(yard.client().remove(ref(run), false, "test", "tester") == store::RemoveResult::open);
    CHECK(yard.client().remove(ref(run), true, "test", "tester") == store::RemoveResult::removed);
    CHECK(yard.client().remove(ref(run), true, "test", "tester") == store::RemoveResult::not_found);
    for (const char* table : {"runs", "closed_runs", "history", "workflow_ids", "live_runs", "inbox"}) {
        INFO(table);
        CHECK(yard.number(std::string{"select count(*) from engine."} + table) == 0);
    }
    const auto acts = yard.client().audit({.verb = "workflow delete"});
    REQUIRE(acts.size() == 1);
    CHECK(acts[0].entry.target == "tally");
    CHECK(acts[0].entry.identity == "tester");
    const RunId again = yard.start(tally, {.left = 0}, "tally");
    yard.result(tally, again);
    yard.check_invariants();
}

// What operators do to pending activities, wherever these stand.

#include <signal.h>

#include <algorithm>

#include "engine/client/activities.hpp"
#include "tests/worker/activity_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;
using client::ActivityClient;
using client::ActivityRef;
using client::OrderedBy;
using store::OrderOutcome;

namespace {

const OrderedBy operator_{"ada@desk", "ticket 12"};

struct Desk : World {
    ActivityClient desk{client::ClientOptions{database.url()}};

    [[nodiscard]] static ActivityRef of(RunId run) { return {ref(run), EventId{2}}; }
    /// The activity waits for its second attempt, an hour away.
    RunId waiting(int failures = 1) {
        probe->set("stubborn", failures);
        const RunId run = start(tries_stubbornly, 7, "stubborn");
        REQUIRE(eventually([&] { return state(run) == "retrying"; }));
        return run;
    }
    std::string state(RunId run) {
        const auto found = desk.describe(of(run));
        return found ? found->state : "";
    }
    [[nodiscard]] int acts(const std::string& verb) const {
        return number("select count(*) from engine.audit where verb = '" + verb +
                      "' and identity = 'ada@desk' and reason = 'ticket 12'");
    }
};

}  // namespace

TEST_CASE_FIXTURE(Desk, "a paused activity is not tried until it is unpaused, and says by whom and why") {
    const auto worker = start_worker();
    const RunId run = waiting();
    CHECK(desk.pause(of(run), operator_).outcome == OrderOutcome::done);
    CHECK(desk.pause(of(run), operator_).outcome == OrderOutcome::already);
    CHECK(acts("activity pause") == 1);
    database.advance(61min);
    const auto info = desk.describe(of(run));
    REQUIRE(info);
    CHECK(info->state == "paused");
    CHECK(info->paused_by == "ada@desk");
    CHECK(info->pause_reason == "ticket 12");
    const auto why = client().why(workflows, ref(run));
    CHECK(why.kind == "activity_paused");
    CHECK(why.cause.find("ada@desk") != std::string::npos);
    CHECK(desk.retry(of(run), operator_).outcome == OrderOutcome::refused);
    check_invariants();
    CHECK(probe->seen("stubborn attempts") == 1);
    CHECK(desk.unpause(of(run), operator_).outcome == OrderOutcome::done);
    CHECK(result(tries_stubbornly, run) == "7 at attempt 2");
    CHECK(desk.unpause(of(run), operator_).outcome == OrderOutcome::closed);
    must_be_clean();
}

TEST_CASE_FIXTURE(Desk, "schedule-to-close goes on while an activity is paused") {
    const auto worker = start_worker();
    const RunId run = waiting();
    REQUIRE(desk.pause(of(run), operator_).good());
    database.advance(121min);
    CHECK(result(tries_stubbornly, run).find("schedule-to-close") != std::string::npos);
    must_be_clean();
}

TEST_CASE_FIXTURE(Desk, "a retry now does not wait for the back-off") {
    const auto worker = start_worker();
    const RunId run = waiting();
    CHECK(desk.retry(of(run), operator_).outcome == OrderOutcome::done);
    CHECK(result(tries_stubbornly, run) == "7 at attempt 2");
}

TEST_CASE_FIXTURE(Desk, "a reset activity begins at attempt 1, now") {
    const auto worker = start_worker();
    const RunId run = waiting();
    CHECK(desk.reset(of(run), false, operator_).outcome == OrderOutcome::done);
    CHECK(result(tries_stubbornly, run) == "7 at attempt 1");
}

TEST_CASE_FIXTURE(Desk, "a change of other options leaves the budget that a reset has begun anew") {
    const auto worker = start_worker();
    const RunId run = waiting();
    REQUIRE(desk.pause(of(run), operator_).good());
    database.advance(30min);
    REQUIRE(desk.reset(of(run), true, operator_).good());
    client::ActivityChanges changes;
    changes.maximum_attempts = 9;
    CHECK(desk.update_options(of(run), changes, operator_).outcome == OrderOutcome::done);
    const auto held = desk.describe(of(run));
    REQUIRE(held);
    CHECK(held->times_out_at >= held->now + 115min);  // two hours since the reset, not since the schedule
}

TEST_CASE_FIXTURE(Desk, "changed options and an edited input count for the attempts to come") {
    const auto worker = start_worker();
    const RunId run = waiting();
    client::ActivityChanges changes;
    changes.queue = "elsewhere";
    changes.maximum_attempts = 9;
    CHECK(desk.update_options(of(run), changes, operator_).outcome == OrderOutcome::done);
    CHECK(desk.update_options(of(run), changes, operator_).outcome == OrderOutcome::already);
    CHECK(desk.edit_input(of(run), encode(8), operator_).outcome == OrderOutcome::done);
    changes = {};
    changes.maximum_attempts = -1;
    const auto refused = desk.update_options(of(run), changes, operator_);
    CHECK(refused.outcome == OrderOutcome::refused);
    CHECK(refused.problem.find("maximum_attempts") != std::string::npos);
    CHECK(desk.retry(of(run), operator_).good());
    const auto there = start_worker([](auto& options) { options.queue = "elsewhere"; });
    CHECK(result(tries_stubbornly, run) == "8 at attempt 2");
}

TEST_CASE_FIXTURE(Desk, "an operator answers for an activity, with a result or a failure") {
    const auto worker = start_worker();
    const RunId run = waiting();
    CHECK(desk.skip(of(run), encode(std::string{"by hand"}), operator_).outcome == OrderOutcome::done);
    CHECK(result(tries_stubbornly, run) == "by hand");
    CHECK(acts("activity skip") == 1);
    probe->set("stubborn", 1);
    const RunId other = start(tries_stubbornly, 1, "other");
    REQUIRE(eventually([&] { return state(other) == "retrying"; }));
    Failure failure;
    failure.type = "Hopeless";
    failure.message = "give up";
    CHECK(desk.fail(of(other), failure, operator_).outcome == OrderOutcome::done);
    CHECK(result(tries_stubbornly, other).find("Hopeless") != std::string::npos);
    must_be_clean();
}

TEST_CASE_FIXTURE(Desk, "a running attempt that is reset is asked to stop at once, and begins anew") {
    const auto worker = start_worker();
    const RunId run = start(row_gated, "door", "door");
    REQUIRE(eventually([&] { return probe->seen("gate door") == 1; }));
    const auto ordered = desk.reset(of(run), false, operator_);
    CHECK(ordered.outcome == OrderOutcome::done);
    CHECK(ordered.note.find("asked to stop") != std::string::npos);
    CHECK(eventually([&] { return probe->seen("gate door") == 2; }));
    CHECK(probe->seen("stopped door") == 1);
    probe->count("open door");
    CHECK(result(row_gated, run) == "attempt 1");
}

TEST_CASE_FIXTURE(Desk, "the failure of an attempt that runs while its options change is not final") {
    const auto worker = start_worker();
    probe->set("gate fails", 3);
    const RunId run = start(row_gated, "gate", "gate");
    REQUIRE(eventually([&] { return probe->seen("gate gate") == 1; }));
    client::ActivityChanges changes;
    changes.maximum_attempts = 4;
    changes.initial_interval = 1ms;
    CHECK(desk.update_options(of(run), changes, operator_).good());
    probe->count("open gate");
    CHECK(result(row_gated, run) == "attempt 4");
}

TEST_CASE_FIXTURE(Desk, "an attempt that runs when its activity is paused may end, but none follows it") {
    const auto worker = start_worker();
    probe->set("gate fails", 1);
    const RunId run = start(row_gated, "slow", "slow");
    REQUIRE(eventually([&] { return probe->seen("gate slow") == 1; }));
    CHECK(desk.pause(of(run), operator_).good());
    CHECK(state(run) == "running");
    probe->count("open slow");
    CHECK(eventually([&] { return state(run) == "paused"; }));
    check_invariants();
    CHECK(desk.unpause(of(run), operator_).good());
    CHECK(result(row_gated, run) == "attempt 2");
}

TEST_CASE_FIXTURE(Desk, "an order finds an activity that its run's worker runs itself") {
    const auto worker = start_worker();
    const RunId run = start(gated, "eager", "eager");
    REQUIRE(eventually([&] { return probe->seen("gate eager") == 1; }));
    REQUIRE(number("select count(*) from engine.activities") == 0);
    SUBCASE("paused, it gets a row that waits when the attempt fails") {
        CHECK(desk.pause(of(run), operator_).outcome == OrderOutcome::done);
        CHECK(desk.pause(of(run), operator_).outcome == OrderOutcome::already);
        // Until the run's worker has heard of the order, the run waits for that message to be taken.
        client::Why why;
        CHECK(eventually([&] {
            why = client().why(workflows, ref(run));
            return why.kind == "activity_running";
        }));
        CHECK(std::ranges::any_of(why.chain, [](const std::string& sentence) {
            return sentence.find("paused by ada@desk") != std::string::npos;
        }));
        CHECK(desk.reset(of(run), true, operator_).good());
        CHECK(eventually([&] { return state(run) == "paused"; }));
        CHECK(number("select count(*) from engine.activity_orders") == 0);
        check_invariants();
        probe->count("open eager");
        CHECK(desk.unpause(of(run), operator_).good());
    }
    SUBCASE("reset, its attempt is asked to stop, and it begins anew in a row") {
        CHECK(desk.reset(of(run), false, operator_).outcome == OrderOutcome::done);
        CHECK(eventually([&] { return probe->seen("gate eager") == 2; }));
        CHECK(probe->seen("stopped eager") == 1);
        probe->count("open eager");
    }
    SUBCASE("with another input, the attempts to come have it") {
        probe->count("open other");
        CHECK(desk.edit_input(of(run), encode(GateInput{"other", 0}), operator_).good());
        CHECK(desk.reset(of(run), false, operator_).good());
    }
    SUBCASE("skipped, its attempt is asked to stop and nobody listens to it") {
        CHECK(desk.skip(of(run), encode(1), operator_).outcome == OrderOutcome::done);
        CHECK(eventually([&] { return probe->seen("stopped eager") == 1; }));
    }
    CHECK(result(gated, run) == "attempt 1");
    must_be_clean();
}

TEST_CASE_FIXTURE(Desk, "an order waits for whoever takes over from a dead worker") {
    const RunId run = start(gated, "heir", "heir");
    {
        auto first = start_worker();
        REQUIRE(eventually([&] { return probe->seen("gate heir") == 1; }));
        CHECK(desk.pause(of(run), operator_).good());
        first->stop(0s);
        first->wait();
    }
    CHECK(eventually([&] { return state(run) == "paused"; }));
    const auto heir = start_worker();
    probe->count("open heir");
    CHECK(desk.unpause(of(run), operator_).good());
    CHECK(result(gated, run).starts_with("attempt"));
    check_invariants();
}

TEST_CASE_FIXTURE(Desk, "what is not there, or over, is not ordered about") {
    const auto worker = start_worker();
    const RunId run = waiting(0 + 1);
    CHECK(desk.pause({ref(run), EventId{3}}, operator_).outcome == OrderOutcome::not_found);
    CHECK(desk.pause({{.workflow = WorkflowId{"nobody"}}, EventId{2}}, operator_).outcome ==
          OrderOutcome::not_found);
    CHECK(number("select count(*) from engine.audit") == 0);
    CHECK(desk.retry(of(run), operator_).good());
    CHECK(result(tries_stubbornly, run) == "7 at attempt 2");
    CHECK(desk.reset(of(run), false, operator_).outcome == OrderOutcome::closed);
}

TEST_CASE("an order survives the death of the worker it is meant for, at every boundary") {
    using Point = store::Faults::Point;
    for (const char* statement : {"end_activities", "retry_activities", "commit_batch", "claim_activities"}) {
        for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
            INFO(statement << (point == Point::before_send ? ", not sent" : ", not answered"));
            World world;
            WorkerProcess doomed{world.database.url(), "doomed",
                                 [&](worker::WorkerOptions& options, Probe& probe) {
                                     probe.set("stubborn", 1);
                                     options.faults.hook = [=](Point at, const char* name) {
                                         if (at == point && std::string{name} == statement) raise(SIGKILL);
                                         return false;
                                     };
                                 }};
            const RunId run = world.start(tries_in_rows, 7, "stubborn");
            ActivityClient desk{client::ClientOptions{world.database.url()}};
            const ActivityRef activity{ref(run), EventId{2}};
            const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
            REQUIRE(eventually(
                [&] {
                    const auto found = desk.describe(activity);
                    const bool paused = found && found->state == "paused";
                    if (!paused) static_cast<void>(desk.pause(activity, operator_));
                    return paused || !world.open(run);
                },
                60s));
            // Paused before it ever ran, it fails its first attempt only now, and would wait for an hour.
            REQUIRE(eventually(
                [&] {
                    const auto found = desk.describe(activity);
                    const bool idle = found && (found->state == "paused" || found->state == "retrying");
                    if (idle) static_cast<void>(desk.reset(activity, false, operator_));
                    return !world.open(run);
                },
                60s));
            CHECK(world.result(tries_in_rows, run, 60s).starts_with("7 at attempt"));
            world.must_be_clean();
        }
    }
}

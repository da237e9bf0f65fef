// `why` names the one thing that a run waits for, whatever that is, without asking any worker.

#include <doctest/doctest.h>

#include "tests/client/office.hpp"

namespace test {
namespace {

bool says(const client::Why& why, const std::string& text) {
    if (why.cause.find(text) != std::string::npos) return true;
    for (const auto& sentence : why.chain) {
        if (sentence.find(text) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a run that nobody can claim waits for a worker of its queue") {
    Office office;
    const auto why = office.why(office.start(greeting, "g"));
    CHECK(why.kind == "no_worker");
    CHECK(says(why, "no worker with a live lease serves queue default"));
    CHECK(says(why, "callflex worker --queue default"));
}

TEST_CASE("a run that a live worker has not taken yet waits to be claimed") {
    Office office;
    const auto clerk = office.hire();
    const auto why = office.why(office.start(greeting, "g"));
    CHECK(why.kind == "not_claimed");
    CHECK(says(why, "ready since"));
}

TEST_CASE("a delayed start says when it is due") {
    Office office;
    const auto clerk = office.hire();
    const auto run =
        office.client.start(greeting, {}, {.workflow = WorkflowId{"g"}, .start_delay = 10min}).run;
    const auto why = office.why({.run = run});
    CHECK(why.kind == "start_delayed");
    CHECK(says(why, "(in 9 min 5"));
}

TEST_CASE("a closed run waits for nothing") {
    Office office;
    const auto run = office.start(greeting, "g");
    REQUIRE(office.hire()->work() == 1);
    const auto why = office.why(run);
    CHECK(why.kind == "closed");
    CHECK(says(why, "ended as completed"));
}

TEST_CASE("a sleeping run names its timer, with the line that sleeps") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(sleeping, "s");
    REQUIRE(clerk->work() == 1);
    const auto why = office.why(run);
    CHECK(why.kind == "timer");
    CHECK(says(why, "(in 59 min 5"));
    CHECK(says(why, "office.cpp:"));
}

TEST_CASE("a run that waits for a signal names it, with the line that waits") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(approval, "a");
    REQUIRE(clerk->work() == 1);
    const auto why = office.why(run);
    CHECK(why.kind == "signal");
    CHECK(says(why, "signal approve at "));
    CHECK(says(why, "office.cpp:"));
}

TEST_CASE("a run that waits for a condition names the line") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(doubting, "d");
    REQUIRE(clerk->work() == 1);
    const auto why = office.why(run);
    CHECK(why.kind == "condition");
    CHECK(says(why, "office.cpp:"));
}

TEST_CASE("a message that came after the last activation is what comes next") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(approval, "a");
    REQUIRE(clerk->work() == 1);
    REQUIRE(office.client.signal(run, approve, std::string{"yes"}) == store::SendResult::delivered);
    const auto why = office.why(run);
    CHECK(why.kind == "not_claimed");
    CHECK(says(why, "1 message waits"));
}

TEST_CASE("an eager activity runs on the worker that holds the run") {
    Office office;
    const auto clerk = office.hire("clerk-1");
    const auto run = office.start(knocking, "k");
    REQUIRE(clerk->work() == 1);
    const auto why = office.why(run);
    CHECK(why.kind == "activity_running");
    CHECK(says(why, "activity knock (event 2) runs on worker clerk-1"));
}

TEST_CASE("an activity row says whether it waits, runs or will be tried again, and why") {
    Office office;
    const auto clerk = office.hire("clerk-1");
    const auto run = office.start(knocking, "k");
    REQUIRE(clerk->work(true) == 1);
    CHECK(office.why(run).kind == "activity_waiting");

    clerk->fail_activity("nobody opened");
    const auto retrying = office.why(run);
    CHECK(retrying.kind == "activity_retrying");
    CHECK(says(retrying, "attempt 2 is due"));
    CHECK(says(retrying, "after failure: NobodyHome: nobody opened"));

    office.database.advance(2h);
    const auto other = office.hire("clerk-2");
    (void)other->take_activity();
    const auto running = office.why(run);
    CHECK(running.kind == "activity_running");
    CHECK(says(running, "attempt 2 runs on worker clerk-2"));
}

TEST_CASE("a run whose worker is gone waits for the take-over") {
    Office office;
    const auto run = office.start(knocking, "k");
    REQUIRE(office.hire("clerk-1")->work() == 1);
    office.database.advance(1min);
    CHECK(office.why(run).kind == "no_worker");
    const auto other = office.hire("clerk-2");
    const auto why = office.why(run);
    CHECK(why.kind == "worker_gone");
    CHECK(says(why, "clerk-1 is gone"));
}

TEST_CASE("a blocked run gives the reason before anything else") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(approval, "a");
    const auto id = run.run->value.to_string();
    office.database.execute(
        "update engine.live_runs set failures = 2, wake_at = engine.now() + interval '1 min'");
    office.database.execute("insert into engine.blocked values ('" + id +
                            "', 'mismatch', 'event 4 differs', engine.now(), 2, 'build-6')");
    const auto why = office.why(run);
    CHECK(why.kind == "blocked");
    CHECK(says(why, "event 4 differs"));
    CHECK(says(why, "failed 2 times in build build-6"));
}

TEST_CASE("a build that does not answer as recorded says which build is needed, and shows no half state") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(sleeping, "s");
    REQUIRE(clerk->work() == 1);
    WorkflowRegistry nothing;
    const auto why = office.client.why(nothing, run);
    CHECK(why.kind == "timer");  // known from the history alone
    CHECK(says(why, "needs build build-7"));

    const auto inspection = office.client.inspect(nothing, *run.run);
    REQUIRE(inspection.blocked);
    CHECK(inspection.needs_build == "build-7");
    CHECK(inspection.stack.empty());
    CHECK(inspection.waits_for.empty());
}

TEST_CASE("a mismatch while inspecting names the event and both sides") {
    Office office;
    const auto clerk = office.hire();
    const auto run = office.start(approval, "a");
    REQUIRE(clerk->work() == 1);
    const auto inspection = office.client.inspect(office_workflows(true), *run.run);
    REQUIRE(inspection.blocked);
    REQUIRE(inspection.blocked->mismatch);
    CHECK(inspection.blocked->mismatch->recorded == "CodeStarted");
    CHECK(inspection.blocked->mismatch->found.find("TimerStarted") != std::string::npos);
}

TEST_CASE("the stack of a run shows where its code waits, with no worker alive") {
    Office office;
    const auto run = office.start(approval, "a");
    REQUIRE(office.hire()->work() == 1);
    const auto inspection = office.client.inspect(office.workflows, *run.run);
    REQUIRE(inspection.stack.size() == 1);
    CHECK(inspection.stack[0].coroutine.find("run_approval") != std::string::npos);
    CHECK(inspection.stack[0].file.find("office.cpp") != std::string::npos);
    CHECK(inspection.stack[0].line > 0);
    CHECK(inspection.stack[0].waits_for == "signal approve");
}

TEST_CASE("asking about a run that never was says so") {
    Office office;
    CHECK_THROWS_AS((void)office.client.why(office.workflows, {.workflow = WorkflowId{"ghost"}}),
                    client::NotFound);
    CHECK_THROWS_AS((void)office.client.inspect(office.workflows, office.client.new_run_id()),
                    client::NotFound);
}

}  // namespace test

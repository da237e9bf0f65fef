// Attempts that fail, time out, are cancelled, or leave it open whether they happened.

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

TEST_CASE("a failed attempt is tried again when the database clock says so, and not before") {
    World world;
    world.probe->set("flaky", 2);
    const auto worker = world.start_worker();
    const RunId run = world.start(retrying, 7, "flaky");
    for (int attempt = 1; attempt <= 2; ++attempt) {
        REQUIRE(eventually([&] {
            return world.number(
                       "select count(*) from engine.activities where owner is null "
                       "and attempt = " +
                       std::to_string(attempt + 1)) == 1;
        }));
        CHECK(world.probe->seen("flaky attempts") == attempt);
        world.database.advance(2h);
    }
    CHECK(world.result(retrying, run) == 703);
    CHECK(world.probe->seen("flaky attempts") == 3);
    world.must_be_clean();
}

TEST_CASE("an activity that never answers ends by its time-out and gives its slot back") {
    World world;
    const auto worker = world.start_worker([](auto& options) { options.slots.async = 1; });
    const RunId run = world.start(impatient, 0, "deaf");
    CHECK(world.result(impatient, run).find("start_to_close") != std::string::npos);
    const RunId next = world.start(sequence, 1, "next");
    CHECK(world.result(sequence, next) == 1);
    world.must_be_clean();
}

TEST_CASE("an activity that falls silent is tried again with the details of its last heartbeat") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(impatient, 1, "silent");
    CHECK(world.result(impatient, run) == "10");
    CHECK(world.probe->seen("silent attempts") == 2);
}

TEST_CASE("cancelling a run stops its running activity at once") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(gated, "never", "to cancel");
    REQUIRE(eventually([&] { return world.probe->seen("gate never") == 1; }));
    world.client().cancel(ref(run), "changed my mind", "test");
    CHECK(eventually([&] { return world.probe->seen("stopped never") == 1; }, 2s));
    const auto ended = world.client().wait_result(ref(run), 10s);
    CHECK(ended.status != replay::RunStatus::running);
    world.must_be_clean();
}

TEST_CASE("a cancelled await that waits for its activity gets what the activity answers") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(patient, "tidy", "to cancel politely");
    REQUIRE(eventually([&] { return world.probe->seen("gate tidy") == 1; }));
    world.client().cancel(ref(run), "changed my mind", "test");
    const auto ended = world.client().wait_result(ref(run), 10s);
    CHECK(ended.status == replay::RunStatus::completed);
    CHECK(ended.result.json == "\"canceled\"");
    CHECK(world.probe->seen("stopped tidy") == 1);
    world.must_be_clean();
}

TEST_CASE("cancelling a run stops an activity that runs elsewhere, by its row") {
    World world;
    // The first worker has no activities, the second no workflows: every activity has a row.
    const auto workflows = world.start_worker([](auto& options) { options.run_activities = false; });
    const auto activities = world.start_worker([](auto& options) { options.run_workflows = false; });
    const RunId run = world.start(gated, "far", "far away");
    REQUIRE(eventually([&] { return world.probe->seen("gate far") == 1; }));
    world.client().cancel(ref(run), "changed my mind", "test");
    CHECK(eventually([&] { return world.probe->seen("stopped far") == 1; }, 5s));
    CHECK(eventually([&] { return !world.open(run); }));
    CHECK(eventually([&] { return world.number("select count(*) from engine.activities") == 0; }));
    const RunId steps = world.start(sequence, 3, "far steps");
    CHECK(world.result(sequence, steps) == 3);
}

TEST_CASE("at most once: found to have happened, it is not sent again") {
    World world;
    world.probe->set("send lost after effect", 1);
    const auto worker = world.start_worker();
    CHECK(world.result(sender, world.start(sender, 5, "happened")) == "sent 1005");
    CHECK(world.probe->seen("effects") == 1);
    CHECK(world.probe->seen("reconciled") == 1);
}

TEST_CASE("at most once: proven absent, it is sent again") {
    World world;
    world.probe->set("send lost before effect", 1);
    const auto worker = world.start_worker();
    CHECK(world.result(sender, world.start(sender, 5, "absent")) == "sent 7");
    CHECK(world.probe->seen("effects") == 1);
    CHECK(world.probe->seen("send attempts") == 2);
    CHECK(world.probe->seen("reconciled") == 1);
}

TEST_CASE("at most once: proven absent each time, the policy's attempts are still a limit") {
    World world;
    world.probe->set("send lost before effect", 100);
    const auto worker = world.start_worker();
    const std::string end = world.result(sender, world.start(sender, 5, "always absent"));
    CHECK(end.find("maximum_attempts") != std::string::npos);
    CHECK(world.probe->seen("send attempts") == 3);
    CHECK(world.probe->seen("effects") == 0);
}

TEST_CASE(
    "at most once: when nobody can tell, it is asked again and at last ends unknown, never sent twice") {
    World world;
    world.probe->set("send lost after effect", 1);
    world.probe->set("reconcile cannot tell", 1'000'000);
    const auto worker = world.start_worker();
    const RunId run = world.start(sender, 5, "unknown");
    REQUIRE(eventually([&] { return world.probe->seen("reconciled") >= 2; }));
    world.database.advance(29s);
    CHECK(world.result(sender, run) == "unknown");
    CHECK(world.probe->seen("effects") == 1);
    CHECK(world.probe->seen("send attempts") == 1);
}

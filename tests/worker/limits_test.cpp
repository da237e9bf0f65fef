// Activities with limits and priorities, run by real workers.

#include "tests/worker/limit_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Looks for rows only when there is a reason to.
void poll_rarely(worker::WorkerOptions& options) {
    options.poll = {.shortest = std::chrono::milliseconds{5}, .longest = std::chrono::minutes{5}};
    options.sweep_every = std::chrono::minutes{5};
}

}  // namespace

TEST_CASE("two workers never run more attempts of a key at once than it allows, and finish them all") {
    World world;
    const auto first = world.start_worker();
    const auto second = world.start_worker([](auto& options) { options.name = "second"; });
    std::vector<RunId> runs;
    for (int i = 0; i < 20; ++i) {
        runs.push_back(world.start(visitor, {"a", 3, 0, 3}, "a-" + std::to_string(i)));
        runs.push_back(world.start(visitor, {"b", 1, 0, 1}, "b-" + std::to_string(i)));
    }
    for (std::size_t i = 0; i < runs.size(); ++i)
        CHECK(world.result(visitor, runs[i]) == (i % 2 == 0 ? 3 : 1));
    CHECK(world.probe->seen("too many") == 0);
    CHECK(world.probe->seen("came to a") == 60);
    world.must_be_clean();
}

TEST_CASE("an activity with a limit always has a row, and its end lets the next one in without a poll") {
    World world;
    world.probe->count("closed");
    const auto worker = world.start_worker(poll_rarely);
    const RunId run = world.start(visitor, {"door", 1, 0, 5}, "one by one");
    REQUIRE(eventually([&] { return world.probe->seen("came to door") == 1; }));
    CHECK(world.number("select count(*) from engine.activities") == 5);
    CHECK(world.number("select count(*) from engine.activities where owner is not null") == 1);
    const RunId other = world.start(visitor, {"door", 1, 0, 1}, "behind them");
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.activities") == 6; }));
    const std::string why = world.client().why(world.workflows, ref(other)).cause;
    CHECK_MESSAGE(why.find("waits for its turn under limit key door") != std::string::npos, why);
    world.probe->count("open door");
    CHECK(world.result(visitor, other) == 1);
    CHECK(world.result(visitor, run) == 5);
    CHECK(world.probe->seen("too many") == 0);
    world.must_be_clean();
}

TEST_CASE("a metered key starts at its rate, neither faster nor only when somebody happens to look") {
    World world;
    const auto worker = world.start_worker(poll_rarely);
    const auto before = std::chrono::steady_clock::now();
    const RunId run = world.start(visitor, {"metered", 0, 20, 11}, "metered");
    CHECK(world.result(visitor, run) == 11);
    CHECK(std::chrono::steady_clock::now() - before >= 500ms);
}

TEST_CASE("what waits for a slot of the worker starts by priority") {
    World world;
    world.probe->count("closed");
    const auto worker = world.start_worker([](auto& options) { options.slots.async = 1; });
    const RunId occupant = world.start(visitor, {"occupied", 1, 0, 1}, "occupant");
    REQUIRE(eventually([&] { return world.probe->seen("came to occupied") == 1; }));
    std::vector<RunId> runs;
    for (const int priority : {5, 2, 4, 1}) {
        runs.push_back(world.start(placed, priority, "priority " + std::to_string(priority)));
    }
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.activities") == 5; }));
    world.probe->count("open occupied");
    for (const RunId run : runs) world.result(placed, run);
    world.result(visitor, occupant);
    CHECK(world.probe->seen("place of 1") == 1);
    CHECK(world.probe->seen("place of 2") == 2);
    CHECK(world.probe->seen("place of 4") == 3);
    CHECK(world.probe->seen("place of 5") == 4);
}

TEST_CASE("a dead worker's slots come back with the take-over, and its attempts with them") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed",
                         [](worker::WorkerOptions&, Probe& probe) { probe.count("closed"); }};
    const RunId run = world.start(visitor, {"door", 2, 0, 4}, "inherited");
    REQUIRE(eventually(
        [&] { return world.number("select count(*) from engine.activities where owner is not null") == 2; }));
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    doomed.kill();
    CHECK(world.result(visitor, run) == 4);
    CHECK(world.probe->seen("came to door") == 4);
    CHECK(world.probe->seen("too many") == 0);
    world.must_be_clean();
}

TEST_CASE("an at-most-once activity with a limit whose worker died is looked into, in its turn") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed", [](worker::WorkerOptions&, Probe& probe) {
                             probe.count("send hangs after effect");
                         }};
    const RunId run = world.start(limited_sender, 5, "half sent");
    REQUIRE(eventually(
        [&] { return world.number("select count(*) from engine.activities where owner is not null") == 1; }));
    doomed.kill();
    world.probe->set("effects", 1);  // what the vendor knows
    const auto heir = world.start_worker();
    CHECK(world.result(limited_sender, run) == "sent 1005");
    CHECK(world.probe->seen("reconciled") == 1);
    CHECK(world.probe->seen("send attempts") == 0);
    world.must_be_clean();
}

TEST_CASE("an at-most-once activity with a limit that stays in doubt ends unknown and gives its slot back") {
    World world;
    world.probe->set("send lost before effect", 1);
    world.probe->set("reconcile cannot tell", 1000);
    const auto worker = world.start_worker();
    const RunId doubtful = world.start(limited_sender, 1, "doubtful");
    REQUIRE(eventually([&] { return world.probe->seen("reconciled") > 0; }));
    world.client().cancel(ref(doubtful), "enough", "test");
    CHECK(eventually([&] { return !world.open(doubtful); }));
    const RunId next = world.start(limited_sender, 1, "next");
    CHECK(world.result(limited_sender, next) == "sent 2");
    world.must_be_clean();
}

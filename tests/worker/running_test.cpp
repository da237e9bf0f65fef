// Runs make their way: steps in sequence and in parallel, timers, messages, several workers, no
// notifications.

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

TEST_CASE("ten steps in sequence run to their end") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(sequence, 10, "ten");
    CHECK(world.result(sequence, run) == 10);
    CHECK(world.probe->seen("add_one") == 10);
    world.must_be_clean();
}

TEST_CASE("steps in parallel all run, more of them than there are slots") {
    World world;
    const auto worker = world.start_worker([](auto& options) { options.slots.async = 7; });
    const RunId run = world.start(fan_out, 40, "wide");
    CHECK(world.result(fan_out, run) == 40 * 41 / 2);
    CHECK(world.probe->seen("add_one") == 40);
    world.must_be_clean();
}

TEST_CASE("many runs at once all end, each exactly once") {
    World world;
    const auto worker = world.start_worker();
    std::vector<RunId> runs;
    for (int i = 0; i < 200; ++i) runs.push_back(world.start(sequence, 3, "many-" + std::to_string(i)));
    for (const RunId run : runs) CHECK(world.result(sequence, run) == 3);
    CHECK(world.probe->seen("add_one") == 600);
    world.must_be_clean();
}

TEST_CASE("a hundred days of sleep pass with the database clock, and never early") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(sleeper, Duration{24h * 100}, "long sleep");
    REQUIRE(eventually([&] { return world.client().history(run).size() == 2; }));
    world.database.advance(24h * 99);
    const RunId other = world.start(sequence, 1, "meanwhile");
    CHECK(world.result(sequence, other) == 1);
    CHECK(world.open(run));
    world.database.advance(24h);
    CHECK(world.result(sleeper, run) >= 24 * 3600 * 100);
    world.must_be_clean();
}

TEST_CASE("a short sleep of a run that was released ends on time, without waiting for the poll") {
    World world;
    const auto worker = world.start_worker([](auto& options) {
        options.poll = {20s, 20s};
        options.sweep_every = 20s;
    });
    const auto before = std::chrono::steady_clock::now();
    CHECK(world.result(sleeper, world.start(sleeper, Duration{300ms}, "short sleep")) == 0);
    CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("messages reach a run in the cache, one that must be replayed, and one that has not begun") {
    World world;
    const RunId run = world.start(adder, 3, "adder");
    world.client().signal(ref(run), amount, 1);
    {
        const auto worker = world.start_worker();
        REQUIRE(eventually([&] { return world.client().history(run).size() == 2; }));
        world.client().signal(ref(run), amount, 20);
        REQUIRE(eventually([&] { return world.client().history(run).size() == 3; }));
    }
    const auto another = world.start_worker();
    world.client().signal(ref(run), amount, 300);
    CHECK(world.result(adder, run) == 321);
    world.must_be_clean();
}

TEST_CASE("messages reach a run that is held for its running activity") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(gated_adder, 2, "held");
    REQUIRE(eventually([&] { return world.probe->seen("gate adder") == 1; }));
    world.client().signal(ref(run), amount, 4);
    world.client().signal(ref(run), amount, 5);
    REQUIRE(eventually([&] { return world.client().describe(ref(run))->inbox_waiting == 0; }));
    CHECK(world.open(run));
    world.probe->count("open adder");
    CHECK(world.result(gated_adder, run) == 9);
    world.must_be_clean();
}

TEST_CASE("everything works without notifications, by polling") {
    World world;
    const auto worker = world.start_worker([](auto& options) { options.notifications = false; });
    const RunId steps = world.start(sequence, 5, "quiet steps");
    const RunId sum = world.start(adder, 1, "quiet sum");
    const RunId held = world.start(gated_adder, 1, "quiet held");
    CHECK(world.result(sequence, steps) == 5);
    world.client().signal({.run = sum, .workflow = {}}, amount, 8);
    CHECK(world.result(adder, sum) == 8);
    REQUIRE(eventually([&] { return world.probe->seen("gate adder") == 1; }));
    world.client().signal(ref(held), amount, 6);
    CHECK(eventually([&] { return world.client().describe(ref(held))->inbox_waiting == 0; }, 5s));
    CHECK(world.open(held));
    world.probe->count("open adder");
    CHECK(world.result(gated_adder, held) == 6);
}

TEST_CASE("runs that do not fit into the cache are replayed, and go on as if nothing had been") {
    World world;
    const auto worker = world.start_worker([](auto& options) { options.cached_runs = 1; });
    std::vector<RunId> runs;
    for (int i = 0; i < 12; ++i) runs.push_back(world.start(adder, 2, "evicted-" + std::to_string(i)));
    for (int round = 1; round <= 2; ++round) {
        for (const RunId run : runs) world.client().signal(ref(run), amount, round);
    }
    for (const RunId run : runs) CHECK(world.result(adder, run) == 3);
    world.must_be_clean();
}

TEST_CASE("two workers share the load") {
    World world;
    const auto small = [](auto& options) { options.slots.runs = 4; };
    const auto first = world.start_worker(small);
    const auto second = world.start_worker(small);
    std::vector<RunId> runs;
    for (int i = 0; i < 8; ++i) runs.push_back(world.start(gated, "shared", "shared-" + std::to_string(i)));
    REQUIRE(eventually([&] { return world.probe->seen("gate shared") == 8; }));
    CHECK(world.number("select count(distinct owner) from engine.live_runs where owner is not null") == 2);
    world.probe->count("open shared");
    for (const RunId run : runs) CHECK(world.result(gated, run) == "attempt 1");
    world.must_be_clean();
}

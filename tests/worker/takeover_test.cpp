// Workers that die, freeze, lose their fences, or go away politely; and code that is mended.

#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Runs owned by the worker of that name.
std::string owned_by(const std::string& name) {
    return "select count(*) from engine.live_runs l join engine.workers w on w.worker_no = l.owner where "
           "w.name = '" +
           name + "'";
}

int numbers(const World& world, const std::string& sql) {
    return world.number(sql);
}

}  // namespace

TEST_CASE("when a worker dies its runs are adopted, and what it ran gets a row that counts a lost attempt") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed"};
    const RunId run = world.start(gated, "door", "adopted");
    REQUIRE(eventually([&] { return numbers(world, owned_by("doomed")) == 1; }));
    REQUIRE(eventually([&] { return world.client().history(run).size() == 2; }));
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    CHECK(world.probe->seen("gate door") == 0);
    const auto killed = std::chrono::steady_clock::now();
    doomed.kill();
    REQUIRE(eventually([&] { return world.probe->seen("gate door") == 1; }));
    CHECK(std::chrono::steady_clock::now() - killed < 4s);
    CHECK(world.probe->seen("lost attempts") == 1);
    CHECK(world.probe->seen("attempt") == 1);
    world.probe->count("open door");
    CHECK(world.result(gated, run) == "attempt 1");
    world.must_be_clean();
}

TEST_CASE("many runs survive the death of their worker, each deposit exactly once") {
    World world;
    auto doomed = std::make_unique<WorkerProcess>(world.database.url(), "doomed");
    std::vector<RunId> runs;
    for (int i = 0; i < 60; ++i) runs.push_back(world.start(depositor, 4, "survivor-" + std::to_string(i)));
    REQUIRE(eventually([&] { return numbers(world, "select count(*) from public.deposits") >= 20; }));
    doomed->kill();
    const auto heir = world.start_worker();
    for (const RunId run : runs) CHECK(world.result(depositor, run, 60s) == 10);
    CHECK(numbers(world, "select count(*) from public.deposits") == 240);
    CHECK(numbers(world, "select count(distinct run) from public.deposits") == 60);
    world.must_be_clean();
}

TEST_CASE("an at-most-once activity whose worker died is looked into before anything is sent") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed", [](worker::WorkerOptions&, Probe& probe) {
                             probe.count("send hangs after effect");
                         }};
    const RunId run = world.start(sender, 5, "half sent");
    REQUIRE(eventually([&] { return world.client().history(run).size() == 2; }));
    doomed.kill();
    world.probe->set("effects", 1);  // what the vendor knows
    const auto heir = world.start_worker();
    CHECK(world.result(sender, run) == "sent 1005");
    CHECK(world.probe->seen("reconciled") == 1);
    CHECK(world.probe->seen("send attempts") == 0);
    world.must_be_clean();
}

TEST_CASE("a zombie that wakes up after its lease writes nothing and drops its memory") {
    World world;
    WorkerProcess zombie{world.database.url(), "zombie",
                         [](worker::WorkerOptions&, Probe& probe) { probe.count("open door"); }};
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.workers") == 1; }));
    const RunId run = world.start(adder, 1, "adder");
    std::vector<RunId> runs;
    for (int i = 0; i < 30; ++i) runs.push_back(world.start(depositor, 3, "zombie-" + std::to_string(i)));
    REQUIRE(eventually([&] { return world.number("select count(*) from public.deposits") >= 5; }));
    zombie.freeze();
    const auto heir = world.start_worker();
    for (const RunId each : runs) CHECK(world.result(depositor, each, 60s) == 6);
    zombie.thaw();
    world.client().signal(ref(run), amount, 9);
    CHECK(world.result(adder, run) == 9);
    CHECK(world.number("select count(*) from public.deposits") == 90);
    world.must_be_clean();
}

TEST_CASE("a worker that was frozen, with nobody else there, goes on with its runs") {
    // Beyond its own trust but within the lease; and beyond the lease.
    for (const std::string until : {"now() + interval '400 milliseconds'", "now()"}) {
        CAPTURE(until);
        World world;
        WorkerProcess frozen{world.database.url(), "frozen"};
        const RunId run = world.start(adder, 1, "adder");
        std::vector<RunId> runs;
        for (int i = 0; i < 30; ++i) {
            runs.push_back(world.start(depositor, 6, "frozen-" + std::to_string(i)));
        }
        REQUIRE(eventually([&] { return world.number("select count(*) from public.deposits") >= 5; }));
        frozen.freeze();
        CHECK(eventually([&] {
            return world.number("select count(*) from engine.workers where lease_until < " + until) == 1;
        }));
        frozen.thaw();
        for (const RunId each : runs) CHECK(world.result(depositor, each, 30s) == 21);
        world.client().signal(ref(run), amount, 9);
        CHECK(world.result(adder, run) == 9);
        CHECK(world.number("select count(*) from public.deposits") == 180);
        world.must_be_clean();
    }
}

TEST_CASE("a worker that has lost a fence drops the run and does not write into it") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(gated, "stolen", "stolen");
    REQUIRE(eventually([&] { return world.probe->seen("gate stolen") == 1; }));
    world.database.execute(
        "update engine.live_runs set owner = null, epoch = epoch + 1, token = 1, wake_at = engine.now()"
        " + interval '1 hour', adopt = true");
    world.probe->count("open stolen");
    REQUIRE(eventually(
        [&] { return world.number("select count(*) from engine.live_runs where owner is null") == 1; }));
    CHECK(world.client().history(run).size() == 2);
    world.database.advance(2h);
    CHECK(world.result(gated, run) == "attempt 1");
    world.must_be_clean();
}

TEST_CASE("a draining worker lets its activities end within the grace, and releases its runs") {
    World world;
    const auto worker = world.start_worker();
    const RunId quick = world.start(gated, "quick", "quick");
    const RunId waiting = world.start(adder, 1, "waiting");
    REQUIRE(eventually([&] { return world.probe->seen("gate quick") == 1; }));
    worker->stop(20s);
    const RunId later = world.start(sequence, 1, "later");
    world.probe->count("open quick");
    worker->wait();
    CHECK(world.result(gated, quick) == "attempt 1");
    CHECK(world.open(waiting));
    CHECK(world.open(later));
    CHECK(world.number("select count(*) from engine.live_runs where owner is not null") == 0);
    CHECK(world.number("select count(*) from engine.workers where ended_at is null") == 0);
    const auto next = world.start_worker();
    CHECK(world.result(sequence, later) == 1);
}

TEST_CASE(
    "what is still running when the grace is over goes to another worker, without spending an attempt") {
    World world;
    auto worker = world.start_worker();
    const RunId run = world.start(gated, "slow", "slow");
    REQUIRE(eventually([&] { return world.probe->seen("gate slow") == 1; }));
    worker->stop(50ms);
    worker->wait();
    CHECK(world.database.value("select attempt || '/' || lost_attempts from engine.activities") == "1/0");
    worker.reset();
    const auto next = world.start_worker();
    REQUIRE(eventually([&] { return world.probe->seen("gate slow") == 2; }));
    world.probe->count("open slow");
    CHECK(world.result(gated, run) == "attempt 1");
    world.must_be_clean();
}

TEST_CASE("a run that this code cannot continue is blocked, says why, and goes on with mended code") {
    World world;
    const RunId run = world.start(changing, 1, "changing");
    {
        const auto good = world.start_worker();
        REQUIRE(eventually([&] { return world.client().history(run).size() == 3; }));
    }
    const WorkflowRegistry careless = test_workflows(true);
    {
        worker::WorkerOptions options = worker_options(world.database.url(), "careless");
        worker::Worker worker{options, careless, world.activities};
        worker.start();
        world.client().signal(ref(run), amount, 40);
        REQUIRE(eventually([&] { return world.client().describe(ref(run))->blocked.has_value(); }));
        const auto blocked = *world.client().describe(ref(run))->blocked;
        CHECK(blocked.kind == "mismatch");
        CHECK(blocked.reason.find("add_one") != std::string::npos);
        CHECK(world.client().history(run).size() == 3);
    }
    const auto mended = world.start_worker();
    CHECK(world.result(changing, run) == 42);
    world.must_be_clean();
}

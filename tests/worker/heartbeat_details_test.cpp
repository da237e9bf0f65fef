// The details of an attempt's last sign of life reach the next attempt, whatever has ended it.

#include "tests/worker/limit_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

const std::string stored_details = "select coalesce(max(heartbeat_details), '') from engine.activities";

}  // namespace

TEST_CASE("an attempt that failed hands its last details on, however quickly it failed after them") {
    World world;
    world.probe->count("fail");
    const auto worker = world.start_worker();
    const RunId run = world.start(reader, 1, "failing");
    CHECK(world.result(reader, run) == 5);
    CHECK(world.probe->seen("readings") == 2);
    world.must_be_clean();
}

TEST_CASE("the details of an attempt whose worker died reach the next one") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed"};
    const RunId run = world.start(reader, 1, "orphaned");
    REQUIRE(eventually([&] { return world.database.value(stored_details) == "5"; }));
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    doomed.kill();
    CHECK(world.result(reader, run) == 5);
    CHECK(world.probe->seen("readings") == 1);
    world.must_be_clean();
}

TEST_CASE("the details of an attempt whose worker froze beyond the heartbeat time-out reach the next one") {
    World world;
    WorkerProcess frozen{world.database.url(), "frozen"};
    const RunId run = world.start(reader, 1, "frozen");
    REQUIRE(eventually([&] { return world.database.value(stored_details) == "5"; }));
    frozen.freeze();
    world.database.execute("update engine.workers set lease_until = engine.now() + interval '1 hour'");
    world.database.execute("update engine.activities set heartbeat_due = engine.now()");
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    CHECK(eventually([&] { return world.probe->seen("readings") == 1; }));
    frozen.kill();
    CHECK(world.result(reader, run) == 5);
    world.must_be_clean();
}

TEST_CASE(
    "a worker that stops hands the newest details on, those of this attempt and not of the one before") {
    World world;
    auto leaving = world.start_worker();
    const RunId run = world.start(reader, 1, "handed over");
    REQUIRE(eventually([&] { return world.probe->seen("readings") == 1; }));
    leaving->stop(0s);
    leaving->wait();
    CHECK(world.database.value(stored_details) == "5");
    const auto heir = world.start_worker();
    CHECK(world.result(reader, run) == 5);
    CHECK(world.probe->seen("readings") == 2);
}

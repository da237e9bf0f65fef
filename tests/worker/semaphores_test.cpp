// Semaphores with real workers: never more holders than units, whoever dies.

#include "engine/store/semaphores.hpp"

#include "engine/client/queues.hpp"
#include "tests/worker/processes.hpp"
#include "tests/worker/queue_programs.hpp"

using namespace durable;
using namespace durable::test;

namespace {

store::SemaphoreInfo semaphore(const World& world, const std::string& resource) {
    pqxx::connection connection{world.database.url()};
    pqxx::work tx{connection};
    return store::find_semaphore(tx, resource).value_or(store::SemaphoreInfo{});
}

}  // namespace

TEST_CASE(
    "no more runs hold a semaphore at once than it has units, on two workers, and all of them get theirs") {
    World world;
    const auto first = world.start_worker();
    const auto second = world.start_worker([](auto& options) { options.name = "second"; });
    std::vector<RunId> runs;
    for (int i = 0; i < 20; ++i)
        runs.push_back(world.start(guarded, {"room", 2, 0, 2}, "r-" + std::to_string(i)));
    for (const RunId run : runs) CHECK(world.result(guarded, run, 60s) == 2);
    CHECK(world.probe->seen("too many") == 0);
    CHECK(world.probe->seen("came to room") == 40);
    CHECK(semaphore(world, "room").held == 0);
    world.must_be_clean();
    world.check_invariants();
}

TEST_CASE("why names the holders, and a holder that is terminated lets the next one in") {
    World world;
    world.probe->count("closed");
    const auto worker = world.start_worker();
    const RunId holder = world.start(guarded, {"room", 1, 0, 1}, "holder");
    REQUIRE(eventually([&] { return world.probe->seen("came to room") == 1; }));
    const RunId next = world.start(guarded, {"room", 1, 0, 1}, "next");
    REQUIRE(eventually([&] { return semaphore(world, "room").waiting == 1; }));
    const client::Why why = world.client().why(world.workflows, ref(next));
    CHECK(why.kind == "semaphore");
    CHECK_MESSAGE(why.cause.find("1 of 1 units are held, by holder") != std::string::npos, why.cause);
    world.client().terminate(ref(holder), "a test", "test");
    REQUIRE(eventually([&] { return world.probe->seen("came to room") == 2; }));
    world.probe->count("open room");
    CHECK(world.result(guarded, next) == 1);
    world.check_invariants();
}

TEST_CASE(
    "a holder whose worker dies keeps its units, and gives them back when it ends with another worker") {
    World world;
    WorkerProcess doomed{world.database.url(), "doomed",
                         [](worker::WorkerOptions&, Probe& probe) { probe.count("closed"); }};
    start_masses(world.database, guarded.name, 3, "run", [](int, store::StartRequest& request) {
        request.input = encode(LimitedInput{"room", 1, 0, 1});
    });
    REQUIRE(eventually(
        [&] { return semaphore(world, "room").holders == 1 && semaphore(world, "room").waiting == 2; }));
    doomed.kill();
    CHECK(semaphore(world, "room").holders == 1);
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.live_runs") == 0; }, 60s));
    CHECK(semaphore(world, "room").held == 0);
    CHECK(world.probe->seen("too many") == 0);
    world.check_invariants();
}

TEST_CASE("a run that continues as new gives its units up and gets them again behind those who wait") {
    World world;
    const auto worker = world.start_worker();
    const RunId first = world.start(renewing, 5, "first");
    const RunId second = world.start(renewing, 5, "second");
    CHECK(world.result(renewing, first, 60s) == 0);
    CHECK(world.result(renewing, second, 60s) == 0);
    CHECK(semaphore(world, "renewed").held == 0);
    world.check_invariants();
}

TEST_CASE("of the runs with a limit's key no more are under way at once than it allows") {
    World world;
    const auto worker = world.start_worker();
    std::vector<RunId> runs =
        start_masses(world.database, browser.name, 12, "limited", [](int, store::StartRequest& request) {
            request.input = encode(LimitedInput{"shop", 2, 0, 2});
            request.limit = RunLimit{"shop", 2};
        });
    for (const RunId run : runs) CHECK(world.result(browser, run, 60s) == 2);
    CHECK(world.probe->seen("too many") == 0);
    CHECK(world.probe->seen("came to shop") == 24);
    CHECK(semaphore(world, "runs:shop").capacity == 2);
    world.check_invariants();
}

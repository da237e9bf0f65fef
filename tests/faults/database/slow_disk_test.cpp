// F35: a disk that takes long for each flush, and one that stands still for a while.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "tests/faults/database/slow_disk.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Two workers, an ingress, reporters and a caller, above a disk.
struct Load {
    explicit Load(const FragileWorld::Settings& workers = {}) : world(disk.make_world()) {
        for (const char* name : {"worker-1", "worker-2"}) world->start_worker(name, "", workers);
        const auto port = world->start_ingress("ingress-1");
        world->await_processes(2);
        REQUIRE(has_shim());
        reporters.emplace(*world, std::vector{port}, 4, 10ms, acknowledged);
        caller.emplace(world->url(), "tally", acknowledged);
        more(20);
    }
    void more(std::size_t count) {
        const std::size_t wanted = acknowledged.count() + count;
        REQUIRE(eventually([&] { return acknowledged.count() >= wanted; }, FragileWorld::patience));
    }
    /// Nothing lost, nothing doubled, nobody declared dead, no trust lost.
    void must_end_well() {
        more(20);
        reporters->stop();
        const auto tallies = caller->stop();
        CHECK(world->becomes_quiet());
        CHECK(world->unprocessed(acknowledged.all()).empty());
        CHECK(wrong_tallies(*world, tallies).empty());
        CHECK(world->violations() == "");
        CHECK(world->value("select count(*) from engine.workers") == "2");
        CHECK(world->value("select count(*) from engine.workers where ended_at is not null") == "0");
        for (const char* name : {"worker-1", "worker-2"})
            CHECK(world->log_of(name).find("lease lost") == std::string::npos);
        CHECK(world->workers().tend().empty());
        CHECK(world->ingresses().tend().empty());
    }
    /// Whether what makes the disk slow is really there.
    [[nodiscard]] bool has_shim() const {
        std::ifstream maps{fmt::format("/proc/{}/maps", world->server().pid())};
        const std::string text{std::istreambuf_iterator<char>{maps}, {}};
        return text.find("slow_disk") != std::string::npos;
    }

    SlowDisk disk;
    std::unique_ptr<FragileWorld> world;
    Acknowledgements acknowledged;
    std::optional<Reporters> reporters;
    std::optional<TallyCaller> caller;
};

}  // namespace

TEST_CASE("F35: on a disk that takes 300 ms a flush work goes on, and no worker loses its lease") {
    Load load;
    load.disk.set(300ms);
    REQUIRE(eventually([&] { return is_flushing(*load.world); }, FragileWorld::patience));
    const auto closed = std::stoi(load.world->value("select count(*) from engine.closed_runs"));
    load.more(full_size() ? 600 : 40);
    // Not only what comes in: what there is comes to its end as well.
    REQUIRE(eventually(
        [&] { return std::stoi(load.world->value("select count(*) from engine.closed_runs")) > closed + 4; },
        FragileWorld::patience));
    load.disk.set(0ms);
    load.must_end_well();
}

TEST_CASE(
    "F35: while a disk stands still for longer than leases are trusted nothing is acknowledged, and no "
    "lease is lost") {
    // Trusted for 4.5 s.
    Load load{{{"FAULT_LEASE_MS", "6000"}}};
    load.disk.set(10min);
    REQUIRE(eventually([&] { return is_flushing(*load.world); }, FragileWorld::patience));
    const std::string since = load.world->value("select now()");
    // So long after that moment both were heard of.
    const auto both_alive = [&](int seconds) {
        return load.world->value(fmt::format(
                   "select count(*) = 2 from engine.workers where ended_at is null and lease_until - lease > "
                   "'{}'::timestamptz + interval '{} seconds'",
                   since, seconds)) == "t";
    };
    // What had been flushed by then has been answered a second later.
    REQUIRE(eventually([&] { return both_alive(1); }, FragileWorld::patience));
    const std::size_t before = load.acknowledged.count();
    REQUIRE(eventually([&] { return both_alive(5); }, FragileWorld::patience));
    CHECK(is_flushing(*load.world));
    CHECK(load.acknowledged.count() == before);
    load.disk.set(0ms);
    load.must_end_well();
}

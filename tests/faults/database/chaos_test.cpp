// Ten minutes in which nothing is left alone (scripts/chaos; less in everyday tests), and the accounts afterwards.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "tests/faults/database/chaos.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// CALLFLEX_CHAOS_MINUTES, or what the size of the test says.
std::chrono::milliseconds length() {
    if (const char* minutes = std::getenv("CALLFLEX_CHAOS_MINUTES"))
        return std::chrono::milliseconds{static_cast<std::int64_t>(std::stod(minutes) * 60'000)};
    return full_size() ? 10min : 45s;
}

void make_vendors_fail(const FragileWorld& world) {
    for (const char* mode : {"error", "lost_answer"}) {
        const nlohmann::json fault = {{"vendor", "*"}, {"mode", mode}, {"rate", 0.025}};
        ask_sandbox(world.sandbox_url(), "POST", "/sandbox/faults", fault.dump());
    }
}

std::uint64_t vendor_faults(const FragileWorld& world) {
    std::uint64_t fired = 0;
    const auto faults = ask_sandbox(world.sandbox_url(), "GET", "/sandbox/faults");
    for (const auto& fault : faults.is_array() ? faults : faults.at("faults"))
        fired += fault.at("fired").get<std::uint64_t>();
    return fired;
}

}  // namespace

TEST_CASE(
    "in chaos every acknowledged report is processed, none twice, nothing is stuck, and every invariant "
    "holds") {
    FragileWorld world;
    // A lost SMS is looked for among those of the last minutes to the same owner: not all can go to one.
    world.add_neighbours(19);
    const FragileWorld::Settings lease{{"FAULT_LEASE_MS", "3000"}};
    for (int number = 1; number <= 4; ++number)
        world.start_worker(fmt::format("worker-{}", number), "", lease);
    const std::vector<std::uint16_t> ports{world.start_ingress("ingress-1"),
                                           world.start_ingress("ingress-2")};
    world.await_processes(4);
    make_vendors_fail(world);

    Acknowledgements acknowledged;
    Reporters reporters{world, ports, 3, 100ms, acknowledged};
    TallyCaller caller{world.url(), "tally", acknowledged};
    Chaos chaos{world, length() > 2min ? 60s : 12s, 20261122};
    chaos.rage(length());
    chaos.calm();
    reporters.stop();
    const auto tallies = caller.stop();
    const std::uint64_t failures = vendor_faults(world);
    ask_sandbox(world.sandbox_url(), "DELETE", "/sandbox/faults");
    CHECK(world.becomes_quiet());

    const auto unprocessed = world.unprocessed(acknowledged.all());
    CHECK(unprocessed.empty());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(world.value("select count(*) from engine.live_runs") == "0");
    CHECK(world.violations() == "");
    CHECK(world.value("select sum(calls) from app.daily_usage") ==
          world.value("select count(*) from app.calls"));
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
    CHECK(acknowledged.count() > 100);

    const std::size_t reports = static_cast<std::size_t>(
        std::stoi(world.value("select count(*) from app.calls where status = 'ended'")));
    figure("calls reported", reports);
    figure("writes acknowledged", acknowledged.count());
    figure("acknowledged and not processed", unprocessed.size());
    figure("runs that are stuck", world.value("select count(*) from engine.live_runs"));
    figure("vendors' faults", failures);
    for (const auto& [what, count] : chaos.faults()) figure(what, count);
}

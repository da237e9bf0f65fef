// F55: the clock of a worker's machine steps, forwards and backwards, while the worker is at it.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <fstream>

#include "tests/faults/database/tallies.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// A clock of some processes that can be set while they run. Durations are left alone.
class Clock {
  public:
    explicit Clock(const FragileWorld& world) : file_(world.folder() + "/clock") { step("+0h"); }

    /// As libfaketime has it: "-5h".
    void step(const std::string& shift) const {
        const std::string fresh = file_ + ".fresh";
        std::ofstream{fresh, std::ios::trunc} << shift << '\n';
        std::filesystem::rename(fresh, file_);
    }
    /// Settings under which a process goes by it.
    [[nodiscard]] FragileWorld::Settings settings() const {
        return {{"LD_PRELOAD", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"},
                {"FAKETIME_TIMESTAMP_FILE", file_},
                {"FAKETIME_NO_CACHE", "1"},
                {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
    }

  private:
    std::string file_;
};

constexpr int naps_a_step = 5;

/// Twice 200 ms of sleep, each.
void start_naps(durable::client::Client& client, const std::string& name) {
    for (int number = 0; number < naps_a_step; ++number) {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{fmt::format("nap {} {}", name, number)};
        client.start("nap", durable::encode(200), options);
    }
}

}  // namespace

TEST_CASE(
    "F55: a worker whose clock steps by hours, back and forth, fires no timer early, holds none "
    "up, and keeps its lease") {
    FragileWorld world;
    const Clock clock{world};
    const pid_t stepping = world.start_worker("stepping", "", clock.settings());
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    TallyCaller caller{world.url(), "tally", acknowledged};
    durable::client::Client client{{.connection_string = world.url()}};
    const std::string naps =
        "select count(*) from engine.runs join engine.closed_runs using (run_id) where type = 'nap' and "
        "status = "
        "'completed'";
    int started = 0;
    for (const std::string shift : {"+3h", "-5h", "+26h", "+0h", "-26h"}) {
        CAPTURE(shift);
        // One half of them sleeps while the clock steps.
        start_naps(client, shift + " before");
        clock.step(shift);
        start_naps(client, shift + " after");
        started += 2 * naps_a_step;
        // There is nobody else who could have done it.
        const std::size_t before = acknowledged.count();
        REQUIRE(
            eventually([&] { return world.value(naps) == std::to_string(started); }, FragileWorld::patience));
        REQUIRE(eventually([&] { return acknowledged.count() >= before + 10; }, FragileWorld::patience));
    }
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(wrong_tallies(world, tallies).empty());
    // Timers that fired early are among what is looked for here.
    CHECK(world.violations() == "");
    CHECK(world.value(
              "select count(*) from engine.runs r join engine.closed_runs c using (run_id) where type = "
              "'nap' and c.closed_at - r.started_at < interval '400 milliseconds'") == "0");
    CHECK(world.value("select count(*) from engine.workers") == "1");
    CHECK(world.value("select count(*) from engine.workers where ended_at is not null") == "0");
    CHECK(world.log_of("stepping").find("lease lost") == std::string::npos);
    CHECK(world.workers().tend().empty());
    // That it believed in its clock to the end is told by what it writes at its own.
    clock.step("+3650d");
    ::kill(stepping, SIGTERM);
    REQUIRE(eventually([&] { return world.log_of("stepping").find("draining") != std::string::npos; }));
    const auto year =
        std::chrono::year_month_day{
            std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now() + std::chrono::days{3650})}
            .year();
    const std::string log = world.log_of("stepping");
    const std::string line = log.substr(log.rfind('\n', log.find("draining")) + 1);
    CHECK(line.starts_with(std::to_string(static_cast<int>(year))));
}

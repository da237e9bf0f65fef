// F69: everything stands still for a day while an answer is awaited, and vendors forget their idempotency keys.

#include <doctest/doctest.h>
#include <signal.h>

#include "tests/faults/world.hpp"
#include "tests/support/eventually.hpp"

using test::eventually;
using test::FaultWorld;
using namespace std::chrono_literals;

namespace {

int requests_to_resend(const FaultWorld& world) {
    const auto counters = world.ask_sandbox("GET", "/sandbox/counters");
    return counters.contains("resend") ? counters["resend"]["requests"].get<int>() : 0;
}

}  // namespace

TEST_CASE(
    "F69: a mail whose answer was lost is asked for again within hours, and not when its key may be "
    "forgotten") {
    FaultWorld world;
    // Resend sends it, and answers nobody.
    world.set_fault({{"vendor", "resend"}, {"mode", "delay"}, {"delay_ms", 600'000}});
    world.end_call("a-day-passes");
    const pid_t worker = world.start_worker();
    REQUIRE(eventually([&] { return requests_to_resend(world) > 0; }, FaultWorld::patience));
    const int asked = requests_to_resend(world);
    ::kill(worker, SIGKILL);
    static_cast<void>(world.crashed(worker));
    world.ask_sandbox("DELETE", "/sandbox/faults");

    SUBCASE("an hour") {
        world.database().advance(1h);
        world.start_worker();
        REQUIRE(world.becomes_quiet());
        CHECK(requests_to_resend(world) > asked);
    }
    SUBCASE("a day") {
        world.ask_sandbox("POST", "/sandbox/forget");
        world.database().advance(25h);
        world.start_worker();
        REQUIRE(world.becomes_quiet());
        CHECK(requests_to_resend(world) == asked);
    }
    CHECK(world.sent("resend")["count"] == 1);
    CHECK(world.at_vendors()["violations"].empty());
    CHECK(world.violations() == "");
}

// Every commit boundary of call-processing, each broken in three ways. Whatever happens, the call is processed
// once.

#include <doctest/doctest.h>

#include "tests/faults/crash_scenario.hpp"

namespace {

using test::FaultWorld;

void require_processed_once(const FaultWorld& world) {
    CHECK(world.value("select status from engine.closed_runs") == "completed");
    CHECK(world.value("select count(*) from app.call_transcripts") == "1");
    CHECK(world.value("select calls || ' ' || minutes from app.daily_usage") == "1 2");
    CHECK(world.value("select calls || ' ' || minutes from app.contacts") == "1 2");
    CHECK(world.value("select count(*) from app.live_events where type = 'call_processed'") == "1");
    CHECK(world.sent("resend")["count"] == 1);
    const int messages = world.sent("twilio")["count"].get<int>();
    CHECK(messages <= 1);
    CHECK(messages + world.unknown_sms() >= 1);
}

}  // namespace

TEST_CASE("a call is processed once whichever commit boundary its worker breaks at, and however") {
    test::require_at_every_crash_point({.begin = [](FaultWorld& world) { world.end_call("crash-point"); },
                                        .verify = require_processed_once,
                                        .points_min = 10});
}

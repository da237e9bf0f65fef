// Every commit boundary of call-processing, each broken in three ways: the process dies before the statement,
// after the commit, or lives on without the answer. Whatever happens, the call is processed once.

#include <doctest/doctest.h>

#include <deque>
#include <memory>

#include "tests/faults/world.hpp"

namespace {

using test::Crash;
using test::FaultWorld;

constexpr std::chrono::seconds patience{60};

void require_processed_once(const FaultWorld& world) {
    CHECK(world.violations() == "");
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

/// A call in a world of its own whose worker breaks once; another worker takes over if the first one died.
struct Case {
    explicit Case(Crash planned) : crash(planned) {
        world.end_call("crash-point");
        broken = world.start_worker(crash);
    }
    void finish() {
        CAPTURE(crash.count);
        CAPTURE(static_cast<int>(crash.how));
        if (crash.how != Crash::How::reply_lost) {
            REQUIRE(FaultWorld::crashed(broken));
            world.start_worker();
        }
        REQUIRE(world.quiet_within(patience));
        require_processed_once(world);
    }
    Crash crash;
    FaultWorld world;
    pid_t broken = 0;
};

/// How many points a worker passes from its start until the run has closed, when nothing breaks.
int count_points() {
    FaultWorld world;
    world.end_call("crash-point");
    world.start_worker();
    REQUIRE(world.quiet_within(patience));
    require_processed_once(world);
    return world.points_passed();
}

}  // namespace

TEST_CASE("a call is processed once whichever commit boundary its worker breaks at, and however") {
    const int points = count_points();
    MESSAGE("commit boundaries: " << points);
    REQUIRE(points >= 10);
    // Several worlds at a time: most of each one's life is waiting for a dead worker's lock to be noticed.
    constexpr std::size_t at_a_time = 6;
    std::deque<std::unique_ptr<Case>> running;
    const auto finish_one = [&running] {
        running.front()->finish();
        running.pop_front();
    };
    for (int count = 1; count <= points; ++count) {
        for (const auto how : {Crash::How::before, Crash::How::after, Crash::How::reply_lost}) {
            running.push_back(std::make_unique<Case>(Crash{count, how}));
            if (running.size() == at_a_time) finish_one();
        }
    }
    while (!running.empty()) finish_one();
}

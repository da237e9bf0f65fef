// The thread that keeps a worker alive, against a database, without the rest of the worker.

#include <atomic>
#include <thread>

#include "engine/worker/control_loop.hpp"
#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// What the rest of the worker is told.
struct Told {
    std::atomic<int> registered = 0;
    std::atomic<int> lost = 0;
};

}  // namespace

TEST_CASE(
    "a trust that lapses while the heartbeat is answered is told, since the worker has dropped its runs") {
    World world;
    worker::TrustWindow trust{2s};
    Told told;
    std::atomic<bool> seen_lapsed = false;
    worker::ControlLoop::Observer observer;
    observer.registered = [&](store::WorkerNo) { ++told.registered; };
    observer.lost = [&] { ++told.lost; };
    observer.woken = [](const auto&) {};
    observer.trouble = [](const std::string&) {};
    // A slow sweep: the heartbeat is sent at the last moment.
    observer.swept = [&](const auto&) {
        while (!seen_lapsed && trust.remaining() > 100ms) std::this_thread::sleep_for(1ms);
    };
    // And a slow answer: it comes when everybody has seen the end of the trust.
    observer.state = [&] {
        while (!seen_lapsed && trust.holds()) std::this_thread::sleep_for(1ms);
        seen_lapsed = true;
        return store::WorkerState{};
    };
    worker::ControlLoop control{{.connection_string = world.database.url(),
                                 .registration = {.name = "slow", .build = "test-1", .lease = 2s}},
                                trust,
                                observer};
    // More often if this machine stands still for longer than the trust.
    CHECK(eventually([&] { return told.registered.load() >= 2 && trust.holds(); }));
    CHECK(told.lost.load() >= 1);
    CHECK(world.number("select count(*) from engine.workers") == 1);
    control.stop(true);
}

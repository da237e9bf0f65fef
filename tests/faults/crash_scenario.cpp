#include "tests/faults/crash_scenario.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <memory>
#include <thread>

#include "tests/support/figures.hpp"

namespace test {
namespace {

/// Of all boundaries times ways of breaking one so many is tried: at full size each; usually each boundary in one way,
/// in turns; under a sanitizer, where a worker needs seconds instead of tenths, every third boundary.
int stride() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return 9;
#else
    return sized(3, 1);
#endif
}

/// A world whose worker breaks once; another worker takes over if the first one died.
class Case {
  public:
    Case(const CrashScenario& scenario, Crash crash) : scenario_{scenario}, crash_{crash} {
        scenario_.begin(world_);
        broken_ = world_.start_worker(crash_);
    }
    void finish() {
        CAPTURE(crash_.count);
        CAPTURE(static_cast<int>(crash_.how));
        if (crash_.how != Crash::How::reply_lost && breaks()) world_.start_worker();
        REQUIRE(world_.becomes_quiet());
        CHECK(world_.violations() == "");
        scenario_.verify(world_);
    }

  private:
    /// Waits until the worker has died, or has done everything without passing its point: how many there are
    /// depends a little on what shares a commit.
    bool breaks() {
        const auto give_up = std::chrono::steady_clock::now() + FaultWorld::patience;
        while (!world_.ended(broken_)) {
            if (world_.quiet()) return false;
            REQUIRE(std::chrono::steady_clock::now() < give_up);
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        return true;
    }

    const CrashScenario& scenario_;
    Crash crash_;
    FaultWorld world_;
    pid_t broken_ = 0;
};

/// How many points a worker passes from its start until the run has closed, when nothing breaks.
int count_points(const CrashScenario& scenario) {
    FaultWorld world;
    scenario.begin(world);
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    scenario.verify(world);
    return world.points_passed();
}

}  // namespace

void require_at_every_crash_point(const CrashScenario& scenario) {
    const int points = count_points(scenario);
    REQUIRE(points >= scenario.points_min);
    int broken = 0;
    // Most of each world's life is waiting for a dead worker's lock to be noticed.
    constexpr std::size_t at_a_time = 8;
    std::deque<std::unique_ptr<Case>> running;
    const auto finish_one = [&running] {
        running.front()->finish();
        running.pop_front();
    };
    constexpr std::array ways{Crash::How::before, Crash::How::after, Crash::How::reply_lost};
    for (int number = 0; number < points * static_cast<int>(ways.size()); number += stride()) {
        const Crash crash{1 + number / 3, ways.at(static_cast<std::size_t>(number + number / stride()) % 3)};
        running.push_back(std::make_unique<Case>(scenario, crash));
        ++broken;
        if (running.size() == at_a_time) finish_one();
    }
    while (!running.empty()) finish_one();
    figure("broken worlds", broken);
}

}  // namespace test

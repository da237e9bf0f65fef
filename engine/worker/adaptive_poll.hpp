#pragma once
// How long to wait before looking again: short after something was found, then longer and longer.
//
// Once pauses have stopped growing, a worker is *quiet*: instead of claiming it asks, in one cheap statement a
// connection, whether there is anything to claim, and claims only then. Everything that an idle worker asks:
//
//   connection   statement (engine/store/sql)   how often                in place of            and all the same
//   hot          runs_wait, errands_wait        poll.longest (400 ms)    claims of runs, late   a claim every 5 s, a
//                                                                        claims, deliveries     delivery every 15 s
//                owned_runs                     compare_every (5 s)
//   activities   activities_wait                poll.longest (400 ms)    claims of rows         a claim every 15 s
//   control      sweep_look                     sweep_every (500 ms)     take-overs, time-outs  a full sweep every 15 s
//                renew_lease                    a third of the lease
//                walks for what is stuck        30 s; standing: 15 s
//   schedules    schedules_due                  sweep_every, or the next one
//   batches      batch_wait                     sweep_every
//
// A look that lies can so delay things, but lose nothing. Notifications come on top: they end a pause at once.

#include <algorithm>
#include <chrono>

namespace durable::worker {

/// Deliveries and claims of activity rows that are made whatever a look says. (Claims of runs know by themselves when
/// they must see everything, and sweeps too.)
constexpr std::chrono::seconds full_pass_every{15};

struct PollLimits {
    std::chrono::milliseconds shortest{5};
    std::chrono::milliseconds longest{400};
};

/// One looker's pauses. Of one thread.
class AdaptivePoll {
  public:
    explicit AdaptivePoll(PollLimits limits) : limits_(limits), pause_(limits.shortest) {}
    void found() { pause_ = limits_.shortest; }
    /// Nothing has been found for so long that pauses have stopped growing.
    [[nodiscard]] bool quiet() const { return pause_ >= limits_.longest; }
    /// The pause now; the next one is longer by half.
    std::chrono::milliseconds next() {
        const auto pause = pause_;
        pause_ = std::min(limits_.longest, pause_ + std::max(std::chrono::milliseconds{1}, pause_ / 2));
        return pause;
    }

  private:
    PollLimits limits_;
    std::chrono::milliseconds pause_;
};

}  // namespace durable::worker

#pragma once
// How long to wait before looking again: short after something was found, then longer and longer, and then for a rest.
//
// Once pauses have stopped growing, a worker is *quiet*: its loops ask nothing any more, but sleep until somebody wakes
// them. That is the control connection, which asks for all of them (engine/store/sql/what_waits.sql), every sweep_every
// or a little sooner, and hands what it has found to whom it concerns. Everything that an idle worker asks:
//
//   connection   statement (engine/store/sql)   how often
//   control      what_waits                     sweep_every (500 ms), see pause_before_look
//                renew_lease                    a third of the lease
//                a full sweep                   15 s; walks for what is stuck 30 s; standing 15 s
//   hot          a claim of runs                5 s, whatever the look says
//                deliver_errands                15 s, the same
//                owned_runs                     compare_every (5 s)
//   activities   a claim of rows                15 s, the same
//   schedules    schedules_due                  15 s, the same, and when the next one is due
//   batches      batch_wait                     15 s, the same, and when the next page is due
//
// A look that lies can so delay things, but lose nothing; nor can one that is not made because the control connection
// does not get through: what is due is found by the passes above, and if it stays so the lease lapses, and others take
// over. Notifications come on top: they end a pause at once.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace durable::worker {

/// Deliveries, claims of activity rows and looks at schedules and batch jobs that are made whatever the look says.
constexpr std::chrono::seconds full_pass_every{15};
/// The same for claims of runs: every one of them sees everything (ClaimFloor).
constexpr std::chrono::seconds full_claim_every{5};

/// How long after the beginning of a look the next one begins: `longest`, or up to a fifth less as chance will have it,
/// so that workers which were started together do not look together.
constexpr std::chrono::milliseconds pause_before_look(std::chrono::milliseconds longest,
                                                      std::uint32_t chance) {
    constexpr std::uint32_t steps = 1000;
    return longest - longest * (chance % steps) / (5 * steps);
}

struct PollLimits {
    std::chrono::milliseconds shortest{5};
    std::chrono::milliseconds longest{400};  ///< then it is quiet
};

/// One looker's pauses. Of one thread.
class AdaptivePoll {
  public:
    AdaptivePoll(PollLimits limits, std::chrono::milliseconds rest)
        : limits_(limits), rest_(std::max(rest, limits.longest)), pause_(limits.shortest) {}
    void found() { pause_ = limits_.shortest; }
    /// The pause now; the next one is longer by half, until nothing has been found for so long that it is a rest.
    std::chrono::milliseconds next() {
        if (pause_ >= limits_.longest) return rest_;
        const auto pause = pause_;
        pause_ += std::max(std::chrono::milliseconds{1}, pause_ / 2);
        return pause;
    }

  private:
    PollLimits limits_;
    std::chrono::milliseconds rest_;
    std::chrono::milliseconds pause_;
};

}  // namespace durable::worker

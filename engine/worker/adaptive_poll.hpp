#pragma once
// How long to wait before looking again: short after something was found, then longer and longer.

#include <algorithm>
#include <chrono>

namespace durable::worker {

struct PollLimits {
    std::chrono::milliseconds shortest{5};
    std::chrono::milliseconds longest{400};
};

/// One looker's pauses. Of one thread.
class AdaptivePoll {
  public:
    explicit AdaptivePoll(PollLimits limits) : limits_(limits), pause_(limits.shortest) {}
    void found() { pause_ = limits_.shortest; }
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

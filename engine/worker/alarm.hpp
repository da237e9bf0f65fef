#pragma once
// Where a thread sleeps until something of its own is due, and is woken when others know of something earlier.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace durable::worker {

/// One sleeper; others may wake it at any time, also while it is awake: then its next sleep is shorter. Thread-safe.
class Alarm {
  public:
    using Clock = std::chrono::steady_clock;

    /// Ends the sleep by then.
    void set(Clock::time_point latest) {
        {
            const std::lock_guard lock{mutex_};
            if (latest >= rings_at_) return;
            rings_at_ = latest;
        }
        set_.notify_all();
    }
    /// Sleeps until then, or until it rings.
    void sleep(const std::stop_token& stop, Clock::time_point until) {
        std::unique_lock lock{mutex_};
        rings_at_ = std::min(rings_at_, until);
        while (!stop.stop_requested() && Clock::now() < rings_at_) {
            const auto awaited = rings_at_;
            set_.wait_until(lock, stop, awaited, [&] { return rings_at_ < awaited; });
        }
        rings_at_ = Clock::time_point::max();
    }

  private:
    std::mutex mutex_;  ///< guards rings_at_
    std::condition_variable_any set_;
    Clock::time_point rings_at_ = Clock::time_point::max();
};

}  // namespace durable::worker

#pragma once
// Notices workflow code that never gives the thread back: an endless loop in a coroutine would stop the whole worker.
// The loop says when it enters a run's code and when it is back; a thread of its own looks at the clock.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/store/types.hpp"
#include "engine/worker/black_box.hpp"

namespace durable::worker {

class ActivationWatch {
  public:
    using Clock = std::chrono::steady_clock;

    /// `stuck(run, nth)` is called on the watch's thread: once when an activation has lasted `limit`, then
    /// every `limit` for as long as it goes on. It may block, and must not throw.
    /// `box`, if there is one, is told too, and outlives the watch.
    ActivationWatch(std::chrono::milliseconds limit, std::function<void(RunId, int nth)> stuck,
                    BlackBox* box = nullptr);
    ~ActivationWatch();
    ActivationWatch(const ActivationWatch&) = delete;
    ActivationWatch& operator=(const ActivationWatch&) = delete;

    /// From the loop's thread, around each turn of a run.
    void enter(RunId run);
    void leave();

  private:
    void work();

    const std::chrono::milliseconds limit_;
    const std::function<void(RunId, int)> stuck_;
    BlackBox* const box_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    std::optional<RunId> inside_;
    Clock::time_point since_{};
    int told_ = 0;  ///< how often of this activation
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace durable::worker

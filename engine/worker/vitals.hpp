#pragma once
// What a worker says of itself with every renewal of its lease: room used, and how fast it works. Written by
// the threads that work, read by the one that renews.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>

#include "engine/store/worker_store.hpp"
#include "engine/worker/slots.hpp"

namespace durable::worker {

class Vitals {
  public:
    using Clock = std::chrono::steady_clock;

    /// The slots must outlive this.
    Vitals(const Slots& async, const Slots& transactional, std::int32_t runs_max);

    // Thread-safe
    void holds(std::size_t runs) { held_ = static_cast<std::int32_t>(runs); }
    void claimed_runs(std::size_t count) { claimed(runs_claimed_, count); }
    void claimed_rows(std::size_t count) { claimed(rows_claimed_, count); }
    void closed_runs(std::size_t count) { runs_closed_ += static_cast<std::int64_t>(count); }

    /// For one thread: rates are over the last 30 s of its calls.
    [[nodiscard]] store::WorkerState state(Clock::time_point now);

  private:
    struct Sample {
        Clock::time_point at{};
        std::int64_t runs_claimed = 0, rows_claimed = 0, runs_closed = 0;
    };
    void claimed(std::atomic<std::int64_t>& counter, std::size_t count);

    const Slots& async_;
    const Slots& transactional_;
    const std::int32_t runs_max_;
    std::atomic<std::int32_t> held_{0};
    std::atomic<std::int64_t> runs_claimed_{0}, rows_claimed_{0}, runs_closed_{0};
    std::atomic<Clock::rep> last_claim_{0};  ///< 0: none yet
    std::deque<Sample> samples_;             ///< the reading thread's
};

}  // namespace durable::worker

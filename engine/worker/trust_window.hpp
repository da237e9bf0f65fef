#pragma once
// How long this process may believe that its lease holds: from the moment at which the last successful
// heartbeat was *sent*, for the lease less a margin. Outside of it nothing visible may be started. Counts
// suspended time too (CLOCK_BOOTTIME): a laptop that slept has lost its lease. A lease is one registration's: what was
// claimed under the number of an earlier one is not covered by it, though the process is the same.
//
// And how far it may believe the database: one that was restored to an earlier moment has forgotten what runs of that
// time did after it (engine/store/quarantine.hpp).

#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/store/types.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::worker {

/// Written by the control thread, read by all.
class TrustWindow {
  public:
    explicit TrustWindow(Duration lease) : length_(lease - lease / 4) {}

    [[nodiscard]] static std::chrono::nanoseconds boot_time() {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
    }
    /// True if the trust had lapsed before: somebody may have seen that, and dropped everything.
    bool renewed(std::chrono::nanoseconds sent_at, store::WorkerNo worker) {
        worker_.store(worker.value);  // before the time: nobody is to see the new lease with the old number
        const std::int64_t before = until_.exchange((sent_at + length_).count());
        return boot_time().count() >= before;
    }
    void lost() { until_.store(0); }
    [[nodiscard]] bool holds() const {
        // The clock first: then no reader sees a lapse that renewed() does not report.
        const std::int64_t now = boot_time().count();
        return now < until_.load();
    }
    /// For what this number has claimed.
    [[nodiscard]] bool holds(store::WorkerNo worker) const {
        return holds() && worker_.load() == worker.value;
    }
    [[nodiscard]] std::chrono::nanoseconds remaining() const {
        return std::chrono::nanoseconds{until_.load()} - boot_time();
    }

    /// Steps of runs that had started before `began` may have been taken already, after `restored_to`.
    void doubt(Timestamp began, Timestamp restored_to) {
        restored_to_.store(restored_to.time_since_epoch().count());
        doubted_before_.store(began.time_since_epoch().count());
    }
    /// From when on a step of that run may have been taken without the database knowing; none: it knows of each.
    [[nodiscard]] std::optional<Timestamp> in_doubt_since(RunId run) const {
        const std::int64_t before = doubted_before_.load();
        if (before == 0 || started_at(run).time_since_epoch().count() >= before) return std::nullopt;
        return Timestamp{Duration{restored_to_.load()}};
    }

  private:
    /// The time inside a run's id, in milliseconds.
    [[nodiscard]] static Timestamp started_at(RunId run) {
        std::int64_t milliseconds = 0;
        for (std::size_t i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | run.value.bytes[i];
        return Timestamp{std::chrono::milliseconds{milliseconds}};
    }

    std::chrono::nanoseconds length_;
    std::atomic<std::int64_t> until_{0};
    std::atomic<std::int32_t> worker_{0};
    std::atomic<std::int64_t> restored_to_{0};     ///< microseconds since 1970
    std::atomic<std::int64_t> doubted_before_{0};  ///< the same; 0: nothing is in doubt
};

}  // namespace durable::worker

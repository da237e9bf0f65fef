#pragma once
// How long this process may believe that its lease holds: from the moment at which the last successful
// heartbeat was *sent*, for the lease less a margin. Outside of it nothing visible may be started. Counts
// suspended time too (CLOCK_BOOTTIME): a laptop that slept has lost its lease.

#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>

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
    void renewed(std::chrono::nanoseconds sent_at) { until_.store((sent_at + length_).count()); }
    void lost() { until_.store(0); }
    [[nodiscard]] bool holds() const { return boot_time().count() < until_.load(); }
    [[nodiscard]] std::chrono::nanoseconds remaining() const {
        return std::chrono::nanoseconds{until_.load()} - boot_time();
    }

  private:
    std::chrono::nanoseconds length_;
    std::atomic<std::int64_t> until_{0};
};

}  // namespace durable::worker

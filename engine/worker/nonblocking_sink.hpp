#pragma once
// Where a daemon's log goes: a descriptor that may have no room, because who reads the pipe stands still, the terminal
// is stopped or the disk is full. A worker that waited for room would lose its lease, an ingress its callers.

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace durable::worker {

/// A line is written at once if there is room. Else it waits in memory, behind those before it, until something is
/// written or flushed: who logs rarely flushes every second. What is beyond `waiting_max` bytes is dropped, whole lines
/// at a time, and counted.
///
/// Thread-safe. The descriptor is not owned, and stays as others who share it know it: O_NONBLOCK would be theirs, too.
class NonblockingSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    static constexpr std::size_t usual_waiting_max = std::size_t{1} << 20;

    explicit NonblockingSink(int descriptor, std::size_t waiting_max = usual_waiting_max)
        : descriptor_(descriptor), waiting_max_(waiting_max) {}

    /// Lines, since the start.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    /// Bytes of lines that have found no room yet.
    [[nodiscard]] std::size_t waiting();

  private:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override { write_what_fits(); }

    void write_what_fits();

    const int descriptor_;
    const std::size_t waiting_max_;
    std::string waiting_;
    std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace durable::worker

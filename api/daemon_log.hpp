#pragma once
// The log of a process that others depend on: it never waits for whoever reads it.

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>

#include "engine/worker/nonblocking_sink.hpp"

namespace callflex {

class DaemonLog {
  public:
    /// Writes to the descriptor, which must outlive this and its logger.
    DaemonLog(const std::string& name, int descriptor)
        : sink_(std::make_shared<durable::worker::NonblockingSink>(descriptor)),
          logger_(std::make_shared<spdlog::logger>(name, sink_)) {}

    [[nodiscard]] const std::shared_ptr<spdlog::logger>& logger() const { return logger_; }

    /// For once a second: writes what has waited for room, for half a second at most. How many lines have been dropped
    /// since the last time? It is for the caller to log and count them. For one thread.
    [[nodiscard]] std::uint64_t tend();

  private:
    void write_what_waits();

    std::shared_ptr<durable::worker::NonblockingSink> sink_;
    std::shared_ptr<spdlog::logger> logger_;
    std::uint64_t told_ = 0;
};

/// callflex_log_lines_dropped_total. Once a registry, which owns it.
[[nodiscard]] prometheus::Counter& dropped_lines_counter(prometheus::Registry& registry);

}  // namespace callflex

#pragma once
// What systemd is told: READY when work can begin, WATCHDOG while the loop moves, STOPPING at the end. Does
// nothing when the process was not started by systemd (NOTIFY_SOCKET is absent).

#include <chrono>
#include <optional>
#include <string>

namespace durable::worker {

/// Thread-safe: libsystemd's notifications are single datagrams.
class ServiceManager {
  public:
    ServiceManager();
    void ready(const std::string& status) const;
    /// The watchdog's pulse, at most every half of its interval. `now` is the caller's.
    void alive(std::chrono::steady_clock::time_point now);
    /// Asks for as much time as a drain may take.
    void stopping(std::chrono::microseconds grace) const;

  private:
    std::optional<std::chrono::microseconds> watchdog_;
    std::chrono::steady_clock::time_point next_pulse_{};
};

}  // namespace durable::worker

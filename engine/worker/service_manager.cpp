#include "engine/worker/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace durable::worker {

ServiceManager::ServiceManager() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) > 0) watchdog_ = std::chrono::microseconds{microseconds};
}

void ServiceManager::ready(const std::string& status) const {
    sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void ServiceManager::alive(std::chrono::steady_clock::time_point now) {
    if (!watchdog_ || now < next_pulse_) return;
    next_pulse_ = now + *watchdog_ / 3;
    sd_notify(0, "WATCHDOG=1");
}

void ServiceManager::stopping(std::chrono::microseconds grace) const {
    const auto microseconds = (grace + std::chrono::seconds{5}).count();
    sd_notify(0, ("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(microseconds)).c_str());
}

}  // namespace durable::worker

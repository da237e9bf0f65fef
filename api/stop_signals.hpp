#pragma once
// SIGINT and SIGTERM as something to wait for: blocked for the whole process, before any thread is made, and
// taken by the main thread, in order, instead of in a handler. SIGPIPE is ignored: a closed peer is an error code.

#include <chrono>
#include <csignal>
#include <ctime>

namespace callflex {

class StopSignals {
  public:
    StopSignals() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
        std::signal(SIGPIPE, SIG_IGN);
    }
    ~StopSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// True if one came within `patience`; it is then taken.
    [[nodiscard]] bool came_within(std::chrono::milliseconds patience) const {
        const timespec limit{patience.count() / 1000, (patience.count() % 1000) * 1'000'000};
        return ::sigtimedwait(&signals_, nullptr, &limit) > 0;
    }

  private:
    sigset_t signals_{};
    sigset_t before_{};
};

}  // namespace callflex

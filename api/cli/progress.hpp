#pragma once
// A line on standard error that tells, while something takes longer than a second, that it is still going on.
// Terminals only; the line is gone when the object is.

#include <chrono>
#include <string>

#include "api/cli/session.hpp"

namespace callflex::cli {

class Progress {
  public:
    Progress(const Session& session, std::string what) : session_(session), what_(std::move(what)) {}
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// To be called every now and then.
    void tick();

  private:
    const Session& session_;
    const std::string what_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    bool shown_ = false;
};

/// Waits for the run's end with a progress line; no limit when `timeout` is empty. Throws NotFound,
/// WaitTimedOut.
[[nodiscard]] durable::client::RunResult wait_with_progress(Session& session,
                                                            const durable::client::RunRef& run,
                                                            const std::string& timeout);
/// Prints how a run ended, result or failure, and returns the exit code.
int print_result(const Session& session, const durable::client::RunResult& ended);

}  // namespace callflex::cli

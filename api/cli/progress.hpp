#pragma once
// A line on standard error that tells, while something takes longer than a second, that it is still going on.
// Terminals only; the line is gone when the object is.

#include <string>
#include <thread>

#include "api/cli/session.hpp"

namespace callflex::cli {

class Progress {
  public:
    Progress(const Session& session, const std::string& what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

  private:
    const Session& session_;
    bool shown_ = false;   ///< written by the thread, read after its end
    std::jthread thread_;  ///< none when standard error is no terminal
};

/// Waits for the run's end with a progress line; no limit when `timeout` is empty. Throws NotFound,
/// WaitTimedOut.
[[nodiscard]] durable::client::RunResult wait_with_progress(Session& session,
                                                            const durable::client::RunRef& run,
                                                            const std::string& timeout);
/// Prints how a run ended, result or failure, and returns the exit code.
int print_result(const Session& session, const durable::client::RunResult& ended);

}  // namespace callflex::cli

#pragma once
// How a command ended, for scripts: the exit codes, and the exceptions that lead to them.

#include <stdexcept>
#include <string>

namespace callflex::cli {

enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,     ///< the run ended as failed, a check found something, or anything unforeseen
    exit_usage = 2,      ///< the command line, or its input, is wrong
    exit_not_found = 3,  ///< no such run or file
    exit_timed_out =
        4,  ///< the time given with --timeout, or that the database may take for an answer, is over
    exit_unreachable = 5,  ///< the database cannot be reached
    exit_refused = 6,      ///< a policy or the run's state forbids it
};

/// An error for the user: one sentence on what is wrong, and one on what to do.
class CommandError : public std::runtime_error {
  public:
    CommandError(ExitCode code, const std::string& problem, std::string remedy = {})
        : std::runtime_error(problem), code_(code), remedy_(std::move(remedy)) {}
    [[nodiscard]] ExitCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

  private:
    ExitCode code_;
    std::string remedy_;
};

}  // namespace callflex::cli

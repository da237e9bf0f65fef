#pragma once
// Child processes of `callflex dev`: started with their own environment and log file, restarted when they
// die, stopped together. A child dies with its parent, however that dies (PR_SET_PDEATHSIG). Not thread-safe:
// one thread owns it, better the main thread, since the kernel ties the death signal to the thread that
// forked.

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace callflex {

struct ProcessSpec {
    std::string name;                                ///< "worker-1": also its log file's name
    std::vector<std::string> arguments;              ///< after the program itself
    std::map<std::string, std::string> environment;  ///< added to, and overriding, ours
};

class Supervisor {
  public:
    struct Died {
        std::string name;
        pid_t pid = 0;
        std::string how;  ///< "killed by signal 9 (Killed)" or "exit code 1"
        pid_t replacement = 0;
    };

    /// `program` is run for every child, each with its output appended to `<logs>/<name>.log`.
    Supervisor(std::filesystem::path program, std::filesystem::path logs);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    pid_t start(ProcessSpec spec);
    /// Restarts what has died since the last call, at most once a second each; returns what happened.
    std::vector<Died> tend();
    /// SIGTERM to all, then SIGKILL to what is left after `patience`.
    void stop(std::chrono::milliseconds patience);

    [[nodiscard]] std::vector<std::pair<std::string, pid_t>> running() const;
    [[nodiscard]] std::filesystem::path log_of(const std::string& name) const {
        return logs_ / (name + ".log");
    }

  private:
    struct Child {
        ProcessSpec spec;
        pid_t pid = 0;
        std::chrono::steady_clock::time_point started;
    };
    [[nodiscard]] pid_t spawn(const ProcessSpec& spec) const;

    std::filesystem::path program_;
    std::filesystem::path logs_;
    std::vector<Child> children_;
};

}  // namespace callflex

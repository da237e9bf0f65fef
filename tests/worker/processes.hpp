#pragma once
// Workers as processes of their own, to be killed and frozen.

#include <sys/types.h>

#include <functional>
#include <string>

#include "tests/worker/world.hpp"

namespace durable::test {

/// A forked worker with the test registries. It must be made before this process has threads (World::client).
/// Killed with -9 when destroyed.
class WorkerProcess {
  public:
    /// What the child's activities see of the probe is the child's own; `prepare` is run on it.
    WorkerProcess(const std::string& url, const std::string& name,
                  const std::function<void(worker::WorkerOptions&, Probe&)>& prepare = {});
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    void kill();
    /// By itself.
    [[nodiscard]] bool has_ended();
    /// Returns when no thread of it runs.
    void freeze();
    void thaw();
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    void send(int signal) const;
    pid_t pid_ = -1;
};

}  // namespace durable::test

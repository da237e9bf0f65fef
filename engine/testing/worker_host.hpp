#pragma once
// Where the worker of a test environment lives: on threads of the test, or in processes that can be killed.

#include <memory>
#include <string>

#include "engine/testing/database.hpp"
#include "engine/worker/worker.hpp"

namespace durable::testing {

/// What a worker needs; outlives the host.
struct WorkerSetup {
    worker::WorkerOptions options;
    const WorkflowRegistry& workflows;
    const worker::ActivityRegistry& activities;
};

/// Made by a test, used by one TestEnvironment on the test's thread.
class WorkerHost {
  public:
    virtual ~WorkerHost() = default;
    /// Once; from then on the registries do not change.
    virtual void start(const WorkerSetup& setup) = 0;
    /// Called again and again while the test waits: the place to replace a worker that has died.
    virtual void tend(TestDatabase& database) = 0;
    virtual void stop() = 0;
    /// The test process must not have threads (it forks).
    [[nodiscard]] virtual bool needs_single_thread() const = 0;
};

/// The usual one: a worker on threads of this process.
[[nodiscard]] std::unique_ptr<WorkerHost> worker_in_this_process();

/// Short pauses everywhere, since a test waits for each.
[[nodiscard]] worker::WorkerOptions quick_options(const std::string& url);

}  // namespace durable::testing

#pragma once
// The engine's workers inside this process, with the benchmarks' own workflows or any others.

#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/worker/worker.hpp"

namespace callflex::bench {

class Workers {
  public:
    /// Adds what they can do.
    using Register = std::function<void(durable::WorkflowRegistry&, durable::worker::ActivityRegistry&)>;
    /// Adjusts one before it starts.
    using Adjust = std::function<void(durable::worker::WorkerOptions&)>;

    /// Registers and starts so many of them. Each has threads and connections of its own, as a process would.
    Workers(const std::string& url, int count, const Register& add, const Adjust& adjust = {});
    /// Drains: their sessions are ended when it returns, so that the server's counters are complete.
    void stop();
    /// Runs that they have closed so far: costs the database nothing.
    [[nodiscard]] double closed() const;
    /// Until they have closed so many. Throws std::runtime_error when none has been closed for ten minutes.
    void wait_until_closed(int runs) const;
    /// Runs a commit, on average.
    [[nodiscard]] double runs_per_batch() const;

  private:
    durable::WorkflowRegistry workflows_;
    durable::worker::ActivityRegistry activities_;
    std::vector<std::shared_ptr<prometheus::Registry>> metrics_;
    std::vector<std::unique_ptr<durable::worker::Worker>> workers_;
};

/// CPU time of this process so far: workers, ingress, sandbox and load together.
[[nodiscard]] std::chrono::milliseconds own_cpu();

}  // namespace callflex::bench

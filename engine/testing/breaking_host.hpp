#pragma once
// A worker in a process of its own that breaks at one commit boundary; if it dies, another one takes over.

#include <sys/types.h>

#include <memory>
#include <string>

#include "engine/testing/worker_host.hpp"

namespace durable::testing {

/// Where and how a worker breaks. A boundary is a statement that may change rows: counted from the worker's
/// start, from 1.
struct Break {
    enum class How : std::uint8_t {
        killed_before,  ///< the process dies before anything was sent
        killed_after,   ///< the process dies when the server has committed, before it knows
        answer_lost,    ///< it lives on, but the server's answer never arrives
    };
    int boundary = 0;  ///< 0: it does not break
    How how = How::killed_before;
};
[[nodiscard]] std::string to_string(const Break& at);

/// The process is forked, so the test must not have threads while it runs.
class BreakingHost final : public WorkerHost {
  public:
    explicit BreakingHost(Break at);
    ~BreakingHost() override;
    BreakingHost(const BreakingHost&) = delete;
    BreakingHost& operator=(const BreakingHost&) = delete;

    void start(const WorkerSetup& setup) override;
    void tend(TestDatabase& database) override;
    void stop() override;
    [[nodiscard]] bool needs_single_thread() const override { return true; }

    /// Readable after stop() too, by whoever made the host; see watch().
    struct Watch;
    /// Outlives the host.
    [[nodiscard]] std::shared_ptr<const Watch> watch() const { return watch_; }

  private:
    void fork_worker(const Break& at);
    bool reap(int flags);

    Break at_;
    std::shared_ptr<Watch> watch_;
    std::unique_ptr<WorkerSetup> setup_;
    pid_t worker_ = -1;
};

[[nodiscard]] int boundaries_passed(const BreakingHost::Watch& watch);
[[nodiscard]] bool broke(const BreakingHost::Watch& watch);
/// The statement at which it broke: "commit_batch".
[[nodiscard]] std::string broken_statement(const BreakingHost::Watch& watch);

}  // namespace durable::testing

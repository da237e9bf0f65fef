#pragma once
// Runs async activities: one thread with an io_context, thousands of coroutines. Watches their time-outs
// (start-to-close, what is left of schedule-to-close, heartbeat), asks reconcile hooks first where the
// outcome of an earlier attempt is not known, and reports every attempt exactly once: the first of its answer
// and its time-out.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/worker/attempt.hpp"
#include "engine/worker/trust_window.hpp"

namespace durable::worker {

class AsyncRunner final : public AttemptRunner {
  public:
    /// The registry, the trust window and what the sinks refer to must outlive the runner.
    AsyncRunner(const ActivityRegistry& registry, const TrustWindow& trust);
    /// Breaks off what still runs and waits for the thread.
    ~AsyncRunner() override;

    /// Thread-safe. `settled` is called on the runner's thread.
    void start(std::vector<Attempt> attempts, SettledSink settled) override;

  private:
    const ActivityRegistry& registry_;
    const TrustWindow& trust_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// A failure for whatever an implementation threw: ApplicationError as it is, a DecodeError non-retryable,
/// anything else of type "exception".
[[nodiscard]] Failure failure_of(const std::exception_ptr& thrown);
/// True for exceptions after which an at-most-once effect may have happened.
[[nodiscard]] bool leaves_outcome_unknown(const std::exception_ptr& thrown);

}  // namespace durable::worker

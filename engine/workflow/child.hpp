#pragma once
// Children as the workflow's code awaits them: what Workflow::child and Workflow::start_child give. A child
// is a run of its own, with its own history and workflow id; the parent sees its start and how its chain
// ended, and never notices that it continued as new.
//
// ChildFailed is thrown when the child was not started (its id is taken), failed, was terminated, timed out,
// or was cancelled by somebody else; failure().cause tells which. Canceled is thrown when the parent's scope
// was cancelled: at once or once the child has closed as cancelled, see CancellationType.

#include <memory>
#include <optional>
#include <utility>

#include "engine/workflow/awaitables.hpp"

namespace durable {

/// A child that has been started, to be awaited by one coroutine at a time. Copies mean the same child.
/// Dropping the handle changes nothing for the child.
template <class Output>
class [[nodiscard]] ChildHandle : public detail::OperationHandle<Output> {
  public:
    ChildHandle(detail::Runtime& runtime, std::shared_ptr<detail::Operation> ended, RunId run)
        : detail::OperationHandle<Output>(runtime, std::move(ended)), run_(run) {}
    /// The first run of the child's chain.
    [[nodiscard]] RunId run() const noexcept { return run_; }

  private:
    RunId run_;
};

/// `co_await wf.child(type, input, options)`: the child's result.
template <class Output>
class [[nodiscard]] Child : public detail::OperationAwaitable {
  public:
    using value_type = Output;

    Child(detail::Runtime& runtime, detail::ChildCall call)
        : OperationAwaitable(runtime), call_(std::move(call)) {}
    [[nodiscard]] bool await_ready() { return begin(runtime_->start_child(std::move(call_)).ended); }
    Output await_resume() { return take<Output>(); }

  private:
    detail::ChildCall call_;
};

/// `co_await wf.start_child(type, input, options)`: a handle, once the start is durable. When it is cancelled
/// with wait_cancelled it ends only when the child has closed, and still gives the handle: awaiting that
/// tells how.
template <class Output>
class [[nodiscard]] StartChild : public detail::OperationAwaitable {
  public:
    using value_type = ChildHandle<Output>;

    StartChild(detail::Runtime& runtime, detail::ChildCall call)
        : OperationAwaitable(runtime), call_(std::move(call)) {}
    [[nodiscard]] bool await_ready() {
        detail::ChildOperations child = runtime_->start_child(std::move(call_));
        ended_ = std::move(child.ended);
        run_ = child.run;
        return begin(std::move(child.started));
    }
    value_type await_resume() {
        take_nothing();
        return {*runtime_, ended_, run_};
    }

  private:
    detail::ChildCall call_;
    std::shared_ptr<detail::Operation> ended_;
    RunId run_;
};

}  // namespace durable

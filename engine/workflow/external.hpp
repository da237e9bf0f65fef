#pragma once
// Messages to workflows that are neither parent nor child: what Workflow::signal_workflow and
// Workflow::cancel_workflow give.

#include <utility>

#include "engine/workflow/awaitables.hpp"

namespace durable {

/// `co_await wf.signal_workflow(id, signal, value)`: returns once the message is in the other run's inbox,
/// exactly once. Throws ApplicationError "WorkflowNotFound" if no open run has the workflow id, "InboxFull"
/// if it takes no more signals; Canceled if this scope is cancelled before it is known (the message is
/// delivered all the same).
class [[nodiscard]] SendExternal : public detail::OperationAwaitable {
  public:
    using value_type = void;

    SendExternal(detail::Runtime& runtime, detail::ExternalCall call)
        : OperationAwaitable(runtime), call_(std::move(call)) {}
    [[nodiscard]] bool await_ready() { return begin(runtime_->send_external(std::move(call_))); }
    void await_resume() const { take_nothing(); }

  private:
    detail::ExternalCall call_;
};

}  // namespace durable

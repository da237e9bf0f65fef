#include "workflows/tell.hpp"

#include <utility>

#include "workflows/notify.hpp"

namespace callflex {

durable::Task<durable::Nothing> tell(durable::Workflow& wf, std::vector<NotifyRequest> messages) {
    for (const NotifyRequest& message : messages) {
        durable::ChildOptions options;
        options.workflow = notify_id(message);
        options.parent_close = durable::ParentClosePolicy::abandon;
        options.reuse = durable::ChildReuse::reject;
        const auto started = co_await wf.attempt(wf.start_child(notify, message, options));
        // Refused: somebody's run has told it, or is telling it.
        if (!started.ok() && started.failure().kind == durable::FailureKind::canceled)
            durable::throw_failure(started.failure());
    }
    co_return durable::Nothing{};
}

}  // namespace callflex

#include "workflows/callback_reminder.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "workflows/notify.hpp"

namespace callflex {

namespace {

/// What has been told already is not told again: a notify with that id is somebody's, and that is enough.
durable::Task<bool> tell(durable::Workflow& wf, NotifyRequest message) {
    durable::ChildOptions options;
    options.workflow = notify_id(message);
    options.parent_close = durable::ParentClosePolicy::abandon;
    options.reuse = durable::ChildReuse::reject;
    const auto started = co_await wf.attempt(wf.start_child(notify, message, options));
    co_return started.ok();
}

}  // namespace

durable::Task<durable::Nothing> remind_of_callback(durable::Workflow& wf, CallbackReminder callback) {
    const auto wait = callback.remind_at - wf.now();
    if (wait > durable::Duration::zero()) co_await wf.sleep(wait);
    const ReminderMessages plan = co_await wf.run(plan_reminder, callback);
    std::vector<durable::Task<bool>> told;
    for (const NotifyRequest& message : plan.messages) told.push_back(tell(wf, message));
    co_await wf.all(std::move(told));
    co_return durable::Nothing{};
}

}  // namespace callflex

#pragma once
// The code of `callback_reminder` (activities/callback_reminder.hpp).

#include "activities/callback_reminder.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Waits for `remind_at`, looks whether the callback is still open, and then tells each recipient by a
/// `notify` of its own, left to itself.
durable::Task<durable::Nothing> remind_of_callback(durable::Workflow& wf, CallbackReminder callback);

}  // namespace callflex

#pragma once
// The code of `notify` (activities/notify.hpp): send, write down, wait for the delivery report, write that
// down.

#include "activities/notify.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Never fails because of the message: what the vendor refuses for good is a result. Cancelled before the
/// message has left, nothing is sent.
durable::Task<NotifyResult> send_notification(durable::Workflow& wf, NotifyRequest request);

/// The id that makes the same fact one message. A recipient inside the key becomes a mark: names of runs are
/// read by more people than numbers and addresses should be.
[[nodiscard]] durable::WorkflowId notify_id(const NotifyRequest& request);

}  // namespace callflex

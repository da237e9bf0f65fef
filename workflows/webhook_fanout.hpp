#pragma once
// An event on its way to customers' own systems, as a side step of any workflow.

#include "activities/webhooks/webhooks.hpp"
#include "workflows/warnings.hpp"

namespace callflex {

/// One delivery a subscribed endpoint, each as a run of its own that outlives this one. The same event id again
/// starts nothing. What fails is a warning; throws only Canceled.
durable::Task<Warnings> deliver_webhooks(durable::Workflow& wf, WebhookEvent event);

}  // namespace callflex

#pragma once
// One message to one endpoint of a customer, until it is delivered or given up.

#include "activities/webhooks/webhooks.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// The code of `webhook_delivery` (activities/webhooks/webhooks.hpp). Tries at the moments of the schedule, never
/// earlier: a receiver's Retry-After and a little chance only add to it. Waiting for the endpoint's circuit is no
/// try. What cannot be delivered becomes a dead letter, and the endpoint's owner is told once an outage. Cancelled,
/// the delivery is marked so and nobody is told.
durable::Task<WebhookOutcome> deliver_message(durable::Workflow& wf, WebhookDelivery delivery);

}  // namespace callflex

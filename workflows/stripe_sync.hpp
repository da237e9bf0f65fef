#pragma once
// The code of `stripe_sync` (activities/billing/stripe_sync.hpp).

#include "activities/billing/stripe_sync.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Reads the subscription from Stripe and writes down what it is now.
durable::Task<durable::Nothing> sync_subscription(durable::Workflow& wf, SubscriptionToSync wanted);

}  // namespace callflex

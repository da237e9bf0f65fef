#pragma once
// Workflow "stripe-sync": reads a subscription of which an event told too little.

#include <boost/describe.hpp>
#include <string>

#include "activities/defaults.hpp"
#include "activities/stripe/subscriptions.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

/// Input of the workflow "stripe-sync": an event told of the subscription, but not what it holds.
struct SubscriptionToSync {
    std::string organization_id;
    std::string subscription_id;
};
BOOST_DESCRIBE_STRUCT(SubscriptionToSync, (), (organization_id, subscription_id))

/// Workflow id: "stripe-sync-<event id>".
inline constexpr durable::WorkflowType<SubscriptionToSync, durable::Nothing> stripe_sync{"stripe-sync"};

struct SubscriptionRead {
    std::string organization_id;
    StripeSubscription subscription;
    durable::Timestamp read_at;  ///< when it was asked for
};
BOOST_DESCRIBE_STRUCT(SubscriptionRead, (), (organization_id, subscription, read_at))

/// Transactional, for everybody.
inline constexpr durable::Activity<SubscriptionRead, durable::Nothing> store_subscription{
    "store_subscription", transactional_defaults};

}  // namespace callflex

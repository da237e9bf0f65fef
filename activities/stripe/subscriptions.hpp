#pragma once
// A subscription as far as CallFlex cares, read from an API answer or an event of any API version: Stripe has
// moved members about, so the new place is looked at first, then the old one.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "engine/workflow/activity.hpp"

namespace callflex {

struct StripeSubscription {
    std::string id;  ///< "sub_..."
    std::string customer_id;
    std::string organization_id;  ///< metadata[organizationId]; "" when it has none
    std::string plan;             ///< metadata[plan]; "" when it has none
    std::string status;           ///< Stripe's word
    durable::Timestamp created;
    std::optional<durable::Timestamp> ended_at;
    /// Of the base plan's item.
    std::optional<durable::Timestamp> period_start;
    std::optional<durable::Timestamp> period_end;
    std::string metered_item_id;  ///< "si_..." of the overage price; "" when there is none
};
BOOST_DESCRIBE_STRUCT(StripeSubscription, (),
                      (id, customer_id, organization_id, plan, status, created, ended_at, period_start,
                       period_end, metered_item_id))

struct SubscriptionToFetch {
    std::string subscription_id;
};
BOOST_DESCRIBE_STRUCT(SubscriptionToFetch, (), (subscription_id))

/// GET /v1/subscriptions/{id}: events come in any order, the subscription itself is always today's.
/// "Stripe.resource_missing" is final.
inline constexpr durable::Activity<SubscriptionToFetch, StripeSubscription> fetch_subscription{
    "fetch_subscription",
    {.schedule_to_close = std::chrono::hours{24},
     .start_to_close = std::chrono::seconds{60},
     .initial_interval = std::chrono::milliseconds{500},
     .maximum_interval = std::chrono::minutes{5}}};

}  // namespace callflex

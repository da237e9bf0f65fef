#pragma once
// Stripe's customer of an organization: made once, found again.
//
// Failures a workflow may meet (as the cause of ActivityFailed):
//   "Stripe.not_configured"              final: no STRIPE_SECRET_KEY
//   "Stripe.<code>", "Stripe.http_<n>"   final for refusals, after all retries for the rest

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/activity.hpp"

namespace callflex {

struct StripeCustomerRequest {
    std::string
        organization_id;  ///< UUID; becomes metadata[organizationId], by which webhooks find their way
    std::string name;
    std::string email;  ///< where Stripe sends invoices
};
BOOST_DESCRIBE_STRUCT(StripeCustomerRequest, (), (organization_id, name, email))

struct StripeCustomer {
    std::string customer_id;  ///< "cus_..."
};
BOOST_DESCRIBE_STRUCT(StripeCustomer, (), (customer_id))

/// One customer an organization, however often and by whatever run it is asked for: Stripe's search by
/// metadata comes first, and the idempotency key is made of the organization, not of the run.
inline constexpr durable::Activity<StripeCustomerRequest, StripeCustomer> create_stripe_customer{
    "create_stripe_customer",
    {.schedule_to_close = std::chrono::hours{6},
     .start_to_close = std::chrono::seconds{90},
     .initial_interval = std::chrono::milliseconds{500},
     .maximum_interval = std::chrono::minutes{5}}};

}  // namespace callflex

#pragma once
// The implementations of create_stripe_customer, fetch_subscription and report_overage.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/stripe/customers.hpp"
#include "activities/stripe/meter_events.hpp"
#include "activities/stripe/subscriptions.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::stripe {

using boost::asio::awaitable;

[[nodiscard]] awaitable<StripeCustomer> create_customer(std::shared_ptr<Vendors> vendors,
                                                        durable::ActivityContext& context,
                                                        StripeCustomerRequest wanted);
[[nodiscard]] awaitable<StripeSubscription> fetch(std::shared_ptr<Vendors> vendors,
                                                  durable::ActivityContext& context,
                                                  SubscriptionToFetch wanted);
[[nodiscard]] awaitable<OverageReported> report(std::shared_ptr<Vendors> vendors,
                                                durable::ActivityContext& context, OverageReport wanted);

}  // namespace callflex::stripe

namespace callflex {

/// Binds the three. Their activities share `vendors`.
void register_stripe_activities(durable::worker::ActivityRegistry& registry,
                                std::shared_ptr<Vendors> vendors);

}  // namespace callflex

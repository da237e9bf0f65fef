#pragma once
// What Stripe has told about subscriptions, merged so that neither order nor repeats matter: every column of
// app.subscriptions keeps what was said last by Stripe's clock. Used by the webhook's transaction and by the
// workflow that reads a subscription from Stripe.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "activities/stripe/subscriptions.hpp"

namespace callflex {

/// What may speak about a status at the same second, the weightier one is believed.
enum class Weight : std::uint8_t { checkout = 1, payment = 2, subscription = 3, read = 4 };

struct SubscriptionFact {
    std::string organization_id;  ///< UUID
    std::string subscription_id;
    std::string customer_id{};
    std::string status{};  ///< of the organization; "": nothing was said about it
    durable::Timestamp said_at;
    Weight weight = Weight::subscription;
    std::string source;  ///< the event's id: settles what time and weight do not
    std::string plan{};  ///< a slug of app.plans; others are passed over
    std::string metered_item_id{};
    std::optional<durable::Timestamp> created{};
    std::optional<durable::Timestamp> ended_at{};
    std::optional<durable::Timestamp> period_start{};
    std::optional<durable::Timestamp> period_end{};
};

/// The whole subscription, as it was at `said_at`.
[[nodiscard]] SubscriptionFact fact_of(const StripeSubscription& subscription,
                                       const std::string& organization_id, durable::Timestamp said_at,
                                       Weight weight, const std::string& source);

/// In a transaction that sees every organization (a customer belongs to one of them). The organization must
/// exist.
void learn_subscription(pqxx::work& tx, const SubscriptionFact& fact);

}  // namespace callflex

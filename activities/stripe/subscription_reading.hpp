#pragma once
// From Stripe's JSON to a subscription, whatever API version wrote it. Pure.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "activities/stripe/subscriptions.hpp"

namespace callflex::stripe {

/// What an organization is while its subscription has this status: active, past_due, restricted or canceled.
/// A word that Stripe adds one day is `restricted`: nothing is given away, nothing is cancelled.
[[nodiscard]] std::string organization_status(const std::string& subscription_status);

/// Nullopt when there is no id: then it is no subscription.
[[nodiscard]] std::optional<StripeSubscription> subscription_of(const nlohmann::json& object);

/// Seconds since 1970 as Stripe writes times; nullopt when absent, null or out of this calendar's range.
[[nodiscard]] std::optional<durable::Timestamp> time_of(const nlohmann::json& object, const char* name);

/// The id of a member that is an id, or an expanded object with one; "" when it is neither.
[[nodiscard]] std::string id_of(const nlohmann::json& object, const char* name);

}  // namespace callflex::stripe

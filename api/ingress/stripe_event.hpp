#pragma once
// What a Stripe event says, as far as CallFlex cares: read from the shape of any API version, the new places
// first. Pure.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "activities/billing/subscription_facts.hpp"

namespace callflex::ingress {

struct StripeEvent {
    std::string id;    ///< "evt_...": the dedupe key
    std::string type;  ///< "invoice.paid"
    durable::Timestamp created;

    // Whom it is about, in the order of belief. Empty when it does not say.
    std::vector<std::string> organizations;  ///< UUIDs from metadata and client_reference_id
    std::string customer_id;
    std::string subscription_id;

    /// What becomes known of a subscription; its organization is not filled in.
    std::optional<SubscriptionFact> fact;
    /// It names a subscription without telling its dates: Stripe has to be asked.
    bool incomplete = false;
    std::string record;              ///< type of the billing event to append; "" for none
    std::string record_data = "{}";  ///< JSON
    std::string failed_invoice;      ///< the invoice that could not be paid: owners hear of it once
    std::string amount_due;          ///< of that one: "105.00 USD"
};

/// Or what is wrong with it, for the sender. Types that mean nothing here have no fact and no record.
[[nodiscard]] std::variant<StripeEvent, std::string> read_stripe_event(std::string_view body);

}  // namespace callflex::ingress

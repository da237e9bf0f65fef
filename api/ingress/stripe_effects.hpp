#pragma once
// What Stripe's events change: subscriptions, periods, the append-only billing events, and who hears of it.
// The same in the end whatever order they come in.

#include <pqxx/pqxx>
#include <string>

#include "api/ingress/stripe_event.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

struct ReceivedStripeEvent {
    StripeEvent event;
    std::string body;
    durable::Timestamp received_at;
};

enum class StripeOutcome : std::uint8_t {
    repeat,   ///< it was recorded before
    applied,  ///< its effects are in the transaction
    ignored,  ///< recorded; nothing of ours
    /// Recorded; its organization is not known (yet): looked at again when a customer becomes known.
    unclaimed,
};

/// In a transaction that acts for everybody: an event names its organization in its own way, or not at all.
/// Throws what pqxx throws.
StripeOutcome take_stripe_event(pqxx::work& tx, durable::client::Client& client,
                                const ReceivedStripeEvent& received);

}  // namespace callflex::ingress

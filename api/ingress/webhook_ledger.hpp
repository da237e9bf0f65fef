#pragma once
// The dedupe ledger (app.inbound_webhooks): what has been received, once. Written in the transaction of the
// effect.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/workflow/time.hpp"

namespace callflex::ingress {

struct ReceivedWebhook {
    std::string vendor;  ///< stripe, twilio, integration ...
    std::string dedupe_key;
    std::optional<std::string> organization_id;
    std::string event_type;
    std::string body;                 ///< exactly as received
    std::string headers_json = "{}";  ///< those that verification needed, without secrets
    std::string outcome = "accepted";
    durable::Timestamp received_at;
};

/// False when this webhook was recorded before: answer as the first time and do nothing else. Without an
/// organization the transaction must act for everybody.
[[nodiscard]] bool record_webhook(pqxx::transaction_base& tx, const ReceivedWebhook& webhook);

}  // namespace callflex::ingress

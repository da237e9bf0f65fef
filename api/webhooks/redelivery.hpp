#pragma once
// Sending again what has ended: for the CLI and the API.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "activities/webhooks/webhook_config.hpp"
#include "engine/client/client.hpp"

namespace callflex {

/// In the caller's transaction, which acts for the organization: the delivery is pending again, and a run of its own
/// begins. Returns its workflow id; nullopt when the delivery is still under way. Throws webhooks::NotFound.
[[nodiscard]] std::optional<std::string> redeliver_webhook(pqxx::transaction_base& tx,
                                                           durable::client::Client& client,
                                                           const WebhookConfig& config,
                                                           const std::string& organization_id,
                                                           const std::string& delivery_id);

}  // namespace callflex

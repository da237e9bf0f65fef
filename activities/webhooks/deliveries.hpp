#pragma once
// The transactional half of webhooks, and what the CLI and the API do with deliveries. Every function takes part in
// the caller's transaction, which acts for the organization (tenancy.hpp).

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "activities/webhooks/webhook_config.hpp"
#include "activities/webhooks/webhooks.hpp"

namespace callflex::webhooks {

/// Implementation of create_deliveries.
[[nodiscard]] PlannedDeliveries create(pqxx::transaction_base& tx, const WebhookConfig& config,
                                       const WebhookEvent& event);
/// Implementation of bury_webhook.
[[nodiscard]] WebhookObituary bury(pqxx::transaction_base& tx, const WebhookBurial& burial);

/// {"type":...,"timestamp":...,"data":...}, minified. Throws ApplicationError, not retryable: "InvalidWebhookEvent",
/// "WebhookTooLarge".
[[nodiscard]] std::string body_of(const WebhookEvent& event);

struct Delivery {
    std::string id;
    std::string endpoint_id;
    std::string event_id;
    std::string event_type;
    std::string status;  ///< pending, delivered, dead, canceled
    int attempts = 0;
    int redeliveries = 0;
    std::optional<std::string> last_error;
    std::optional<durable::Timestamp> next_attempt_at;
    durable::Timestamp created_at;
    std::optional<durable::Timestamp> finished_at;
};
struct Attempt {
    int number = 0;
    durable::Timestamp at;
    std::string outcome;  ///< under way, delivered, failed
    std::optional<int> status_code;
    int latency_ms = 0;
    std::optional<std::string> error;
    std::optional<std::string> answer;  ///< first bytes, escaped
};
struct DeliveryFilter {
    std::optional<std::string> status{};
    std::optional<std::string> endpoint_id{};
    std::optional<std::string> before{};  ///< id of the last one of the page before
    int limit = 50;
};
/// Newest first.
[[nodiscard]] std::vector<Delivery> list_deliveries(pqxx::transaction_base& tx,
                                                    const std::string& organization_id,
                                                    const DeliveryFilter& filter);

struct DeliveryDetails {
    Delivery delivery;
    std::string body;
    std::vector<Attempt> attempts;
};
/// Throws NotFound (endpoints.hpp).
[[nodiscard]] DeliveryDetails show_delivery(pqxx::transaction_base& tx, const std::string& organization_id,
                                            const std::string& delivery_id);

/// Back to pending. The caller starts webhook-delivery with this input, under this id, in the same transaction.
struct Redelivery {
    std::string workflow_id;  ///< webhook-<delivery id>-redelivery-<n>
    WebhookDelivery input;
};
/// nullopt: it is still under way. Throws NotFound.
[[nodiscard]] std::optional<Redelivery> redeliver(pqxx::transaction_base& tx, const WebhookConfig& config,
                                                  const std::string& organization_id,
                                                  const std::string& delivery_id);

}  // namespace callflex::webhooks

#include "api/webhooks/redelivery.hpp"

#include "activities/webhooks/deliveries.hpp"

namespace callflex {

std::optional<std::string> redeliver_webhook(pqxx::transaction_base& tx, durable::client::Client& client,
                                             const WebhookConfig& config, const std::string& organization_id,
                                             const std::string& delivery_id) {
    const auto again = webhooks::redeliver(tx, config, organization_id, delivery_id);
    if (!again) return std::nullopt;
    client.start(
        tx, webhook_delivery, again->input,
        {.workflow = durable::WorkflowId{again->workflow_id}, .tenant = durable::Tenant{organization_id}});
    return again->workflow_id;
}

}  // namespace callflex

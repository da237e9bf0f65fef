#include "activities/webhooks/register_webhooks.hpp"

#include "activities/tenancy.hpp"
#include "activities/webhooks/deliveries.hpp"

namespace callflex::webhooks {

void register_webhook_activities(durable::worker::ActivityRegistry& activities,
                                 std::shared_ptr<Sender> sender) {
    const WebhookConfig config = sender->config;
    activities.transactional(create_deliveries, [config](durable::TransactionalContext& context,
                                                         pqxx::work& tx, const WebhookEvent& event) {
        act_for(tx, context.info().tenant.value);
        return create(tx, config, event);
    });
    activities.transactional(bury_webhook, [](durable::TransactionalContext& context, pqxx::work& tx,
                                              const WebhookBurial& burial) {
        act_for(tx, context.info().tenant.value);
        return bury(tx, burial);
    });
    activities.async(deliver_webhook, [sender](durable::ActivityContext& context, WebhookAttempt attempt) {
        return deliver(sender, context, std::move(attempt));
    });
}

}  // namespace callflex::webhooks

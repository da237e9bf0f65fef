#pragma once
// Binds the webhook activities to their implementations.

#include <memory>

#include "activities/webhooks/deliver_webhook.hpp"

namespace durable::worker {
class ActivityRegistry;
}

namespace callflex::webhooks {

/// create_deliveries, deliver_webhook, bury_webhook. The registry's activities share `sender`.
void register_webhook_activities(durable::worker::ActivityRegistry& activities,
                                 std::shared_ptr<Sender> sender);

}  // namespace callflex::webhooks

#include "workflows/register.hpp"

#include "activities/calls.hpp"
#include "activities/onboarding.hpp"
#include "workflows/billing_cycle.hpp"
#include "workflows/call_processing.hpp"
#include "workflows/callback_reminder.hpp"
#include "workflows/housekeeping.hpp"
#include "workflows/notify.hpp"
#include "workflows/onboarding.hpp"
#include "workflows/stripe_sync.hpp"
#include "workflows/transfer_call.hpp"
#include "workflows/usage_aggregation.hpp"
#include "workflows/webhook_delivery.hpp"

namespace callflex {

void register_workflows(durable::WorkflowRegistry& workflows) {
    workflows.add(call_processing, process_call);
    workflows.add(onboarding, onboard);
    workflows.add(notify, send_notification);
    workflows.add(webhook_delivery, deliver_message);
    workflows.add(callback_reminder, remind_of_callback);
    workflows.add(transfer_call, connect_caller);
    workflows.add(partition_maintenance, maintain_partitions);
    workflows.add(inbound_retention, forget_what_is_old);
    workflows.add(billing_cycle, close_billing_period);
    workflows.add(billing_sweep, sweep_billing);
    workflows.add(usage_aggregation, aggregate_usage);
    workflows.add(stripe_sync, sync_subscription);
}

}  // namespace callflex

#include "workflows/webhook_fanout.hpp"

#include <utility>

namespace callflex {

namespace {

durable::Task<durable::Nothing> start(durable::Workflow& wf, WebhookDelivery delivery) {
    durable::ChildOptions options;
    options.workflow = durable::WorkflowId{"webhook-" + delivery.delivery_id};
    options.parent_close = durable::ParentClosePolicy::abandon;
    options.reuse = durable::ChildReuse::reject;
    static_cast<void>(co_await wf.start_child(webhook_delivery, delivery, options));
    co_return durable::Nothing{};
}

}  // namespace

durable::Task<Warnings> deliver_webhooks(durable::Workflow& wf, WebhookEvent event) {
    Warnings warnings;
    const auto planned = co_await wf.attempt(create_deliveries, event);
    if (!planned.ok()) {
        warn(wf, warnings, "create_deliveries", planned.failure());
        co_return warnings;
    }
    std::vector<durable::Attempt<durable::Task<durable::Nothing>>> starts;
    for (const WebhookDelivery& delivery : planned.value().deliveries)
        starts.push_back(wf.attempt(start(wf, delivery)));
    if (starts.empty()) co_return warnings;
    const auto started = co_await wf.all(std::move(starts));
    for (const auto& outcome : started) {
        if (!outcome.ok()) warn(wf, warnings, "start webhook-delivery", outcome.failure());
    }
    co_return warnings;
}

}  // namespace callflex

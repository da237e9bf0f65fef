#include "workflows/live_update.hpp"

#include <utility>

namespace callflex {

durable::Task<LiveUpdate> publish_live(durable::Workflow& wf, LiveEvent event) {
    LiveUpdate update;
    const auto published = co_await wf.attempt(publish_live_event, event);
    if (!published.ok()) {
        warn(wf, update.warnings, "publish_live_event", published.failure());
        update.has_webhooks = true;  // not known: looked up when they are planned
        co_return update;
    }
    update.has_webhooks = published.value().webhooks.value_or(false);
    if (!published.value().broadcast.value_or(false)) co_return update;
    const auto sent = co_await wf.attempt(broadcast_live_event, {published.value().id.value_or(0), event});
    if (!sent.ok()) warn(wf, update.warnings, "broadcast_live_event", sent.failure());
    co_return update;
}

}  // namespace callflex

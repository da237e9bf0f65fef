#include "workflows/stripe_sync.hpp"

namespace callflex {

durable::Task<durable::Nothing> sync_subscription(durable::Workflow& wf, SubscriptionToSync wanted) {
    // Before it is asked for: what is read is at least as new.
    const durable::Timestamp asked_at = wf.now();
    const StripeSubscription read = co_await wf.run(fetch_subscription, {wanted.subscription_id});
    co_await wf.run(store_subscription, {wanted.organization_id, read, asked_at});
    co_return durable::Nothing{};
}

}  // namespace callflex

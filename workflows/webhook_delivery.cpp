#include "workflows/webhook_delivery.hpp"

#include <algorithm>
#include <utility>

#include "workflows/notify.hpp"

namespace callflex {

namespace {

using durable::Duration;

constexpr Duration jitter_max = std::chrono::seconds{30};
/// However often the circuit says "now": asking costs a transaction.
constexpr Duration shortest_wait = std::chrono::seconds{1};

/// Up to a tenth more, never less: many messages that failed together come back apart.
Duration with_jitter(durable::Workflow& wf, Duration wait) {
    const Duration most = std::min(wait / 10, jitter_max);
    return wait + Duration{wf.random().uniform(0, most.count())};
}

/// The wait for an open circuit: once more as long as the circuit is open, so that ten thousand waiting messages do
/// not all ask in the second in which it closes.
Duration until_circuit(durable::Workflow& wf, const WebhookAnswer& answer) {
    const auto left = answer.not_before.value_or(wf.now()) - wf.now();
    const Duration wait = std::max<Duration>(left, shortest_wait);
    return wait + Duration{wf.random().uniform(0, wait.count())};
}

durable::ActivityOptions limited(const WebhookDelivery& delivery) {
    durable::ActivityOptions options = deliver_webhook.options();
    options.limit = durable::ActivityLimit{.key = "endpoint:" + delivery.endpoint_id,
                                           .concurrency = delivery.max_in_flight};
    options.queue = delivery.queue;
    return options;
}

WebhookAttempt attempt_of(const WebhookDelivery& delivery, std::size_t tried) {
    WebhookAttempt attempt{delivery.organization_id,
                           delivery.delivery_id,
                           delivery.attempts_before + static_cast<int>(tried) + 1,
                           {}};
    if (tried + 1 < delivery.waits.size()) attempt.next_wait = delivery.waits[tried + 1];
    return attempt;
}

durable::Task<WebhookOutcome> try_until_the_end(durable::Workflow& wf, WebhookDelivery delivery) {
    const auto give_up_at = wf.now() + delivery.give_up_after;
    WebhookOutcome outcome{.status = "dead", .attempts = 0, .waits = 0, .reason = "the schedule is empty"};
    std::size_t tried = 0;
    Duration wait = delivery.waits.empty() ? Duration{0} : with_jitter(wf, delivery.waits[0]);
    while (tried < delivery.waits.size()) {
        if (wait > Duration{0}) co_await wf.sleep(wait);
        const WebhookAnswer answer =
            co_await wf.run(deliver_webhook, attempt_of(delivery, tried), limited(delivery));
        if (answer.verdict == WebhookVerdict::waiting) {
            ++outcome.waits;
            if (wf.now() >= give_up_at) co_return outcome;
            if (outcome.attempts == 0) outcome.reason = answer.reason;
            wait = until_circuit(wf, answer);
            continue;
        }
        outcome.reason = answer.reason;
        const bool made = answer.verdict == WebhookVerdict::delivered ||
                          answer.verdict == WebhookVerdict::failed || answer.status.has_value();
        if (made) outcome.attempts = static_cast<int>(++tried);
        if (answer.verdict == WebhookVerdict::delivered) outcome.status = "delivered";
        if (answer.verdict == WebhookVerdict::removed) outcome.status = "canceled";
        if (answer.verdict != WebhookVerdict::failed) co_return outcome;
        if (tried < delivery.waits.size())
            wait = with_jitter(wf, std::max(delivery.waits[tried], answer.retry_after.value_or(Duration{0})));
    }
    co_return outcome;
}

/// A message that was told already is not told again.
durable::Task<durable::Nothing> tell(durable::Workflow& wf, NotifyRequest message) {
    durable::ChildOptions options;
    options.workflow = notify_id(message);
    options.parent_close = durable::ParentClosePolicy::abandon;
    options.reuse = durable::ChildReuse::reject;
    static_cast<void>(co_await wf.attempt(wf.start_child(notify, message, options)));
    co_return durable::Nothing{};
}

durable::Task<durable::Nothing> bury(durable::Workflow& wf, WebhookBurial burial) {
    const WebhookObituary obituary = co_await wf.run(bury_webhook, burial);
    for (const NotifyRequest& message : obituary.messages) co_await tell(wf, message);
    co_return durable::Nothing{};
}

}  // namespace

durable::Task<WebhookOutcome> deliver_message(durable::Workflow& wf, WebhookDelivery delivery) {
    auto tried = co_await wf.attempt(try_until_the_end(wf, delivery));
    WebhookBurial burial{delivery.organization_id, delivery.delivery_id, {}, false};
    if (!tried.ok()) {
        burial.canceled = wf.cancel_requested();
        burial.reason = burial.canceled ? "canceled" : tried.failure().to_string();
        co_await wf.shielded(bury(wf, burial));
        durable::throw_failure(tried.failure());
    }
    WebhookOutcome outcome = tried.value();
    burial.reason = outcome.reason;
    if (outcome.status == "dead") co_await wf.shielded(bury(wf, burial));
    co_return outcome;
}

}  // namespace callflex

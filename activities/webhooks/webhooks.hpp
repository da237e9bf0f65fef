#pragma once
// Telling customers' own systems what happened, as workflows see it: an event becomes one delivery for each
// subscribed endpoint, each delivery a run of `webhook-delivery`, each try one activity.
//
// What stands in histories is small: ids, verdicts, moments. Bodies, addresses and secrets stay in app.webhook_*.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "activities/defaults.hpp"
#include "activities/notify.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

/// Something that a customer's system may want to know.
struct WebhookEvent {
    std::string organization_id;  ///< UUID
    std::string
        event_id;      ///< "msg_...", without a dot: the receiver's dedupe key; the same fact, the same id
    std::string type;  ///< "call.completed"
    durable::Timestamp occurred_at;
    durable::Payload data;  ///< an object; the whole message must stay below 20 kB
};
BOOST_DESCRIBE_STRUCT(WebhookEvent, (), (organization_id, event_id, type, occurred_at, data))

/// Input of webhook-delivery. It holds the schedule, so that a changed configuration does not disturb deliveries
/// that are under way.
struct WebhookDelivery {
    std::string organization_id;
    std::string delivery_id;
    std::string endpoint_id;
    int max_in_flight = 1;                 ///< tries at once at this endpoint, in the whole system
    std::vector<durable::Duration> waits;  ///< before each try, the first one included
    durable::Duration give_up_after{0};    ///< after the start: then even waiting for the circuit ends
    int attempts_before = 0;               ///< tries of earlier runs of this delivery
    std::string queue;                     ///< whose workers call customers; "": the workflow's
};
BOOST_DESCRIBE_STRUCT(WebhookDelivery, (),
                      (organization_id, delivery_id, endpoint_id, max_in_flight, waits, give_up_after,
                       attempts_before, queue))

struct PlannedDeliveries {
    std::vector<WebhookDelivery> deliveries;
};
BOOST_DESCRIBE_STRUCT(PlannedDeliveries, (), (deliveries))

/// Transactional: one delivery for each subscribed, enabled endpoint that has none of this event yet. Final
/// failures: "InvalidWebhookEvent", "WebhookTooLarge".
inline constexpr durable::Activity<WebhookEvent, PlannedDeliveries> create_deliveries{"create_deliveries",
                                                                                      side_step_defaults};

enum class WebhookVerdict : std::uint8_t {
    delivered,  ///< answered 2xx, now or at an earlier try
    failed,     ///< tried, and not delivered
    waiting,    ///< not tried: the circuit is open, or too much is under way there
    disabled,   ///< not tried: the endpoint is disabled, or this very answer (410) has disabled it
    removed,    ///< not tried: the endpoint is gone, and the delivery with it
};
BOOST_DESCRIBE_ENUM(WebhookVerdict, delivered, failed, waiting, disabled, removed)

struct WebhookAttempt {
    std::string organization_id;
    std::string delivery_id;
    int attempt = 0;                             ///< from 1, over all runs of the delivery
    std::optional<durable::Duration> next_wait;  ///< of the schedule, for the record; none: this is the last
};
BOOST_DESCRIBE_STRUCT(WebhookAttempt, (), (organization_id, delivery_id, attempt, next_wait))

struct WebhookAnswer {
    WebhookVerdict verdict = WebhookVerdict::failed;
    std::optional<int> status{};
    std::string reason{};  ///< "answered 503", "circuit open until 2026-...": no body, no URL
    std::optional<durable::Timestamp> not_before{};  ///< of `waiting`
    std::optional<durable::Duration> retry_after{};  ///< the receiver's wish, capped at an hour
};
BOOST_DESCRIBE_STRUCT(WebhookAnswer, (), (verdict, status, reason, not_before, retry_after))

/// Async: at most one HTTP exchange. What the receiver does is an answer, never a failure: the activity fails only
/// when our own database or configuration is in the way, and is then tried again. An attempt that is on record is
/// not repeated.
inline constexpr durable::Activity<WebhookAttempt, WebhookAnswer> deliver_webhook{
    "deliver_webhook",
    {.start_to_close = std::chrono::seconds{45},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::minutes{1}}};

/// A delivery that ends without having been delivered.
struct WebhookBurial {
    std::string organization_id;
    std::string delivery_id;
    std::string reason;
    bool canceled = false;  ///< by an operator: no dead letter, nobody is told
};
BOOST_DESCRIBE_STRUCT(WebhookBurial, (), (organization_id, delivery_id, reason, canceled))

struct WebhookObituary {
    std::vector<NotifyRequest> messages;  ///< to the owners, once an outage of the endpoint
};
BOOST_DESCRIBE_STRUCT(WebhookObituary, (), (messages))

/// Transactional: the dead letter and its live event.
inline constexpr durable::Activity<WebhookBurial, WebhookObituary> bury_webhook{"bury_webhook",
                                                                                transactional_defaults};

/// Result of webhook-delivery.
struct WebhookOutcome {
    std::string status;  ///< delivered, dead, canceled
    int attempts = 0;    ///< of this run
    int waits = 0;       ///< times that the circuit, or others, were waited for
    std::string reason;  ///< of the last try that failed; "" when there was none
};
BOOST_DESCRIBE_STRUCT(WebhookOutcome, (), (status, attempts, waits, reason))

/// Workflow id: "webhook-<delivery id>"; of a redelivery "webhook-<delivery id>-redelivery-<n>".
inline constexpr durable::WorkflowType<WebhookDelivery, WebhookOutcome> webhook_delivery{"webhook-delivery"};

}  // namespace callflex

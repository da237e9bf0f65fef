#include "activities/webhooks/deliveries.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "activities/database_text.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "activities/webhooks/row_values.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"
#include "engine/workflow/codec.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::webhooks {
namespace {

constexpr std::size_t body_bytes_max = 20'000;

/// What stands in a body before "data": the order is part of what receivers see.
struct Envelope {
    std::string type;
    std::string timestamp;
    durable::Payload data;
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (type, timestamp, data))

struct DeadLetterEvent {
    std::string delivery_id;
    std::string endpoint_id;
    std::string event_id;
    std::string event_type;
    int attempts = 0;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(DeadLetterEvent, (), (delivery_id, endpoint_id, event_id, event_type, attempts, reason))

[[noreturn]] void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

void check(const WebhookEvent& event) {
    const bool id = event.event_id.starts_with("msg_") && event.event_id.size() <= 200 &&
                    std::ranges::all_of(event.event_id, [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               c == '_' || c == '-';
                    });
    if (!id)
        refuse("InvalidWebhookEvent", "an event id is msg_ and then letters, digits, _ and -, without a dot");
    if (event.type.empty() || event.type.size() > 100)
        refuse("InvalidWebhookEvent", "an event type has 1 to 100 characters");
    if (!event.data.json.starts_with('{')) refuse("InvalidWebhookEvent", "an event's data is not an object");
}

Delivery delivery_of(const pqxx::row& row) {
    Delivery delivery;
    delivery.id = row["id"].as<std::string>();
    delivery.endpoint_id = row["endpoint_id"].as<std::string>();
    delivery.event_id = row["event_id"].as<std::string>();
    delivery.event_type = row["event_type"].as<std::string>();
    delivery.status = row["status"].as<std::string>();
    delivery.attempts = row["attempts"].as<int>();
    delivery.redeliveries = row["redeliveries"].as<int>();
    delivery.last_error = optional_of<std::string>(row["last_error"]);
    delivery.next_attempt_at = moment_of(row["next_attempt_at"]);
    delivery.created_at = *moment_of(row["created_at"]);
    delivery.finished_at = moment_of(row["finished_at"]);
    return delivery;
}

Attempt attempt_of(const pqxx::row& row) {
    Attempt attempt;
    attempt.number = row["attempt"].as<int>();
    attempt.at = *moment_of(row["at"]);
    attempt.outcome = row["outcome"].as<std::string>();
    attempt.status_code = optional_of<int>(row["status_code"]);
    attempt.latency_ms = row["latency_ms"].as<int>();
    attempt.error = optional_of<std::string>(row["error"]);
    attempt.answer = optional_of<std::string>(row["answer"]);
    return attempt;
}

WebhookDelivery run_input(const WebhookConfig& config, const std::string& organization_id,
                          std::string delivery_id, std::string endpoint_id, int max_in_flight) {
    return {.organization_id = organization_id,
            .delivery_id = std::move(delivery_id),
            .endpoint_id = std::move(endpoint_id),
            .max_in_flight = max_in_flight,
            .waits = config.schedule,
            .give_up_after = config.give_up,
            .attempts_before = 0,
            .queue = config.queue};
}

std::string host_of(const std::string& url) {
    const auto begin = url.find("://");
    if (begin == std::string::npos) return "your endpoint";
    return url.substr(begin + 3, url.find_first_of("/?", begin + 3) - begin - 3);
}

NotifyRequest mail_of(const pqxx::row& row, const WebhookBurial& burial, int attempts) {
    const std::string host = host_of(row["url"].as<std::string>());
    const bool disabled = row["status"].as<std::string>() == "disabled";
    std::string text = fmt::format(
        "CallFlex could not deliver webhooks of {} to {}.\n\nThe last try ended like this: {}.\n\n",
        row["name"].as<std::string>(), host, burial.reason);
    if (disabled)
        text += fmt::format("The endpoint is now disabled ({}). Enable it again when it is mended.\n",
                            row["disabled_reason"].as<std::string>());
    text += fmt::format(
        "\nNothing is lost: undelivered messages are kept as dead letters and can be sent again "
        "(callflex webhook delivery redeliver {}).\nYou get this message once, until a delivery succeeds "
        "again.\n",
        burial.delivery_id);
    const auto recipient = row["email"].as<std::string>();
    return {.organization_id = burial.organization_id,
            .key = fmt::format("webhook-outage/{}/{}/email/{}", burial.delivery_id, attempts, recipient),
            .channel = "email",
            .recipient = recipient,
            .subject = fmt::format("Webhooks to {} are failing", host),
            .text = std::move(text),
            .call_id = std::nullopt};
}

}  // namespace

std::string body_of(const WebhookEvent& event) {
    check(event);
    std::string body;
    try {
        const auto data = durable::parse_payload(storable(event.data));
        body = durable::encode(Envelope{event.type, durable::to_string(event.occurred_at), data}).json;
    } catch (const durable::DecodeError&) {
        refuse("InvalidWebhookEvent", "an event's data is not JSON");
    }
    if (body.size() >= body_bytes_max)
        refuse("WebhookTooLarge",
               fmt::format("a message of {} bytes; it must stay below {}", body.size(), body_bytes_max));
    return body;
}

PlannedDeliveries create(pqxx::transaction_base& tx, const WebhookConfig& config, const WebhookEvent& event) {
    const std::string body = body_of(event);
    const auto rows = durable::exec(tx, sql::webhook_create_deliveries, event.organization_id, event.event_id,
                                    event.type, body);
    PlannedDeliveries planned;
    for (const auto& row : rows) {
        planned.deliveries.push_back(run_input(config, event.organization_id, row["id"].as<std::string>(),
                                               row["endpoint_id"].as<std::string>(),
                                               row["max_in_flight"].as<int>()));
    }
    return planned;
}

WebhookObituary bury(pqxx::transaction_base& tx, const WebhookBurial& burial) {
    const std::string reason = storable(burial.reason);
    const auto rows =
        durable::exec(tx, sql::webhook_bury_delivery, burial.organization_id, burial.delivery_id,
                      burial.canceled ? "canceled" : "dead", reason.empty() ? nullptr : reason.c_str());
    if (rows.empty() || burial.canceled) return {};
    const DeadLetterEvent event{burial.delivery_id,
                                rows[0]["endpoint_id"].as<std::string>(),
                                rows[0]["event_id"].as<std::string>(),
                                rows[0]["event_type"].as<std::string>(),
                                rows[0]["attempts"].as<int>(),
                                reason};
    durable::exec(tx, sql::publish_live_event, burial.organization_id, "webhook_dead_letter",
                  storable(durable::encode(event)));
    WebhookObituary obituary;
    for (const auto& row :
         durable::exec(tx, sql::webhook_tell_owner, burial.organization_id, event.endpoint_id))
        obituary.messages.push_back(mail_of(row, burial, event.attempts));
    return obituary;
}

std::vector<Delivery> list_deliveries(pqxx::transaction_base& tx, const std::string& organization_id,
                                      const DeliveryFilter& filter) {
    std::vector<Delivery> deliveries;
    for (const auto& row :
         durable::exec(tx, sql::webhook_list_deliveries, organization_id, or_null(filter.status),
                       or_null(filter.endpoint_id), or_null(filter.before), filter.limit))
        deliveries.push_back(delivery_of(row));
    return deliveries;
}

DeliveryDetails show_delivery(pqxx::transaction_base& tx, const std::string& organization_id,
                              const std::string& delivery_id) {
    if (!durable::Uuid::parse(delivery_id)) throw NotFound("not an id: expected a UUID");
    const auto rows = durable::exec(tx, sql::webhook_show_delivery, organization_id, delivery_id);
    if (rows.empty()) throw NotFound("the organization has no delivery " + delivery_id);
    DeliveryDetails details{delivery_of(rows[0]), rows[0]["body"].as<std::string>(), {}};
    for (const auto& row : durable::exec(tx, sql::webhook_show_attempts, organization_id, delivery_id))
        details.attempts.push_back(attempt_of(row));
    return details;
}

std::optional<Redelivery> redeliver(pqxx::transaction_base& tx, const WebhookConfig& config,
                                    const std::string& organization_id, const std::string& delivery_id) {
    static_cast<void>(show_delivery(tx, organization_id, delivery_id));
    const auto rows = durable::exec(tx, sql::webhook_redeliver, organization_id, delivery_id);
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    Redelivery again{fmt::format("webhook-{}-redelivery-{}", delivery_id, row["redeliveries"].as<int>()),
                     run_input(config, organization_id, delivery_id, row["endpoint_id"].as<std::string>(),
                               row["max_in_flight"].as<int>())};
    again.input.attempts_before = row["attempts"].as<int>();
    return again;
}

}  // namespace callflex::webhooks

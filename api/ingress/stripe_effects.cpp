#include "api/ingress/stripe_effects.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "activities/billing/billing_activities.hpp"
#include "activities/billing/summary_text.hpp"
#include "activities/notify.hpp"
#include "api/ingress/text.hpp"
#include "api/ingress/webhook_ledger.hpp"
#include "api_sql.hpp"
#include "workflows/notify.hpp"

namespace callflex::ingress {
namespace {

using durable::client::Client;
using durable::client::StartOptions;

/// "" when nobody is known by what the event says.
std::string organization_of(pqxx::work& tx, const StripeEvent& event) {
    const auto found =
        tx.exec_params(std::string{api::sql::find_stripe_organization}, plain_array(event.organizations),
                       storable(event.customer_id), storable(event.subscription_id));
    return found.empty() ? std::string{} : found[0][0].as<std::string>();
}

StartOptions once(const std::string& workflow_id, const std::string& organization) {
    StartOptions options;
    options.workflow = durable::WorkflowId{workflow_id};
    options.tenant = durable::Tenant{organization};
    options.conflict = durable::client::ConflictPolicy::use_existing;
    options.reuse = durable::client::ReusePolicy::reject;
    return options;
}

std::string failure_text(const std::string& name, const StripeEvent& event) {
    return fmt::format(
        "The payment of {} for {} did not go through. Please check the payment method in your billing "
        "settings; it is "
        "tried again in the next days.\n\nYour CallFlex receptionist\n",
        event.amount_due, one_line_of(name));
}

/// One mail an owner and invoice, however often Stripe tries and tells.
void tell_owners(pqxx::work& tx, Client& client, const StripeEvent& event, const std::string& organization) {
    for (const auto& owner : tx.exec_params(std::string{api::sql::organization_owners}, organization)) {
        NotifyRequest message;
        message.organization_id = organization;
        message.channel = "email";
        message.recipient = owner["email"].as<std::string>();
        message.key = "payment-failed/" + event.failed_invoice + "/" + message.recipient;
        message.subject = "Your payment did not go through - " + one_line_of(owner["name"].as<std::string>());
        message.text = failure_text(owner["name"].as<std::string>(), event);
        client.start(tx, notify, message, once(notify_id(message).value, organization));
    }
}

void record(pqxx::work& tx, const StripeEvent& event, const std::string& organization) {
    std::optional<std::string> start;
    std::optional<std::string> end;
    if (event.fact && event.fact->period_start && event.fact->period_end) {
        start = format_time(*event.fact->period_start);
        end = format_time(*event.fact->period_end);
    }
    tx.exec_params(std::string{api::sql::record_billing_event}, organization, event.record,
                   storable(event.id), start, end, storable(event.record_data), format_time(event.created));
}

void apply(pqxx::work& tx, Client& client, const StripeEvent& event, const std::string& organization) {
    if (event.fact) {
        SubscriptionFact fact = *event.fact;
        fact.organization_id = organization;
        learn_subscription(tx, fact);
    }
    if (!event.record.empty()) record(tx, event, organization);
    if (event.incomplete) {
        client.start(tx, stripe_sync, SubscriptionToSync{organization, event.subscription_id},
                     once("stripe-sync-" + event.id, organization));
    }
    if (!event.failed_invoice.empty()) tell_owners(tx, client, event, organization);
}

/// Events that came before anybody was known by their customer.
void claim_earlier(pqxx::work& tx, Client& client) {
    for (const auto& row : tx.exec(std::string{api::sql::unclaimed_stripe_events})) {
        const auto read = read_stripe_event(row["body"].as<std::string>());
        const auto* event = std::get_if<StripeEvent>(&read);
        if (event == nullptr) continue;
        const std::string organization = organization_of(tx, *event);
        if (organization.empty()) continue;
        apply(tx, client, *event, organization);
        tx.exec_params(std::string{api::sql::claim_stripe_event}, event->id, organization);
    }
}

bool concerns_us(const StripeEvent& event) {
    return event.fact || !event.record.empty();
}

std::string_view word_for(StripeOutcome outcome) {
    switch (outcome) {
        case StripeOutcome::repeat:
        case StripeOutcome::applied:
            return "accepted";
        case StripeOutcome::ignored:
            return "ignored";
        case StripeOutcome::unclaimed:
            break;
    }
    return "unclaimed";
}

}  // namespace

StripeOutcome take_stripe_event(pqxx::work& tx, Client& client, const ReceivedStripeEvent& received) {
    const StripeEvent& event = received.event;
    const std::string organization = concerns_us(event) ? organization_of(tx, event) : std::string{};
    const StripeOutcome outcome = !concerns_us(event)    ? StripeOutcome::ignored
                                  : organization.empty() ? StripeOutcome::unclaimed
                                                         : StripeOutcome::applied;
    ReceivedWebhook webhook{.vendor = "stripe",
                            .dedupe_key = event.id,
                            .organization_id = std::nullopt,
                            .event_type = event.type,
                            .body = received.body,
                            .outcome = std::string{word_for(outcome)},
                            .received_at = received.received_at};
    if (!organization.empty()) webhook.organization_id = organization;
    if (!record_webhook(tx, webhook)) return StripeOutcome::repeat;
    if (event.type.find("billing.meter") != std::string::npos)
        spdlog::error("Stripe could not count a meter event: event={} type={}", event.id, event.type);
    if (outcome != StripeOutcome::applied) return outcome;
    apply(tx, client, event, organization);
    claim_earlier(tx, client);
    return outcome;
}

}  // namespace callflex::ingress

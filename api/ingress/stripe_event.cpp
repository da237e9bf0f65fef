#include "api/ingress/stripe_event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "activities/stripe/subscription_reading.hpp"
#include "activities/vendor_json.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::ingress {
namespace {

using nlohmann::json;
using stripe::id_of;
using stripe::time_of;

void add_organization(StripeEvent& event, const std::string& text) {
    // Anything but an id of ours belongs to somebody else's use of the same Stripe account.
    const auto id = durable::Uuid::parse(text);
    if (id && std::ranges::find(event.organizations, id->to_string()) == event.organizations.end())
        event.organizations.push_back(id->to_string());
}

std::int64_t amount_of(const json& object, const char* name) {
    const json& value = member(object, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::string money(std::int64_t minor, std::string currency) {
    std::ranges::transform(currency, currency.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return fmt::format("{}.{:02} {}", minor / 100, minor % 100, currency);
}

SubscriptionFact fact_about(const StripeEvent& event, Weight weight) {
    return {.organization_id = {},
            .subscription_id = event.subscription_id,
            .customer_id = event.customer_id,
            .said_at = event.created,
            .weight = weight,
            .source = event.id};
}

// --- checkout
// --------------------------------------------------------------------------------------------------

void read_checkout(StripeEvent& event, const json& session) {
    add_organization(event, text_of(member(session, "metadata"), "organizationId"));
    add_organization(event, text_of(session, "client_reference_id"));
    event.customer_id = id_of(session, "customer");
    event.subscription_id = id_of(session, "subscription");
    if (text_of(session, "mode") != "subscription" || event.subscription_id.empty()) return;
    event.fact = fact_about(event, Weight::checkout);
    event.fact->plan = text_of(member(session, "metadata"), "plan");
    const std::string payment = text_of(session, "payment_status");
    if (payment == "paid" || payment == "no_payment_required") event.fact->status = "active";
    event.incomplete = true;
    event.record = "checkout_completed";
    event.record_data = json{{"session", text_of(session, "id")},
                             {"subscription", event.subscription_id},
                             {"payment_status", payment},
                             {"amount_total", amount_of(session, "amount_total")}}
                            .dump();
}

// --- subscriptions
// ---------------------------------------------------------------------------------------------

std::string subscription_record(const std::string& type) {
    if (type == "customer.subscription.created") return "subscription_created";
    if (type == "customer.subscription.deleted") return "subscription_canceled";
    return "subscription_updated";
}

void read_subscription(StripeEvent& event, const json& object) {
    const auto subscription = stripe::subscription_of(object);
    if (!subscription) return;
    add_organization(event, subscription->organization_id);
    event.customer_id = subscription->customer_id;
    event.subscription_id = subscription->id;
    event.fact = fact_of(*subscription, {}, event.created, Weight::subscription, event.id);
    event.record = subscription_record(event.type);
    event.record_data = json{{"subscription", subscription->id}, {"status", subscription->status}}.dump();
}

// --- invoices
// --------------------------------------------------------------------------------------------------

const json& subscription_details(const json& invoice) {
    const json& now = member(member(invoice, "parent"), "subscription_details");
    return now.is_object() ? now : member(invoice, "subscription_details");
}

std::string subscription_of_invoice(const json& invoice) {
    std::string id = id_of(subscription_details(invoice), "subscription");
    return id.empty() ? id_of(invoice, "subscription") : id;
}

bool is_proration(const json& line) {
    const json& now = member(member(member(line, "parent"), "subscription_item_details"), "proration");
    const json& before = member(line, "proration");
    return (now.is_boolean() && now.get<bool>()) || (before.is_boolean() && before.get<bool>());
}

/// The period of service: the line that reaches farthest, which is the base plan's, paid in advance. (The
/// invoice's own period bounds something else.)
void read_period(SubscriptionFact& fact, const json& invoice) {
    const json& lines = member(member(invoice, "lines"), "data");
    if (!lines.is_array()) return;
    for (const json& line : lines) {
        const auto start = time_of(member(line, "period"), "start");
        const auto end = time_of(member(line, "period"), "end");
        if (!start || !end || *end <= *start || is_proration(line)) continue;
        if (fact.period_end && *end <= *fact.period_end) continue;
        fact.period_start = start;
        fact.period_end = end;
    }
}

json invoice_facts(const json& invoice) {
    return {{"invoice", text_of(invoice, "id")},
            {"number", text_of(invoice, "number")},
            {"billing_reason", text_of(invoice, "billing_reason")},
            {"amount_due", amount_of(invoice, "amount_due")},
            {"amount_paid", amount_of(invoice, "amount_paid")},
            {"currency", text_of(invoice, "currency")},
            {"attempt_count", amount_of(invoice, "attempt_count")}};
}

void read_invoice(StripeEvent& event, const json& invoice) {
    add_organization(event, text_of(member(subscription_details(invoice), "metadata"), "organizationId"));
    add_organization(event, text_of(member(invoice, "metadata"), "organizationId"));
    event.customer_id = id_of(invoice, "customer");
    event.subscription_id = subscription_of_invoice(invoice);
    event.record_data = invoice_facts(invoice).dump();
    const bool failed = event.type == "invoice.payment_failed";
    event.record = failed ? "payment_failed" : "invoice_paid";
    if (failed) {
        event.failed_invoice = text_of(invoice, "id");
        event.amount_due = money(amount_of(invoice, "amount_due"), text_of(invoice, "currency"));
    }
    if (event.subscription_id.empty()) return;
    event.fact = fact_about(event, Weight::payment);
    if (failed) {
        event.fact->status = "past_due";
        return;
    }
    const std::string reason = text_of(invoice, "billing_reason");
    if (reason == "subscription_create" || reason == "subscription_cycle") read_period(*event.fact, invoice);
}

void read_object(StripeEvent& event, const json& object) {
    if (event.type == "checkout.session.completed" ||
        event.type == "checkout.session.async_payment_succeeded")
        return read_checkout(event, object);
    if (event.type.starts_with("customer.subscription.") && text_of(object, "object") == "subscription")
        return read_subscription(event, object);
    if (event.type == "invoice.paid" || event.type == "invoice.payment_failed")
        return read_invoice(event, object);
}

}  // namespace

std::variant<StripeEvent, std::string> read_stripe_event(std::string_view body) {
    const json text = json::parse(body, nullptr, false);
    if (!text.is_object()) return "The body is not a JSON object.";
    StripeEvent event;
    event.id = text_of(text, "id");
    event.type = text_of(text, "type");
    if (event.id.empty() || event.type.empty()) return "An event needs an id and a type.";
    if (event.id.size() > 255 || event.type.size() > 255) return "The event's id or type is too long.";
    event.created = time_of(text, "created").value_or(durable::Timestamp{});
    read_object(event, member(member(text, "data"), "object"));
    return event;
}

}  // namespace callflex::ingress

#include "activities/stripe/resources.hpp"

#include <algorithm>

#include "activities/stripe/subscription_reading.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::stripe {
namespace {

using nlohmann::json;

std::int64_t number_of(const json& object, const char* name) {
    const json& value = member(object, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::chrono::sys_seconds seconds_of(const json& object, const char* name) {
    const auto time = time_of(object, name);
    return time ? std::chrono::floor<std::chrono::seconds>(*time) : std::chrono::sys_seconds{};
}

/// For Stripe's query language: text stands between single quotes.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

ListedInvoice invoice_of(const json& entry) {
    return {.id = text_of(entry, "id"),
            .number = text_of(entry, "number"),
            .status = text_of(entry, "status"),
            .amount_due = number_of(entry, "amount_due"),
            .amount_paid = number_of(entry, "amount_paid"),
            .currency = text_of(entry, "currency"),
            .created = seconds_of(entry, "created"),
            .hosted_invoice_url = text_of(entry, "hosted_invoice_url"),
            .invoice_pdf = text_of(entry, "invoice_pdf")};
}

bool older(const json& a, const json& b) {
    return number_of(a, "created") < number_of(b, "created");
}

}  // namespace

http::Request customer_search(const StripeConfig& config, const std::string& organization_id) {
    return reading(config, "/v1/customers/search",
                   {{"query", "metadata['organizationId']:" + quoted(organization_id)}});
}

http::Request customer_creation(const StripeConfig& config, const StripeCustomerRequest& wanted,
                                const std::string& key) {
    return writing(config, "/v1/customers",
                   {{"email", wanted.email},
                    {"name", wanted.name},
                    {"metadata[organizationId]", wanted.organization_id}},
                   key);
}

Answer<std::optional<StripeCustomer>> read_customer_search(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& found = member(answer, "data");
    if (!found.is_array()) return unreadable("a list of customers");
    if (found.empty()) return std::optional<StripeCustomer>{};
    const std::string id = text_of(*std::ranges::min_element(found, older), "id");
    if (id.empty()) return unreadable("customers that have ids");
    return std::optional{StripeCustomer{id}};
}

Answer<StripeCustomer> read_customer(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    std::string id = text_of(json_of(result), "id");
    if (id.empty()) return unreadable("a customer");
    return StripeCustomer{std::move(id)};
}

http::Request checkout_creation(const StripeConfig& config, const CheckoutRequest& wanted) {
    return writing(config, "/v1/checkout/sessions",
                   {{"mode", "subscription"},
                    {"customer", wanted.customer_id},
                    {"line_items[0][price]", wanted.base_price},
                    {"line_items[0][quantity]", "1"},
                    {"line_items[1][price]", wanted.overage_price},
                    {"success_url", wanted.success_url},
                    {"cancel_url", wanted.cancel_url},
                    {"client_reference_id", wanted.organization_id},
                    {"metadata[organizationId]", wanted.organization_id},
                    {"metadata[plan]", wanted.plan},
                    {"subscription_data[metadata][organizationId]", wanted.organization_id},
                    {"subscription_data[metadata][plan]", wanted.plan}},
                   "checkout:" + wanted.organization_id + ":" + wanted.plan + ":" + wanted.operation);
}

Answer<CheckoutSession> read_checkout(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    CheckoutSession session{text_of(answer, "id"), text_of(answer, "url"), seconds_of(answer, "expires_at")};
    if (session.id.empty() || session.url.empty()) return unreadable("a checkout session");
    return session;
}

http::Request portal_creation(const StripeConfig& config, const std::string& customer_id,
                              const std::string& return_url, const std::string& operation) {
    return writing(config, "/v1/billing_portal/sessions",
                   {{"customer", customer_id}, {"return_url", return_url}},
                   "portal:" + customer_id + ":" + operation);
}

Answer<std::string> read_portal_url(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    std::string url = text_of(json_of(result), "url");
    if (url.empty()) return unreadable("a portal session");
    return url;
}

http::Request invoice_listing(const StripeConfig& config, const InvoiceQuery& query) {
    http::Fields fields{{"customer", query.customer_id},
                        {"limit", std::to_string(std::clamp(query.limit, 1, 100))}};
    if (!query.starting_after.empty()) fields.emplace_back("starting_after", query.starting_after);
    if (!query.status.empty()) fields.emplace_back("status", query.status);
    return reading(config, "/v1/invoices", fields);
}

Answer<InvoicePage> read_invoices(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& list = member(answer, "data");
    if (!list.is_array()) return unreadable("a list of invoices");
    InvoicePage page;
    for (const json& entry : list) page.invoices.push_back(invoice_of(entry));
    const json& more = member(answer, "has_more");
    page.has_more = more.is_boolean() && more.get<bool>();
    return page;
}

http::Request subscription_reading(const StripeConfig& config, const std::string& subscription_id) {
    return reading(config, "/v1/subscriptions/" + http::percent_encode(subscription_id),
                   {{"expand[0]", "latest_invoice"}});
}

Answer<StripeSubscription> read_subscription_answer(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    auto subscription = subscription_of(json_of(result));
    if (!subscription) return unreadable("a subscription");
    return *std::move(subscription);
}

}  // namespace callflex::stripe

#include "api/sandbox/stripe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t identifier_bytes_max = 100;
constexpr std::string_view meter = "mtr_sandbox";
constexpr std::string_view meter_event_name = "callflex_overage_minutes";
constexpr std::int64_t day = 86'400;

Reply error(int status, const std::string& code, const std::string& message, const char* type = nullptr) {
    const char* kind = type != nullptr ? type : status >= 500 ? "api_error" : "invalid_request_error";
    json body{{"type", kind}, {"message", message}};
    if (!code.empty()) body["code"] = code;
    return json_reply(status, {{"error", std::move(body)}});
}

Reply missing(const std::string& parameter) {
    return error(400, "parameter_missing", "Missing required param: " + parameter + ".");
}

Reply no_such(const std::string& what, const std::string& id) {
    return error(404, "resource_missing", fmt::format("No such {}: '{}'", what, id));
}

std::int64_t unix_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string value_of(const Fields& form, const std::string& name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

std::optional<std::int64_t> whole(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// What stands in `prefix[...]`, by the name in the brackets.
json bracketed(const Fields& form, const std::string& prefix) {
    json members = json::object();
    for (const auto& [name, value] : form) {
        if (name.starts_with(prefix + "[") && name.ends_with("]"))
            members[name.substr(prefix.size() + 1, name.size() - prefix.size() - 2)] = value;
    }
    return members;
}

/// Status 0 when the caller may ask at all.
Reply check_caller(const Ask& ask) {
    const std::string token = bearer_token(ask);
    if (!token.starts_with("sk_") && !token.starts_with("rk_"))
        return error(401, "", "Invalid API Key provided.", "invalid_request_error");
    if (ask.header("stripe-version").empty()) return error(400, "", "No API version was given.");
    if (ask.method != "POST") return Reply{.status = 0};
    if (!ask.header("content-type").starts_with("application/x-www-form-urlencoded"))
        return error(400, "", "The v1 API takes forms.");
    if (ask.header("idempotency-key").size() > key_bytes_max)
        return error(400, "", "Idempotency keys can be at most 255 characters long.");
    return Reply{.status = 0};
}

/// Status 0 when the meter would take the event, as far as the form alone tells.
Reply check_meter_event(const Fields& form) {
    if (value_of(form, "event_name").empty()) return missing("event_name");
    if (value_of(form, "event_name") != meter_event_name)
        return error(400, "no_meter", "No active meter found for this event name.");
    if (value_of(form, "payload[stripe_customer_id]").empty()) return missing("payload[stripe_customer_id]");
    const auto value = whole(value_of(form, "payload[value]"));
    if (!value || *value < 0)
        return error(400, "meter_event_invalid_value", "The payload value must be a whole number.");
    if (value_of(form, "identifier").size() > identifier_bytes_max)
        return error(400, "", "The identifier is longer than 100 characters.");
    const auto stamp = whole(value_of(form, "timestamp"));
    if (!stamp) return error(400, "parameter_invalid_integer", "Invalid integer: timestamp");
    if (*stamp < unix_now() - 35 * day)
        return error(400, "timestamp_too_far_in_past", "The timestamp is more than 35 days in the past.");
    if (*stamp > unix_now() + 300)
        return error(400, "timestamp_in_future", "The timestamp is more than 5 minutes in the future.");
    return Reply{.status = 0};
}

json list_of(const std::map<std::string, json>& all, const std::string& url) {
    json data = json::array();
    for (const auto& [id, object] : all) data.push_back(object);
    return {{"object", "list"}, {"data", std::move(data)}, {"has_more", false}, {"url", url}};
}

}  // namespace

std::string Stripe::next_id(const char* prefix) {
    return fmt::format("{}_sandbox{:08}", prefix, next_number_++);
}

Reply Stripe::failure(int status) const {
    if (status == 429) return error(429, "rate_limit", "Too many requests.");
    return error(status, "", "Something went wrong on our side.");
}

Reply Stripe::fail(const Ask& ask, int status) {
    Reply reply = failure(status);
    const std::string key = ask.header("idempotency-key");
    // Stripe remembers what began to run, and that is what ends in a 5xx. A 429 never began.
    if (status >= 500 && ask.method == "POST" && !key.empty())
        keys_.insert_or_assign(key, Remembered{ask.path + "\n" + ask.body, reply});
    return reply;
}

void Stripe::reset() {
    keys_.clear();
    customers_.clear();
    subscriptions_.clear();
    invoices_.clear();
    meter_events_.clear();
    repeats_refused_ = 0;
}

Reply Stripe::handle(const Ask& ask) {
    if (Reply refusal = check_caller(ask); refusal.status != 0) return refusal;
    const std::string key = ask.header("idempotency-key");
    if (ask.method != "POST" || key.empty()) return route(ask);
    const std::string request = ask.path + "\n" + ask.body;
    if (const auto known = keys_.find(key); known != keys_.end()) {
        if (known->second.request != request)
            return error(400, "", "Keys for idempotent requests can only be used with the same parameters.",
                         "idempotency_error");
        Reply reply = known->second.reply;
        reply.headers["Idempotent-Replayed"] = "true";
        return reply;
    }
    Reply reply = route(ask);
    // Nothing is stored of what failed validation.
    if (reply.status < 400) keys_[key] = {request, reply};
    return reply;
}

Reply Stripe::route(const Ask& ask) {
    if (ask.method == "POST") return write(ask, decode_form(ask.body));
    constexpr std::string_view subscriptions = "/v1/subscriptions/";
    constexpr std::string_view meters = "/v1/billing/meters/";
    if (ask.method == "GET" && ask.path == "/v1/customers/search") return search_customers(ask);
    if (ask.method == "GET" && ask.path == "/v1/invoices") return list_invoices(ask);
    if (ask.method == "GET" && ask.path.starts_with(meters)) return summarize(ask);
    if (ask.path.starts_with(subscriptions)) {
        const std::string id = ask.path.substr(subscriptions.size());
        const auto found = subscriptions_.find(id);
        if (found == subscriptions_.end()) return no_such("subscription", id);
        if (ask.method == "DELETE") {
            found->second["status"] = "canceled";
            found->second["ended_at"] = unix_now();
            tell("customer.subscription.deleted", found->second);
        }
        return json_reply(200, found->second);
    }
    return error(404, "", fmt::format("Unrecognized request URL ({}: {}).", ask.method, ask.path));
}

Reply Stripe::write(const Ask& ask, const Fields& form) {
    if (ask.path == "/v1/customers") return create_customer(form);
    if (ask.path == "/v1/checkout/sessions") return create_checkout(form);
    if (ask.path == "/v1/billing_portal/sessions") return create_portal(form);
    if (ask.path == "/v1/subscriptions") return create_subscription(form);
    if (ask.path == "/v1/billing/meter_events") return create_meter_event(form);
    if (ask.path.find("/usage_records") != std::string::npos)
        return error(404, "", "Usage records were removed with 2025-03-31.basil.");
    return error(404, "", fmt::format("Unrecognized request URL (POST: {}).", ask.path));
}

Reply Stripe::create_customer(const Fields& form) {
    const std::string email = value_of(form, "email");
    if (!email.empty() && email.find('@') == std::string::npos)
        return error(400, "email_invalid", "Invalid email address.");
    if (value_of(form, "name") == "Declined")
        return error(402, "card_declined", "Your card was declined.", "card_error");
    const std::string id = next_id("cus");
    customers_[id] = {{"id", id},
                      {"object", "customer"},
                      {"created", unix_now()},
                      {"email", email},
                      {"name", value_of(form, "name")},
                      {"livemode", false},
                      {"metadata", bracketed(form, "metadata")}};
    ledger_.add({.vendor = "stripe",
                 .kind = "customer",
                 .id = id,
                 .key = customers_[id]["metadata"].value("organizationId", ""),
                 .to = email,
                 .from = {},
                 .subject = {},
                 .text = value_of(form, "name"),
                 .at = iso_time(std::chrono::system_clock::now())});
    return json_reply(200, customers_[id]);
}

Reply Stripe::search_customers(const Ask& ask) const {
    constexpr std::string_view prefix = "metadata['organizationId']:'";
    const std::string query = ask.parameter("query");
    if (!query.starts_with(prefix) || !query.ends_with("'"))
        return error(400, "", "We were unable to parse your search query.");
    const std::string wanted = query.substr(prefix.size(), query.size() - prefix.size() - 1);
    json data = json::array();
    for (const auto& [id, customer] : customers_) {
        if (customer["metadata"].value("organizationId", "") == wanted) data.push_back(customer);
    }
    return json_reply(200, {{"object", "search_result"},
                            {"data", std::move(data)},
                            {"has_more", false},
                            {"url", "/v1/customers/search"}});
}

Reply Stripe::create_checkout(const Fields& form) {
    for (const char* name : {"mode", "line_items[0][price]", "success_url"})
        if (value_of(form, name).empty()) return missing(name);
    if (form.contains("payment_method_types[0]"))
        return error(400, "parameter_unknown", "Received unknown parameter: payment_method_types");
    if (form.contains("line_items[1][quantity]"))
        return error(400, "", "Quantity should not be specified for metered prices.");
    const std::string customer = value_of(form, "customer");
    if (!customers_.contains(customer))
        return error(400, "resource_missing", "No such customer: '" + customer + "'");
    const std::string id = next_id("cs_test");
    return json_reply(200, {{"id", id},
                            {"object", "checkout.session"},
                            {"customer", customer},
                            {"client_reference_id", value_of(form, "client_reference_id")},
                            {"metadata", bracketed(form, "metadata")},
                            {"mode", value_of(form, "mode")},
                            {"status", "open"},
                            {"payment_status", "unpaid"},
                            {"expires_at", unix_now() + day},
                            {"url", "https://checkout.stripe.invalid/c/pay/" + id}});
}

Reply Stripe::create_portal(const Fields& form) {
    const std::string customer = value_of(form, "customer");
    if (customer.empty()) return missing("customer");
    if (!customers_.contains(customer))
        return error(400, "resource_missing", "No such customer: '" + customer + "'");
    const std::string id = next_id("bps");
    return json_reply(200, {{"id", id},
                            {"object", "billing_portal.session"},
                            {"customer", customer},
                            {"return_url", value_of(form, "return_url")},
                            {"url", "https://billing.stripe.invalid/p/session/" + id}});
}

/// Stripe makes one when a checkout is paid; here it can be asked for, with the period's start in
/// `billing_cycle_anchor`.
Reply Stripe::create_subscription(const Fields& form) {
    const std::string customer = value_of(form, "customer");
    if (!customers_.contains(customer))
        return error(400, "resource_missing", "No such customer: '" + customer + "'");
    const std::string id = next_id("sub");
    const std::int64_t start = whole(value_of(form, "billing_cycle_anchor")).value_or(unix_now());
    const auto item = [&](const char* usage) {
        return json{{"id", next_id("si")},
                    {"object", "subscription_item"},
                    {"current_period_start", start},
                    {"current_period_end", start + 30 * day},
                    {"price", {{"id", next_id("price")}, {"recurring", {{"usage_type", usage}}}}}};
    };
    subscriptions_[id] = {{"id", id},
                          {"object", "subscription"},
                          {"customer", customer},
                          {"created", unix_now()},
                          {"ended_at", nullptr},
                          {"status", "active"},
                          {"metadata", bracketed(form, "metadata")},
                          {"items", {{"data", {item("licensed"), item("metered")}}}}};
    const std::string invoice = next_id("in");
    invoices_[invoice] = {{"id", invoice},        {"object", "invoice"},
                          {"customer", customer}, {"number", invoice},
                          {"status", "paid"},     {"amount_due", 9900},
                          {"amount_paid", 9900},  {"currency", "usd"},
                          {"created", start},     {"lines", {{"data", json::array()}}}};
    tell("customer.subscription.updated", subscriptions_[id]);
    tell("invoice.paid", invoices_[invoice]);
    return json_reply(200, subscriptions_[id]);
}

Reply Stripe::create_meter_event(const Fields& form) {
    if (Reply refusal = check_meter_event(form); refusal.status != 0) return refusal;
    const std::string identifier = value_of(form, "identifier");
    const std::string customer = value_of(form, "payload[stripe_customer_id]");
    if (!identifier.empty() && meter_events_.contains(identifier)) {
        ++repeats_refused_;
        Reply refusal =
            error(400, "", fmt::format("An event already exists with identifier {}.", identifier));
        refusal.headers["Stripe-Should-Retry"] = "false";
        return refusal;
    }
    const std::int64_t stamp = *whole(value_of(form, "timestamp"));
    const std::int64_t value = *whole(value_of(form, "payload[value]"));
    const std::string id = identifier.empty() ? next_id("evt") : identifier;
    meter_events_[id] = {customer, value, stamp};
    ledger_.add({.vendor = "stripe",
                 .kind = "meter_event",
                 .id = id,
                 .key = id,
                 .to = customer,
                 .from = {},
                 .subject = std::to_string(stamp),
                 .text = std::to_string(value),
                 .at = iso_time(std::chrono::system_clock::now())});
    return json_reply(200, {{"object", "billing.meter_event"},
                            {"created", unix_now()},
                            {"event_name", meter_event_name},
                            {"identifier", id},
                            {"livemode", false},
                            {"payload", {{"stripe_customer_id", customer}, {"value", std::to_string(value)}}},
                            {"timestamp", stamp}});
}

Reply Stripe::summarize(const Ask& ask) const {
    const std::string url = fmt::format("/v1/billing/meters/{}/event_summaries", meter);
    if (ask.path != url) return no_such("meter", ask.path);
    const auto start = whole(ask.parameter("start_time"));
    const auto end = whole(ask.parameter("end_time"));
    if (!start || !end || *start % 60 != 0 || *end % 60 != 0)
        return error(400, "", "start_time and end_time must be aligned with minute boundaries.");
    std::int64_t sum = 0;
    for (const auto& [identifier, event] : meter_events_) {
        const bool inside = event.timestamp >= *start && event.timestamp < *end;
        if (inside && event.customer == ask.parameter("customer")) sum += event.value;
    }
    json data = json::array();
    if (sum != 0)
        data.push_back({{"object", "billing.meter_event_summary"},
                        {"aggregated_value", static_cast<double>(sum)},
                        {"start_time", *start},
                        {"end_time", *end},
                        {"meter", meter}});
    return json_reply(200,
                      {{"object", "list"}, {"data", std::move(data)}, {"has_more", false}, {"url", url}});
}

Reply Stripe::list_invoices(const Ask& ask) const {
    std::map<std::string, json> chosen = invoices_;
    std::erase_if(chosen, [&](const auto& entry) {
        const std::string status = ask.parameter("status");
        return entry.second["customer"] != ask.parameter("customer") ||
               (!status.empty() && entry.second["status"] != status);
    });
    return json_reply(200, list_of(chosen, "/v1/invoices"));
}

}  // namespace callflex::sandbox

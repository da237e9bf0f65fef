// What there is at the sandbox's Stripe, for people: the other half of stripe.hpp.

#include <fmt/format.h>

#include "api/sandbox/mac.hpp"
#include "api/sandbox/stripe.hpp"

namespace callflex::sandbox {
namespace {

std::int64_t now_seconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

using nlohmann::json;

json Stripe::facts() const {
    return {{"customers", customers_.size()},
            {"subscriptions", subscriptions_.size()},
            {"meter_events", meter_events_.size()},
            {"meter_events_refused_as_repeats", repeats_refused_}};
}

std::vector<std::string> Stripe::violations() const {
    std::map<std::string, int> by_organization;
    for (const auto& [id, customer] : customers_) {
        const std::string organization = customer["metadata"].value("organizationId", "");
        if (!organization.empty()) ++by_organization[organization];
    }
    std::vector<std::string> lines;
    for (const auto& [organization, count] : by_organization) {
        if (count > 1)
            lines.push_back(fmt::format("{} customers stand for organization {}", count, organization));
    }
    return lines;
}

std::vector<Thing> Stripe::things() const {
    std::vector<Thing> all;
    for (const auto& [id, customer] : customers_)
        all.push_back({"customer", customer.value("name", ""), id,
                       "organization " + customer["metadata"].value("organizationId", "none")});
    for (const auto& [id, subscription] : subscriptions_)
        all.push_back({"subscription", subscription.value("status", ""), id,
                       "of " + subscription.value("customer", "")});
    return all;
}

std::vector<Promise> Stripe::promises() const {
    return {{fmt::format("one charge an identifier ({} repeats were refused)", repeats_refused_),
             ledger_.repeats("stripe", "meter_event")},
            {"one customer an organization", violations()}};
}

void Stripe::tell(const std::string& type, const json& object) {
    if (webhook_.url.empty() || webhook_.secret.empty()) return;
    const json event{{"id", next_id("evt")},        {"object", "event"}, {"api_version", "2026-10-28.endive"},
                     {"created", now_seconds()},    {"livemode", false}, {"type", type},
                     {"data", {{"object", object}}}};
    Letter letter{
        .sender = "stripe", .url = webhook_.url, .content_type = "application/json", .body = event.dump()};
    letter.headers = [secret = webhook_.secret, body = letter.body] {
        const std::string stamp = std::to_string(now_seconds());
        return Fields{
            {"Stripe-Signature",
             fmt::format("t={},v1={}", stamp, hex(hmac(Digest::sha256, secret, stamp + "." + body)))}};
    };
    post_(std::move(letter));
}

}  // namespace callflex::sandbox

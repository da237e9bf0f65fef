#include "activities/stripe/subscription_reading.hpp"

#include "activities/vendor_json.hpp"

namespace callflex::stripe {
namespace {

using nlohmann::json;

constexpr std::int64_t last_second = 253'402'300'799;  // 9999-12-31T23:59:59Z

bool is_metered(const json& item) {
    const json& recurring = member(member(item, "price"), "recurring");
    return text_of(recurring, "usage_type") == "metered";
}

/// The base plan's item: the first one that is not metered, or else the first one.
const json& base_item(const json& items) {
    static const json nothing;
    if (!items.is_array() || items.empty()) return nothing;
    for (const json& item : items) {
        if (!is_metered(item)) return item;
    }
    return items.front();
}

std::string metered_item(const json& items) {
    if (!items.is_array()) return {};
    for (const json& item : items) {
        if (is_metered(item)) return text_of(item, "id");
    }
    return {};
}

}  // namespace

std::string organization_status(const std::string& subscription_status) {
    if (subscription_status == "active" || subscription_status == "trialing") return "active";
    if (subscription_status == "past_due") return "past_due";
    if (subscription_status == "canceled" || subscription_status == "incomplete_expired") return "canceled";
    return "restricted";
}

std::optional<durable::Timestamp> time_of(const json& object, const char* name) {
    const json& value = member(object, name);
    if (!value.is_number_integer()) return std::nullopt;
    const auto seconds = value.get<std::int64_t>();
    if (seconds < 0 || seconds > last_second) return std::nullopt;
    return durable::Timestamp{std::chrono::seconds{seconds}};
}

std::string id_of(const json& object, const char* name) {
    const json& value = member(object, name);
    return value.is_object() ? text_of(value, "id") : text_of(object, name);
}

std::optional<StripeSubscription> subscription_of(const json& object) {
    StripeSubscription read;
    read.id = text_of(object, "id");
    if (read.id.empty()) return std::nullopt;
    const json& items = member(member(object, "items"), "data");
    const json& base = base_item(items);
    read.customer_id = id_of(object, "customer");
    read.organization_id = text_of(member(object, "metadata"), "organizationId");
    read.plan = text_of(member(object, "metadata"), "plan");
    read.status = text_of(object, "status");
    read.created = time_of(object, "created").value_or(durable::Timestamp{});
    read.ended_at = time_of(object, "ended_at");
    read.period_start = time_of(base, "current_period_start");
    read.period_end = time_of(base, "current_period_end");
    if (!read.period_start) read.period_start = time_of(object, "current_period_start");
    if (!read.period_end) read.period_end = time_of(object, "current_period_end");
    read.metered_item_id = metered_item(items);
    return read;
}

}  // namespace callflex::stripe

#include "activities/stripe/meter_requests.hpp"

#include "activities/vendor_json.hpp"

namespace callflex::stripe {
namespace {

using nlohmann::json;
using std::chrono::floor;

std::string unix_time(durable::Timestamp time) {
    return std::to_string(floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// Some API versions leave the code out.
bool is_duplicate(const json& error) {
    return text_of(error, "code") == "duplicate_meter_event" ||
           text_of(error, "message").find("event already exists with identifier") != std::string::npos;
}

}  // namespace

http::Request meter_event(const StripeConfig& config, const OverageReport& report, const std::string& key) {
    return writing(config, "/v1/billing/meter_events",
                   {{"event_name", config.meter_event_name},
                    {"payload[stripe_customer_id]", report.customer_id},
                    {"payload[value]", std::to_string(report.minutes)},
                    {"identifier", report.identifier},
                    {"timestamp", unix_time(report.stamp)}},
                   key);
}

Answer<OverageReported> read_meter_event(const http::Result& result) {
    if (result.ok()) return OverageReported{"accepted"};
    if (result.status() == 400 && is_duplicate(member(json_of(result), "error")))
        return OverageReported{"duplicate"};
    return failure_of(result);
}

http::Request usage_reading(const StripeConfig& config, const OverageReport& report) {
    const durable::Timestamp minute = floor<std::chrono::minutes>(report.stamp);
    return reading(config, "/v1/billing/meters/" + http::percent_encode(config.meter_id) + "/event_summaries",
                   {{"customer", report.customer_id},
                    {"start_time", unix_time(minute)},
                    {"end_time", unix_time(minute + std::chrono::minutes{1})}});
}

Answer<double> read_usage(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& summaries = member(answer, "data");
    if (!summaries.is_array()) return unreadable("summaries of the meter");
    double sum = 0;
    for (const json& summary : summaries) {
        const json& value = member(summary, "aggregated_value");
        if (!value.is_number()) return unreadable("numbers of the meter");
        sum += value.get<double>();
    }
    return sum;
}

}  // namespace callflex::stripe

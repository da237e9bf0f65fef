#include "api/ingress/line_desk.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "activities/database_text.hpp"
#include "activities/notify.hpp"
#include "activities/tenancy.hpp"
#include "api/ingress/start_once.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"
#include "workflows/notify.hpp"

namespace callflex::ingress {

namespace {

void log_problems(const std::string& organization_id, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems)
        spdlog::warn("settings of organization {}: {}", organization_id, problem);
}

}  // namespace

std::optional<LookedUpLine> look_up_line(pqxx::work& tx, const std::string& organization_id,
                                         const CallFacts& call) {
    act_for(tx, organization_id);
    const auto vapi_id = or_none(call.vapi_phone_number_id);
    const auto number = or_none(call.to_number);
    const auto rows = tx.exec_params(std::string{api::sql::incoming_line}, organization_id, or_null(vapi_id),
                                     or_null(number));
    if (rows.empty()) return std::nullopt;
    const auto row = rows[0];
    LookedUpLine out;
    out.period = row["period_start"].as<std::int64_t>() / 1'000'000;
    IncomingLine& line = out.line;
    line.organization_status = row["status"].as<std::string>();
    line.business = row["name"].as<std::string>();
    line.zone = TimeZone::find(row["time_zone"].as<std::string>()).value_or(TimeZone::utc());
    auto settings = read_organization_settings(row["settings"].as<std::string>());
    log_problems(organization_id, settings.problems);
    line.settings = std::move(settings.settings);
    line.included_minutes = row["included_minutes"].as<std::int64_t>();
    line.number_known = !row["routing"].is_null();
    auto routing = read_routing(line.number_known ? row["routing"].as<std::string>() : "");
    log_problems(organization_id, routing.problems);
    line.routing = std::move(routing.rules);
    if (!row["assistant_id"].is_null()) line.assistant_id = row["assistant_id"].as<std::string>();
    line.assistants = nlohmann::json::parse(row["assistants"].as<std::string>());
    // Whoever lets calls go on does not wait for the sum.
    if (line.settings.overage_policy != OveragePolicy::allow) {
        line.used_minutes =
            tx.exec_params1(std::string{api::sql::minutes_of_period}, organization_id)[0].as<std::int64_t>();
    }
    return out;
}

void warn_of_overage(pqxx::work& tx, durable::client::Client& client, const std::string& organization_id,
                     const LookedUpLine& looked_up) {
    const IncomingLine& line = looked_up.line;
    if (line.settings.overage_policy != OveragePolicy::warn || !beyond_included(line)) return;
    NotifyRequest message;
    message.organization_id = organization_id;
    message.subject = "Your included minutes are used up";
    message.text = fmt::format(
        "{}: the {} minutes included in this billing period are used up. Calls are still answered; minutes "
        "beyond are "
        "billed by your plan.",
        line.business, line.included_minutes);
    std::vector<durable::store::StartRequest> starts;
    const auto add = [&](const char* channel, const std::vector<std::string>& recipients) {
        for (std::size_t i = 0; i < recipients.size(); ++i) {
            message.key =
                fmt::format("overage-{}-{}-{}-{}", organization_id, looked_up.period, channel, i + 1);
            message.channel = channel;
            message.recipient = recipients[i];
            // About the organization's minutes: nothing in it is the caller's.
            starts.push_back(
                start_once(client, notify, message, organization_id, notify_id(message).value, {}));
        }
    };
    add("sms", line.settings.notify_sms);
    add("email", line.settings.notify_email);
    if (!starts.empty()) (void)client.start_many(tx, starts);
}

}  // namespace callflex::ingress

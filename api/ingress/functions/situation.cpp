#include "api/ingress/functions/situation.hpp"

#include <spdlog/spdlog.h>

#include "activities/database_text.hpp"
#include "activities/tenancy.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"

namespace callflex::ingress::functions {

namespace {

OrganizationSettings settings_of(const std::string& organization_id, const std::string& json) {
    SettingsReading reading = read_organization_settings(json);
    for (const std::string& problem : reading.problems) {
        spdlog::warn("settings of organization {}: {}", organization_id, problem);
    }
    return std::move(reading.settings);
}

}  // namespace

std::optional<Known> look_up(pqxx::work& tx, const std::string& organization_id, const CallFacts& call) {
    act_for_everybody(tx);
    const auto assistant = or_none(call.vapi_assistant_id);
    const auto number = or_none(call.vapi_phone_number_id);
    const auto rows = tx.exec_params(std::string{api::sql::call_situation}, organization_id,
                                     call.vapi_call_id, or_null(assistant), or_null(number));
    act_for_nobody(tx);
    act_for(tx, organization_id);
    if (rows.empty() || rows[0]["is_foreign"].as<bool>()) return std::nullopt;
    const auto row = rows[0];
    Known out;
    out.actions = row["actions"].as<std::int64_t>();
    Situation& situation = out.situation;
    situation.organization_id = organization_id;
    situation.business = row["name"].as<std::string>();
    situation.zone = TimeZone::find(row["time_zone"].as<std::string>()).value_or(TimeZone::utc());
    situation.settings = settings_of(organization_id, row["settings"].as<std::string>());
    if (!row["call_id"].is_null()) situation.call_id = row["call_id"].as<std::string>();
    situation.caller_number = call.direction == "outbound" ? call.to_number : call.from_number;
    return out;
}

}  // namespace callflex::ingress::functions

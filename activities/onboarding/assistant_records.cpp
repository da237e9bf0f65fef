#include <nlohmann/json.hpp>

#include "activities/database_text.hpp"
#include "activities/onboarding/organization_row.hpp"
#include "activities/onboarding/transactional_steps.hpp"
#include "activities/templates/catalogue.hpp"
#include "activities/templates/render.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::setup {
namespace {

templates::Template template_for(pqxx::work& tx, const std::string& slug) {
    auto found = templates::find_template(tx, slug);
    if (!found) refuse("TemplateNotFound", "there is no active template of that name");
    return *std::move(found);
}

templates::RenderedAssistant rendered(const templates::Template& source, const AssistantToPrepare& input,
                                      const OrganizationRow& organization) {
    try {
        const std::string variables = input.variables.is_null() ? "{}" : input.variables.json;
        return templates::render(source, variables,
                                 {.organization_id = input.organization_id,
                                  .name = organization.name,
                                  .time_zone = organization.time_zone,
                                  .settings_json = organization.settings,
                                  .api_url = {}});
    } catch (const templates::TemplateError& error) {
        refuse("TemplateRejected", error.what());
    }
}

}  // namespace

PreparedAssistant prepare_assistant(durable::TransactionalContext&, pqxx::work& tx,
                                    AssistantToPrepare input) {
    const OrganizationRow organization = organization_row(tx, input.organization_id);
    if (organization.assistants >= organization.assistants_max)
        refuse("PlanLimitReached", "the plan allows no further assistant");
    const templates::Template source = template_for(tx, input.template_slug);
    const templates::RenderedAssistant assistant = rendered(source, input, organization);
    const auto row = durable::exec1(tx, sql::onboarding_prepare_assistant, input.organization_id,
                                    storable(assistant.name), input.template_slug, assistant.variables_json,
                                    storable(assistant.prompt), storable(assistant.first_message),
                                    assistant.voice_json, nlohmann::json(assistant.functions).dump());
    if (row["made"].as<bool>()) templates::count_template_use(tx, input.template_slug);
    PreparedAssistant prepared;
    prepared.organization_id = input.organization_id;
    prepared.assistant_id = row["id"].as<std::string>();
    prepared.name = assistant.name;
    prepared.prompt = assistant.prompt;
    prepared.first_message = assistant.first_message;
    prepared.model = assistant.model;
    prepared.voice = durable::parse_payload(assistant.voice_json);
    prepared.functions = assistant.functions;
    prepared.prepared_at = durable::Timestamp{durable::Duration{row["prepared_at"].as<std::int64_t>()}};
    return prepared;
}

durable::Nothing record_assistant(durable::TransactionalContext&, pqxx::work& tx, AssistantEntry input) {
    durable::exec(tx, sql::onboarding_record_assistant, input.organization_id, input.assistant_id,
                  input.vapi_assistant_id);
    return {};
}

}  // namespace callflex::setup

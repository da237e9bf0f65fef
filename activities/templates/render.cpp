#include "activities/templates/render.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/call_text.hpp"
#include "activities/spoken.hpp"
#include "activities/templates/placeholders.hpp"
#include "activities/templates/tools.hpp"
#include "activities/templates/values.hpp"

namespace callflex::templates {

namespace {

using nlohmann::json;
using Values = std::map<std::string, CheckedValue>;

constexpr std::size_t name_max = 40;  // VAPI's limit

json object_of(std::string_view text) {
    json value = json::parse(text.empty() ? "{}" : text, nullptr, false);
    return value.is_object() ? value : json::object();
}

/// What the organization has told us already.
std::map<std::string, std::string> facts_by_name(const OrganizationFacts& organization) {
    std::map<std::string, std::string> out;
    if (!organization.name.empty()) out.emplace("businessName", json(organization.name).dump());
    if (!organization.time_zone.empty()) out.emplace("timeZone", json(organization.time_zone).dump());
    const json settings = object_of(organization.settings_json);
    const auto hours = settings.find("business_hours");
    if (hours != settings.end() && hours->is_object()) out.emplace("businessHours", hours->dump());
    return out;
}

/// Every placeholder has a variable; what is spoken first does not depend on something that may be missing.
void check_placeholders(const Template& source, const Values& values, std::vector<std::string>& problems) {
    const auto check = [&](std::string_view text, std::string_view where, bool must_have_value) {
        for (const std::string& name : placeholders(text, where, problems)) {
            const auto variable = std::ranges::find(source.variables, name, &Variable::name);
            if (variable == source.variables.end()) {
                problems.push_back(fmt::format("{}: {{{{{}}}}} is no variable of the template", where, name));
            } else if (must_have_value && !variable->required && !values.contains(name)) {
                problems.push_back(fmt::format("{}: {{{{{}}}}} has no value", where, name));
            }
        }
    };
    check(source.system_prompt, "system_prompt", false);
    check(source.first_message, "first_message", true);
}

void check_functions(const Template& source, std::vector<std::string>& problems) {
    for (const std::string& function : source.functions) {
        if (!is_function(function)) {
            problems.push_back(fmt::format("functions: {} is no function", one_line(function, 64)));
        }
    }
}

std::string assistant_name(const OrganizationFacts& organization, const Template& source) {
    const std::string tail = " - " + source.name;
    const std::string business = one_line(organization.name, 200);
    if (business.size() + tail.size() <= name_max) return business + tail;
    // The business' name tells more than the template's.
    std::string out = one_line(utf8_prefix(business + tail, name_max), name_max);
    while (out.ends_with('-') || out.ends_with(' ')) out.pop_back();
    return out;
}

std::string voice(const Template& source, const OrganizationFacts& organization) {
    json out = object_of(source.voice_json);
    const json settings = object_of(organization.settings_json);
    const auto own = settings.find("voice");
    if (own != settings.end() && own->is_object()) out.update(*own);
    return out.dump();
}

ToolServer tool_server(const OrganizationFacts& organization) {
    std::string base = organization.api_url;
    while (base.ends_with('/')) base.pop_back();
    return {fmt::format("{}/api/webhooks/vapi/{}", base, organization.organization_id),
            organization.credential_id};
}

}  // namespace

RenderedAssistant render(const Template& source, std::string_view variables_json,
                         const OrganizationFacts& organization) {
    std::vector<std::string> problems;
    const Values values =
        check_values(source.variables, variables_json, facts_by_name(organization), problems);
    check_placeholders(source, values, problems);
    check_functions(source, problems);
    if (!problems.empty()) throw TemplateError{std::move(problems)};

    std::map<std::string, std::string> spoken;
    json filled = json::object();
    for (const auto& [name, value] : values) {
        spoken.emplace(name, value.spoken);
        filled[name] = json::parse(value.json);
    }
    RenderedAssistant out;
    out.name = assistant_name(organization, source);
    out.prompt = fill(source.system_prompt, spoken);
    out.first_message = one_line(fill(source.first_message, spoken), 1000);
    out.functions = source.functions;
    out.variables_json = filled.dump();
    out.tools_json = tools_json(source.functions, tool_server(organization));
    out.voice_json = voice(source, organization);
    out.model = source.model;
    return out;
}

}  // namespace callflex::templates

#include "activities/templates/values.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/business_hours.hpp"
#include "activities/email_address.hpp"
#include "activities/phone_number.hpp"
#include "activities/spoken.hpp"

namespace callflex::templates {

namespace {

using nlohmann::json;

CheckedValue refused(std::string problem) {
    return {{}, {}, std::move(problem)};
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// VAPI fills in {{...}} and {%...%} of its own when the call begins: a value must not be able to.
bool holds_placeholder(std::string_view text) {
    return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

bool holds_control_characters(std::string_view text, bool lines) {
    return std::ranges::any_of(text, [lines](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && !(lines && (c == '\n' || c == '\t'))) || byte == 0x7f;
    });
}

std::string trimmed(std::string text) {
    const auto first = text.find_first_not_of(" \t\n\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

CheckedValue check_text(const Variable& variable, const json& value) {
    const bool lines = variable.kind == VariableKind::textarea;
    if (!value.is_string()) return refused("expected a text");
    const std::string text = trimmed(value.get<std::string>());
    if (text.empty()) return refused("expected a text that is not empty");
    if (characters(text) > variable.length_max) {
        return refused(fmt::format("expected at most {} characters", variable.length_max));
    }
    if (holds_control_characters(text, lines)) {
        return refused(lines ? "expected text without control characters" : "expected a text of one line");
    }
    if (holds_placeholder(text)) return refused("expected a text without {{ and {%");
    return {json(text).dump(), text, {}};
}

CheckedValue check_phone(const json& value) {
    const std::string number = value.is_string() ? normal_phone_number(value.get<std::string>()) : "";
    if (number.empty()) return refused("expected a telephone number such as +15550100200");
    return {json(number).dump(), spoken_phone(number), {}};
}

CheckedValue check_email(const json& value) {
    if (!value.is_string() || !is_email_address(value.get_ref<const std::string&>())) {
        return refused("expected an e-mail address such as office@example.com");
    }
    return {value.dump(), spoken_email(value.get_ref<const std::string&>()), {}};
}

CheckedValue check_hours(const json& value) {
    auto reading = read_business_hours(value, "hours");
    if (!reading.problems.empty()) return refused(fmt::format("{}", fmt::join(reading.problems, "; ")));
    return {value.dump(), spoken_hours(reading.hours), {}};
}

std::string one_of(const Variable& variable) {
    return fmt::format("{}", fmt::join(variable.options, ", "));
}

CheckedValue check_select(const Variable& variable, const json& value) {
    if (!value.is_string() ||
        std::ranges::find(variable.options, value.get<std::string>()) == variable.options.end()) {
        return refused("expected one of: " + one_of(variable));
    }
    return {value.dump(), value.get<std::string>(), {}};
}

CheckedValue check_multiselect(const Variable& variable, const json& value) {
    std::vector<std::string> chosen;
    bool good = value.is_array() && !(variable.required && value.empty());
    for (std::size_t i = 0; good && i < value.size(); ++i) {
        const auto* option = value[i].get_ptr<const std::string*>();
        good = option != nullptr && std::ranges::find(variable.options, *option) != variable.options.end();
        if (good && std::ranges::find(chosen, *option) == chosen.end()) chosen.push_back(*option);
    }
    if (!good) return refused("expected a list of: " + one_of(variable));
    return {json(chosen).dump(), spoken_list(chosen), {}};
}

CheckedValue check(const Variable& variable, const json& value) {
    switch (variable.kind) {
        case VariableKind::text:
        case VariableKind::textarea:
            return check_text(variable, value);
        case VariableKind::phone:
            return check_phone(value);
        case VariableKind::email:
            return check_email(value);
        case VariableKind::hours:
            return check_hours(value);
        case VariableKind::select:
            return check_select(variable, value);
        case VariableKind::multiselect:
            return check_multiselect(variable, value);
    }
    return refused("is of an unknown kind");
}

bool is_given(const json& value) {
    return !value.is_null() && !(value.is_string() && trimmed(value.get<std::string>()).empty());
}

}  // namespace

CheckedValue check_value(const Variable& variable, std::string_view value_json) {
    const json value = json::parse(value_json, nullptr, false);
    return value.is_discarded() ? refused("is not JSON") : check(variable, value);
}

std::map<std::string, CheckedValue> check_values(const std::vector<Variable>& variables,
                                                 std::string_view values_json,
                                                 const std::map<std::string, std::string>& fallbacks,
                                                 std::vector<std::string>& problems) {
    std::map<std::string, CheckedValue> out;
    const json values = json::parse(values_json.empty() ? "{}" : values_json, nullptr, false);
    if (!values.is_object()) {
        problems.emplace_back("variables: expected an object of names and values");
        return out;
    }
    for (const auto& [name, unused] : values.items()) {
        if (std::ranges::find(variables, name, &Variable::name) == variables.end()) {
            problems.push_back(fmt::format("{}: the template has no such variable", one_line(name, 64)));
        }
    }
    for (const Variable& variable : variables) {
        const auto given = values.find(variable.name);
        const auto fallback = fallbacks.find(variable.name);
        CheckedValue checked;
        if (given != values.end() && is_given(*given)) {
            checked = check(variable, *given);
        } else if (fallback != fallbacks.end()) {
            checked = check_value(variable, fallback->second);
        } else if (variable.default_json) {
            checked = check_value(variable, *variable.default_json);
        } else {
            if (variable.required) {
                problems.push_back(fmt::format("{}: is required ({}, {})", variable.name, variable.title,
                                               name(variable.kind)));
            }
            continue;
        }
        if (!checked.problem.empty())
            problems.push_back(fmt::format("{}: {}", variable.name, checked.problem));
        out.emplace(variable.name, std::move(checked));
    }
    return out;
}

}  // namespace callflex::templates

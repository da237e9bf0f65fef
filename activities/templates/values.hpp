#pragma once
// What a business fills in, checked against the kind of each variable, and as it is said. Pure.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "activities/templates/template.hpp"

namespace callflex::templates {

struct CheckedValue {
    std::string json;     ///< normalised: a phone number in E.164, options once each
    std::string spoken;   ///< what stands in the prompt
    std::string problem;  ///< what is expected instead; empty: the value is good
};

[[nodiscard]] CheckedValue check_value(const Variable& variable, std::string_view value_json);

/// By name; a variable without an entry has no value. Problems (a line each, "name: ...") are appended to
/// `problems`. `fallbacks`: JSON values by name, for variables that are not given, before their defaults.
[[nodiscard]] std::map<std::string, CheckedValue> check_values(
    const std::vector<Variable>& variables, std::string_view values_json,
    const std::map<std::string, std::string>& fallbacks, std::vector<std::string>& problems);

}  // namespace callflex::templates

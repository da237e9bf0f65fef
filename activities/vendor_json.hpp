#pragma once
// Reading vendors' JSON without trusting it: what is not there, or is of another type, reads as nothing.

#include <nlohmann/json.hpp>
#include <string>

#include "activities/http/message.hpp"

namespace callflex {

/// The body of an answer; null when there is none or it is no JSON.
[[nodiscard]] inline nlohmann::json json_of(const http::Result& result) {
    if (!result.response) return nullptr;
    auto value = nlohmann::json::parse(result.response->body, nullptr, false);
    return value.is_discarded() ? nlohmann::json{} : value;
}

/// A member of an object; null when absent. The reference lives as long as `value`.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& value, const char* name) {
    static const nlohmann::json nothing;
    if (!value.is_object()) return nothing;
    const auto found = value.find(name);
    return found == value.end() ? nothing : *found;
}

/// "" when absent or no string.
[[nodiscard]] inline std::string text_of(const nlohmann::json& object, const char* name) {
    const nlohmann::json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

}  // namespace callflex

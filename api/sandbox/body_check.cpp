#include "api/sandbox/body_check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace callflex::sandbox {

using nlohmann::json;

BodyCheck::BodyCheck(const json& object, std::vector<std::string>& problems, std::string path)
    : object_(object), problems_(problems), path_(std::move(path)) {
    if (!object_.is_object()) problem("must be an object");
}

const json* BodyCheck::find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

BodyCheck& BodyCheck::only(const std::vector<std::string>& names) {
    if (!object_.is_object()) return *this;
    for (const auto& [name, value] : object_.items()) {
        if (std::ranges::find(names, name) == names.end())
            problem(fmt::format("property {} should not exist", name));
    }
    return *this;
}

BodyCheck& BodyCheck::required(const char* name) {
    if (find(name) == nullptr) problem(fmt::format("{} should not be empty", name));
    return *this;
}

BodyCheck& BodyCheck::text(const char* name, std::size_t characters_max) {
    const json* value = find(name);
    if (value == nullptr) return *this;
    if (!value->is_string()) {
        problem(fmt::format("{} must be a string", name));
    } else if (script_length(value->get<std::string>()) > characters_max) {
        problem(fmt::format("{} must be shorter than or equal to {} characters", name, characters_max));
    }
    return *this;
}

BodyCheck& BodyCheck::one_of(const char* name, const std::vector<std::string>& values) {
    const json* value = find(name);
    if (value == nullptr) return *this;
    if (!value->is_string() || std::ranges::find(values, value->get<std::string>()) == values.end())
        problem(fmt::format("{} must be one of the following values: {}", name, fmt::join(values, ", ")));
    return *this;
}

BodyCheck& BodyCheck::list_of(const char* name, const std::vector<std::string>& values) {
    const json* list = find(name);
    if (list == nullptr) return *this;
    if (!list->is_array()) {
        problem(fmt::format("{} must be an array", name));
        return *this;
    }
    for (const json& entry : *list) {
        if (!entry.is_string() || std::ranges::find(values, entry.get<std::string>()) == values.end())
            problem(fmt::format("each value in {} must be one of the following values: {}", name,
                                fmt::join(values, ", ")));
    }
    return *this;
}

BodyCheck& BodyCheck::number(const char* name, double least, double most) {
    const json* value = find(name);
    if (value == nullptr) return *this;
    if (!value->is_number() || value->get<double>() < least || value->get<double>() > most)
        problem(fmt::format("{} must be a number from {} to {}", name, least, most));
    return *this;
}

BodyCheck& BodyCheck::boolean(const char* name) {
    const json* value = find(name);
    if (value != nullptr && !value->is_boolean()) problem(fmt::format("{} must be a boolean value", name));
    return *this;
}

BodyCheck& BodyCheck::object(const char* name) {
    const json* value = find(name);
    if (value != nullptr && !value->is_object()) problem(fmt::format("{} must be an object", name));
    return *this;
}

BodyCheck& BodyCheck::url(const char* name) {
    const json* value = find(name);
    if (value == nullptr) return *this;
    const std::string text = value->is_string() ? value->get<std::string>() : std::string{};
    const bool good = (text.starts_with("https://") || text.starts_with("http://")) &&
                      text.find_first_of(" \t\r\n") == std::string::npos;
    if (!good) problem(fmt::format("{} must be a URL address", name));
    return *this;
}

BodyCheck& BodyCheck::uuid(const char* name) {
    const json* value = find(name);
    if (value != nullptr && (!value->is_string() || !is_uuid(value->get<std::string>())))
        problem(fmt::format("{} must be a UUID", name));
    return *this;
}

bool is_uuid(const std::string& text) {
    constexpr std::string_view digits = "0123456789abcdefABCDEF";
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : digits.find(text[i]) == std::string_view::npos) return false;
    }
    return true;
}

bool is_e164(const std::string& text) {
    return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
           std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t script_length(const std::string& text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) units += byte >= 0xF0U ? 2 : 1;
    }
    return units;
}

Reply vapi_error(int status, const json& message) {
    return json_reply(
        status,
        {{"statusCode", status}, {"message", message}, {"error", status < 500 ? "Bad Request" : "Error"}});
}

std::string text_member(const json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string made_up_uuid(std::uint64_t kind, std::uint64_t number) {
    return fmt::format("5a5db0c5-{:04x}-4000-8000-{:012x}", kind, number);
}

}  // namespace callflex::sandbox

#include "api/ingress/json_reader.hpp"

#include <fmt/format.h>
#include <cmath>

#include "api/ingress/text.hpp"

namespace callflex::ingress {

namespace {

std::string found(std::string_view expected, const nlohmann::json& value) {
    return fmt::format("expected {}, found {}", expected, value.type_name());
}

}  // namespace

FieldError::FieldError(const std::string& path, std::string_view problem)
    : std::runtime_error{fmt::format("{}: {}", path.empty() ? "body" : path, problem)} {}

const nlohmann::json* JsonReader::member(const char* name) const {
    if (node_ == nullptr || !node_->is_object()) return nullptr;
    const auto found_at = node_->find(name);
    return found_at == node_->end() || found_at->is_null() ? nullptr : &*found_at;
}

std::string JsonReader::path_to(const char* name) const {
    return path_.empty() ? std::string{name} : fmt::format("{}.{}", path_, name);
}

bool JsonReader::has_object(const char* name) const {
    const auto* value = member(name);
    return value != nullptr && value->is_object();
}

JsonReader JsonReader::object(const char* name) const {
    const auto* value = member(name);
    if (value != nullptr && !value->is_object()) throw FieldError{path_to(name), found("object", *value)};
    return {value, path_to(name)};
}

std::optional<std::string> JsonReader::text(const char* name) const {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) throw FieldError{path_to(name), found("string", *value)};
    return storable(value->get_ref<const std::string&>());
}

std::optional<double> JsonReader::number(const char* name) const {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) throw FieldError{path_to(name), found("number", *value)};
    const double number = value->get<double>();
    if (!std::isfinite(number) || std::abs(number) > 1e15)
        throw FieldError{path_to(name), "the number is too large"};
    return number;
}

std::optional<durable::Timestamp> JsonReader::time(const char* name) const {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) {
        return durable::Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(*number(name))}};
    }
    if (!value->is_string()) throw FieldError{path_to(name), found("string", *value)};
    const auto time = parse_time(value->get_ref<const std::string&>());
    if (!time) throw FieldError{path_to(name), "expected an RFC 3339 time such as 2026-11-21T10:15:02.000Z"};
    return time;
}

std::vector<JsonReader> JsonReader::objects(const char* name) const {
    const auto* value = member(name);
    if (value == nullptr) return {};
    if (!value->is_array()) throw FieldError{path_to(name), found("array", *value)};
    std::vector<JsonReader> out;
    out.reserve(value->size());
    for (const auto& element : *value) {
        std::string path = fmt::format("{}[{}]", path_to(name), out.size());
        if (!element.is_object()) throw FieldError{path, found("object", element)};
        out.push_back(JsonReader{&element, std::move(path)});
    }
    return out;
}

}  // namespace callflex::ingress

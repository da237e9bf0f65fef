#include "tests/contracts/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "activities/vapi/limits.hpp"
#include "api/sandbox/exchange.hpp"

namespace test {
namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

bool is_of_type(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "null") return value.is_null();
    throw std::runtime_error("a contract names an unknown type: " + type);
}

void check(const json& schema, const json& value, const std::string& path, Lines& wrong);

void check_type(const json& type, const json& value, const std::string& path, Lines& wrong) {
    const auto fits = [&](const json& name) { return is_of_type(value, name.get<std::string>()); };
    const bool good = type.is_array() ? std::ranges::any_of(type, fits) : fits(type);
    if (!good) wrong.push_back(path + ": is no " + type.dump());
}

void check_object(const json& schema, const json& value, const std::string& path, Lines& wrong) {
    const json properties = schema.value("properties", json::object());
    for (const json& name : schema.value("required", json::array())) {
        if (!value.contains(name.get<std::string>()))
            wrong.push_back(path + "." + name.get<std::string>() + ": is missing");
    }
    for (const auto& [name, member] : value.items()) {
        if (properties.contains(name)) {
            check(properties[name], member, path + "." + name, wrong);
        } else if (schema.value("additionalProperties", true) == false) {
            wrong.push_back(path + "." + name + ": is not known to the vendor");
        }
    }
}

void check_array(const json& schema, const json& value, const std::string& path, Lines& wrong) {
    if (value.size() < schema.value("minItems", std::size_t{0}))
        wrong.push_back(path + ": has too few items");
    if (value.size() > schema.value("maxItems", value.size())) wrong.push_back(path + ": has too many items");
    for (std::size_t i = 0; schema.contains("items") && i < value.size(); ++i)
        check(schema["items"], value[i], fmt::format("{}[{}]", path, i), wrong);
}

void check_text(const json& schema, const json& value, const std::string& path, Lines& wrong) {
    const auto text = value.get<std::string>();
    const std::size_t length = callflex::vapi::characters_in(text);
    if (length < schema.value("minLength", std::size_t{0})) wrong.push_back(path + ": is too short");
    if (length > schema.value("maxLength", length)) wrong.push_back(path + ": is too long");
    if (schema.contains("pattern") &&
        !std::regex_search(text, std::regex{schema["pattern"].get<std::string>()}))
        wrong.push_back(path + ": has not the form " + schema["pattern"].get<std::string>());
}

void check(const json& schema, const json& value, const std::string& path, Lines& wrong) {
    if (schema.contains("type")) check_type(schema["type"], value, path, wrong);
    if (schema.contains("const") && schema["const"] != value)
        wrong.push_back(path + ": is not the one value");
    if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end())
        wrong.push_back(path + ": is not one of the values");
    if (value.is_object()) check_object(schema, value, path, wrong);
    if (value.is_array()) check_array(schema, value, path, wrong);
    if (value.is_string()) check_text(schema, value, path, wrong);
    if (!value.is_number()) return;
    const double number = value.get<double>();
    if (number < schema.value("minimum", number)) wrong.push_back(path + ": is too small");
    if (number > schema.value("maximum", number)) wrong.push_back(path + ": is too large");
}

json load(const std::string& contract) {
    std::ifstream file{CALLFLEX_SOURCE_DIR "/tests/contracts/vendors/" + contract + ".json"};
    if (!file) throw std::runtime_error("there is no contract " + contract);
    return json::parse(file);
}

json decoded(std::string_view form) {
    json object = json::object();
    for (const auto& [name, value] : callflex::sandbox::decode_form(form)) object[name] = value;
    return object;
}

bool matches(const std::string& text, const std::string& expression) {
    return std::regex_match(text, std::regex{expression});
}

void check_headers(const json& contract, const callflex::http::Request& request, Lines& wrong) {
    const json expected = contract.value("headers", json::object());
    for (const auto& [name, expression] : expected.items()) {
        const auto found = std::ranges::find_if(request.headers, [&](const auto& header) {
            return callflex::http::same_header_name(header.name, name);
        });
        if (found == request.headers.end()) {
            wrong.push_back("header " + name + ": is missing");
        } else if (!matches(found->value, expression.get<std::string>())) {
            wrong.push_back("header " + name + ": has not the form " + expression.get<std::string>());
        }
    }
    for (const auto& header : request.headers) {
        if (callflex::http::same_header_name(header.name, "Authorization") &&
            !expected.contains("Authorization"))
            wrong.push_back("header Authorization: a credential that the vendor must not get");
    }
}

void check_body(const json& contract, const callflex::http::Request& request, Lines& wrong) {
    if (contract.contains("json")) {
        const json body = json::parse(request.body, nullptr, false);
        if (body.is_discarded()) return wrong.push_back("body: is no JSON");
        check(contract["json"], body, "body", wrong);
    } else if (contract.contains("form")) {
        check(contract["form"], decoded(request.body), "body", wrong);
    } else if (!request.body.empty()) {
        wrong.push_back("body: should be empty");
    }
}

}  // namespace

Lines violations(const json& schema, const json& value) {
    Lines wrong;
    check(schema, value, "value", wrong);
    return wrong;
}

Lines breaches(const std::string& name, const callflex::http::Request& request,
               const std::string& base_path) {
    const json contract = load(name);
    Lines wrong;
    const std::string& target = request.url.target;
    const auto question = target.find('?');
    const std::string path = target.substr(0, question);
    if (json(request.method) != contract["method"]) wrong.push_back("method: is " + request.method);
    if (!path.starts_with(base_path) ||
        !matches(path.substr(base_path.size()), contract["path"].get<std::string>()))
        wrong.push_back("path: has not the form " + contract["path"].get<std::string>());
    if (request.idempotent != contract["repeatable"].get<bool>())
        wrong.push_back("the client is wrong about whether it may be repeated");
    check_headers(contract, request, wrong);
    check(contract.value("query", json{{"type", "object"}, {"additionalProperties", false}}),
          decoded(question == std::string::npos ? "" : std::string_view{target}.substr(question + 1)),
          "query", wrong);
    check_body(contract, request, wrong);
    return wrong;
}

}  // namespace test

#include "api/cli/search_attributes.hpp"

#include <fmt/format.h>

#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"
#include "engine/search/moments.hpp"
#include "engine/workflow/codec.hpp"

namespace callflex::cli {
namespace {

using durable::SearchAttribute;
using durable::SearchType;

[[noreturn]] void wrong(const std::string& key, SearchType type) {
    throw CommandError(
        exit_usage,
        fmt::format("the search attribute {} is of type {}", key, boost::describe::enum_to_string(type, "")),
        "see the keys and types: callflex workflow describe");
}

SearchType type_of_new(const Json& value) {
    if (value.is_boolean()) return SearchType::boolean;
    if (value.is_number_integer()) return SearchType::integer;
    if (value.is_number()) return SearchType::number;
    if (value.is_array()) return SearchType::strings;
    return SearchType::string;
}

bool fits(const Json& value, SearchType type) {
    switch (type) {
        case SearchType::boolean:
            return value.is_boolean();
        case SearchType::integer:
            return value.is_number_integer();
        case SearchType::number:
            return value.is_number();
        case SearchType::strings:
            return value.is_array();
        default:
            return true;
    }
}

SearchAttribute typed(const std::string& key, SearchType type, const std::string& text, const Json& value) {
    if (!fits(value, type)) wrong(key, type);
    if (type == SearchType::string) return {key, type, {durable::encode(text)}};
    if (type != SearchType::timestamp) return {key, type, {durable::Payload{value.dump()}}};
    const auto moment = durable::search::parse_moment(text, local_now());
    if (!moment) wrong(key, type);
    return {key, type, {durable::encode(*moment)}};
}

}  // namespace

void add_attribute_option(CLI::App& app, std::optional<std::vector<std::string>>& attributes) {
    app.add_option("--attribute,-a", attributes,
                   "Search attribute: OrganizationId=org-7; again for more. Lists find the run by it")
        ->type_name("KEY=VALUE");
}

std::vector<SearchAttribute> parse_attributes(const std::vector<std::string>& texts,
                                              const durable::search::SearchCatalog& known) {
    std::vector<SearchAttribute> attributes;
    for (const std::string& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw CommandError(exit_usage, text + " is no search attribute",
                               "--attribute OrganizationId=org-7");
        }
        const std::string key = text.substr(0, equals);
        const std::string value = text.substr(equals + 1);
        Json json = Json::parse(value, nullptr, false);
        if (json.is_discarded()) json = value;
        const auto found = known.find(key);
        attributes.push_back(
            typed(key, found != known.end() ? found->second : type_of_new(json), value, json));
    }
    if (const std::string problem = durable::problem_with(attributes); !problem.empty()) {
        throw CommandError(exit_usage, "the start has " + problem);
    }
    return attributes;
}

std::string attribute_text(const SearchAttribute& attribute) {
    if (attribute.type == SearchType::string) return durable::decode<std::string>(attribute.value);
    if (attribute.type == SearchType::timestamp) {
        return durable::client::iso_time(durable::decode<durable::Timestamp>(attribute.value));
    }
    if (attribute.type != SearchType::strings) return attribute.value.json;
    std::string text;
    for (const auto& element : durable::decode<std::vector<std::string>>(attribute.value)) {
        text += (text.empty() ? "" : ", ") + element;
    }
    return text;
}

Json to_json(const std::vector<SearchAttribute>& attributes) {
    Json json = Json::object();
    for (const SearchAttribute& attribute : attributes) {
        if (attribute.type == SearchType::timestamp) {
            json[attribute.key] = json_time(durable::decode<durable::Timestamp>(attribute.value));
        } else {
            json[attribute.key] = to_json(static_cast<const durable::Payload&>(attribute.value));
        }
    }
    return json;
}

}  // namespace callflex::cli

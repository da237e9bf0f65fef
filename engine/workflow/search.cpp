#include "engine/workflow/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/workflow/codec.hpp"

namespace durable {
namespace {

constexpr std::array<std::string_view, 23> reserved{
    "and",       "or",       "not",   "in",    "between",    "null",        "order",  "by",
    "asc",       "desc",     "true",  "false", "is",         "starts_with", "status", "starttime",
    "closetime", "duration", "runid", "type",  "workflowid", "tenant",      "queue"};
constexpr std::array<std::string_view, 12> reserved_facts{
    "parent", "parentrun",       "blocked",    "blockedreason",   "blockedkind", "retryingactivity",
    "paused", "pendingactivity", "waitingfor", "cancelrequested", "chain",       "build"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_word(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

std::string problem_with_key(std::string_view key) {
    if (key.empty() || key.size() > search_key_bytes_max) return "a search key that has not 1 to 100 bytes";
    if (!is_letter(key.front()) || !std::ranges::all_of(key, is_word)) {
        return "a search key that is not a letter followed by letters, digits and _";
    }
    if (is_reserved_search_key(key)) return "a search key that is a word of the filter language";
    return {};
}

std::string problem_with_text(const std::string& text) {
    return text.size() > search_text_bytes_max ? "a search value of more than 1000 bytes" : "";
}

std::string problem_with_list(const std::vector<std::string>& list) {
    if (list.size() > search_list_elements_max) return "a search value of more than 100 strings";
    const auto bad =
        std::ranges::find_if(list, [](const auto& text) { return !problem_with_text(text).empty(); });
    return bad == list.end() ? "" : problem_with_text(*bad);
}

/// Throws DecodeError if the value is of another type.
std::string problem_with_value(const SearchAttribute& attribute) {
    switch (attribute.type) {
        case SearchType::string:
            return problem_with_text(decode<std::string>(attribute.value));
        case SearchType::boolean:
            static_cast<void>(decode<bool>(attribute.value));
            return {};
        case SearchType::integer:
            static_cast<void>(decode<std::int64_t>(attribute.value));
            return {};
        case SearchType::number:
            return std::isfinite(decode<double>(attribute.value)) ? "" : "a search value that is not finite";
        case SearchType::timestamp:
            static_cast<void>(decode<Timestamp>(attribute.value));
            return {};
        case SearchType::strings:
            return problem_with_list(decode<std::vector<std::string>>(attribute.value));
    }
    return "a search value of no known type";
}

}  // namespace

std::string problem_with(const SearchAttribute& attribute) {
    if (std::string problem = problem_with_key(attribute.key); !problem.empty()) return problem;
    if (attribute.value.is_null()) return {};
    try {
        return problem_with_value(attribute);
    } catch (const DecodeError&) {
        return "a search value that is no " + encode(attribute.type).json;
    }
}

std::string problem_with(const std::vector<SearchAttribute>& attributes) {
    if (attributes.size() > search_attributes_max) return "more than 64 search attributes";
    for (auto it = attributes.begin(); it != attributes.end(); ++it) {
        if (std::string problem = problem_with(*it); !problem.empty()) return problem;
        const auto same = [&](const SearchAttribute& other) { return other.key == it->key; };
        if (std::any_of(attributes.begin(), it, same)) return "the search key " + it->key + " twice";
    }
    return {};
}

bool is_reserved_search_key(std::string_view key) {
    std::string lowered{key};
    std::ranges::transform(lowered, lowered.begin(), lower);
    return std::ranges::find(reserved, lowered) != reserved.end() ||
           std::ranges::find(reserved_facts, lowered) != reserved_facts.end();
}

void put_attribute(std::vector<SearchAttribute>& attributes, SearchAttribute attribute) {
    const auto known = std::ranges::find(attributes, attribute.key, &SearchAttribute::key);
    if (attribute.value.is_null()) {
        if (known != attributes.end()) attributes.erase(known);
    } else if (known != attributes.end()) {
        *known = std::move(attribute);
    } else {
        attributes.push_back(std::move(attribute));
    }
}

namespace detail {

Payload search_value(const std::string& value) {
    return encode(value);
}
Payload search_value(bool value) {
    return encode(value);
}
Payload search_value(std::int64_t value) {
    return encode(value);
}
Payload search_value(double value) {
    return encode(value);
}
Payload search_value(Timestamp value) {
    return encode(value);
}
Payload search_value(const std::vector<std::string>& value) {
    return encode(value);
}

}  // namespace detail
}  // namespace durable

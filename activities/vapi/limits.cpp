#include "activities/vapi/limits.hpp"

#include <algorithm>

#include "engine/workflow/ids.hpp"

namespace callflex::vapi {
namespace {

/// Of the character that begins with this byte; 0 for a byte in the middle of one.
std::size_t code_units(char first_byte) {
    const auto byte = static_cast<unsigned char>(first_byte);
    if ((byte & 0xC0U) == 0x80U) return 0;
    return byte >= 0xF0U ? 2 : 1;
}

}  // namespace

std::size_t characters_in(std::string_view utf8) {
    std::size_t units = 0;
    for (const char byte : utf8) units += code_units(byte);
    return units;
}

std::string short_name(std::string_view name) {
    std::size_t units = 0;
    std::size_t end = 0;
    for (; end < name.size(); ++end) {
        units += code_units(name[end]);
        if (units > name_characters_max) break;
    }
    std::string_view cut = name.substr(0, end);
    while (cut.ends_with(' ') || cut.ends_with('-')) cut.remove_suffix(1);
    return std::string{cut};
}

bool is_function_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    return !name.empty() && name.size() <= function_name_characters_max && std::ranges::all_of(name, allowed);
}

bool is_id(std::string_view text) {
    return durable::Uuid::parse(std::string{text}).has_value();
}

}  // namespace callflex::vapi

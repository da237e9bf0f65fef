#include "api/sandbox/html.hpp"

#include <cstdint>

namespace callflex::sandbox {
namespace {

constexpr std::string_view unknown = "\xEF\xBF\xBD";

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  ///< 0: no UTF-8 here
};

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

std::size_t announced_length(unsigned first) {
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first < 0xE0U) return 2;
    if (first >= 0xE0U && first < 0xF0U) return 3;
    if (first >= 0xF0U && first < 0xF5U) return 4;
    return 0;
}

Character character_at(std::string_view text, std::size_t at) {
    constexpr std::uint32_t least[]{0, 0, 0x80, 0x800, 0x10000};
    const unsigned first = byte_at(text, at);
    const std::size_t length = announced_length(first);
    if (length == 0 || at + length > text.size()) return {};
    if (length == 1) return {first, 1};
    std::uint32_t code = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const unsigned next = byte_at(text, at + i);
        if ((next & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (next & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[length] || code > 0x10FFFF || surrogate) return {};
    return {code, length};
}

bool is_confusing(std::uint32_t code) {
    const bool second_controls = code >= 0x80 && code <= 0x9F;
    const bool turns_direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
                                 code == 0x200E || code == 0x200F;
    return second_controls || turns_direction || code == 0x2028 || code == 0x2029;
}

/// U+2400 and following: a picture for each control character.
std::string picture_of(std::uint32_t code) {
    const auto last = static_cast<char>(0x80U + (code == 0x7F ? 0x21U : code));
    return std::string{"\xE2\x90"} + last;
}

std::string_view escaped(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string html(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0; at < text.size();) {
        const Character next = character_at(text, at);
        const std::string_view here = text.substr(at, next.bytes);
        at += next.bytes == 0 ? 1 : next.bytes;
        if (next.bytes == 0 || is_confusing(next.code)) {
            out += unknown;
        } else if ((next.code < 0x20 && next.code != '\n') || next.code == 0x7F) {
            out += picture_of(next.code);
        } else if (const auto safe = escaped(here.front()); !safe.empty()) {
            out += safe;
        } else {
            out += here;
        }
    }
    return out;
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string{text};
    std::size_t end = bytes_max;
    while (end > 0 && (byte_at(text, end) & 0xC0U) == 0x80U) --end;
    return std::string{text.substr(0, end)} + "…";
}

}  // namespace callflex::sandbox

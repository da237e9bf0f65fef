#include "api/cli/text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace callflex::cli {
namespace {

/// One character of UTF-8 text; a byte that begins none stands for itself.
struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
};

Character character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t first = byte(at);
    std::size_t length = 1;
    std::uint32_t code = first;
    if (first >= 0xF0) {
        length = 4;
        code = first & 0x07U;
    } else if (first >= 0xE0) {
        length = 3;
        code = first & 0x0FU;
    } else if (first >= 0xC0) {
        length = 2;
        code = first & 0x1FU;
    }
    if (at + length > text.size()) return {first, 1};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) return {first, 1};
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    return {code, length};
}

bool is_dangerous(std::uint32_t code) {
    const bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F);
    const bool reorders = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
                          code == 0x200E || code == 0x200F || code == 0x061C;
    return control || reorders;
}

template <class Keep>
std::string replace_dangerous(std::string_view text, Keep keep) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (!is_dangerous(character.code) || keep(character.code)) {
            result += text.substr(at, character.bytes);
        } else if (character.code == '\n') {
            result += "\\n";
        } else if (character.code == '\t') {
            result += "\\t";
        } else {
            result += fmt::format("\\u{:04x}", character.code);
        }
        at += character.bytes;
    }
    return result;
}

}  // namespace

std::string harmless(std::string_view text) {
    return replace_dangerous(text, [](std::uint32_t) { return false; });
}

std::string harmless_json(std::string_view json) {
    return replace_dangerous(json, [](std::uint32_t code) { return code == '\n'; });
}

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); at += character_at(text, at).bytes) ++columns;
    return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
    if (width(text) <= columns) return std::string{text};
    std::size_t at = 0;
    for (std::size_t taken = 0; taken + 1 < columns; ++taken) at += character_at(text, at).bytes;
    return std::string{text.substr(0, at)} + "…";
}

std::string padded(std::string_view text, std::size_t columns) {
    const std::size_t used = width(text);
    return std::string{text} + std::string(used < columns ? columns - used : 0, ' ');
}

std::string Style::operator()(Color color, std::string_view text) const {
    if (!enabled_ || color == Color::plain || text.empty()) return std::string{text};
    const char* code = "1";
    switch (color) {
        case Color::plain:
        case Color::bold:
            code = "1";
            break;
        case Color::dim:
            code = "2";
            break;
        case Color::red:
            code = "31";
            break;
        case Color::green:
            code = "32";
            break;
        case Color::yellow:
            code = "33";
            break;
        case Color::blue:
            code = "34";
            break;
        case Color::cyan:
            code = "36";
            break;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace callflex::cli

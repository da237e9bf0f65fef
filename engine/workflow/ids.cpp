#include "engine/workflow/ids.hpp"

namespace durable {
namespace {

constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};

bool is_dash(std::size_t position) {
    for (const std::size_t dash : dashes) {
        if (position == dash) return true;
    }
    return false;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string Uuid::to_string() const {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (const std::uint8_t byte : bytes) {
        if (is_dash(text.size())) text += '-';
        text += hex[byte >> 4];
        text += hex[byte & 15];
    }
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid uuid;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        std::uint8_t& byte = uuid.bytes[nibble++ / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | value);
    }
    return uuid;
}

}  // namespace durable

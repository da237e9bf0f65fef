#include "engine/store/text_arrays.hpp"

#include <stdexcept>

namespace durable::store {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += hex_digits[byte >> 4U];
        out += hex_digits[byte & 15U];
    }
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw std::invalid_argument("not the text form of a bytea value");
}

}  // namespace

void TextArray::separate() {
    if (text_.size() > 1) text_ += ',';
}

void TextArray::add(std::string_view text) {
    separate();
    text_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
}

void TextArray::add_bytes(std::string_view bytes) {
    separate();
    text_ += R"("\\x)";
    append_hex(text_, bytes);
    text_ += '"';
}

void TextArray::add(const Uuid& id) {
    separate();
    text_ += id.to_string();
}

void TextArray::add(std::int64_t number) {
    separate();
    text_ += std::to_string(number);
}

void TextArray::add(bool flag) {
    separate();
    text_ += flag ? 't' : 'f';
}

void TextArray::add_null() {
    separate();
    text_ += "NULL";
}

std::string bytea_text(std::string_view bytes) {
    std::string text = "\\x";
    append_hex(text, bytes);
    return text;
}

std::string bytes_of(std::string_view text) {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) {
        throw std::invalid_argument("not the text form of a bytea value");
    }
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 2; i < text.size(); i += 2) {
        bytes += static_cast<char>(hex_value(text[i]) * 16 + hex_value(text[i + 1]));
    }
    return bytes;
}

Uuid uuid_of(std::string_view text) {
    const auto id = Uuid::parse(text);
    if (!id) throw std::invalid_argument("not a UUID: " + std::string{text});
    return *id;
}

}  // namespace durable::store

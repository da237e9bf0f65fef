#include "engine/workflow/json_reader.hpp"

#include <utility>

#include "engine/workflow/json_writer.hpp"

namespace durable {
namespace {

std::string describe(const std::string& path, const std::string& problem) {
    return path.empty() ? problem : path + ": " + problem;
}

std::string_view kind_name(JsonReader::Kind kind) {
    constexpr std::array<std::string_view, 6> names{"null", "boolean", "number", "string", "array", "object"};
    return names[static_cast<std::size_t>(kind)];
}

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The four hexadecimal digits at the beginning of `text`; -1 if they are not there.
int hex4(std::string_view text) {
    if (text.size() < 4) return -1;
    int value = 0;
    for (const char c : text.substr(0, 4)) {
        const int digit = hex_value(c);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

bool is_high_surrogate(int unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(int unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

void append_utf8(std::string& out, int code) {
    const auto byte = [&out](int value) { out += static_cast<char>(value); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xC0 | (code >> 6));
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12));
        byte(0x80 | ((code >> 6) & 0x3F));
    } else {
        byte(0xF0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3F));
        byte(0x80 | ((code >> 6) & 0x3F));
    }
    byte(0x80 | (code & 0x3F));
}

/// Length of the number that `text` begins with, 0 if none; sets `integral` if it has neither fraction nor
/// exponent.
std::size_t number_length(std::string_view text, bool& integral) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - begin;
    };
    integral = true;
    if (at < text.size() && text[at] == '-') ++at;
    const std::size_t begin = at;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && text[begin] == '0')) return 0;
    if (at < text.size() && text[at] == '.') {
        integral = false;
        ++at;
        if (digits() == 0) return 0;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        integral = false;
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return 0;
    }
    return at;
}

}  // namespace

DecodeError::DecodeError(std::string path, const std::string& problem)
    : std::runtime_error(describe(path, problem)), path_(std::move(path)) {}

// --- where it is -----------------------------------------------------------------------------------------

std::string JsonReader::path() const {
    std::string path;
    for (std::size_t i = 0; i < depth_; ++i) {
        const Level& level = levels_[i];
        if (!level.is_object) {
            path += '[' + std::to_string(level.index) + ']';
        } else if (!level.name.empty()) {
            path += path.empty() ? "" : ".";
            path += to_valid_utf8(level.name.substr(0, 100));
        }
    }
    return path;
}

void JsonReader::fail(const std::string& problem) const {
    throw DecodeError{path(), problem};
}

void JsonReader::fail_member(std::string_view name, const std::string& problem) const {
    const std::string parent = path();
    throw DecodeError{(parent.empty() ? "" : parent + ".") + std::string{name}, problem};
}

void JsonReader::out_of_range(std::string_view token, const std::string& least,
                              const std::string& most) const {
    fail("expected an integer from " + least + " to " + most + ", found " + std::string{token.substr(0, 40)});
}

void JsonReader::skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
        spaced_ = true;
    }
}

JsonReader::Kind JsonReader::peek() {
    skip_space();
    if (at_ == text_.size()) fail("expected a value, found the end of the text");
    const char c = text_[at_];
    if (c == '{') return Kind::object;
    if (c == '[') return Kind::array;
    if (c == '"') return Kind::string;
    if (c == 't' || c == 'f') return Kind::boolean;
    if (c == 'n') return Kind::null;
    if (c == '-' || is_digit(c)) return Kind::number;
    fail("expected a value, found byte " + std::to_string(static_cast<unsigned char>(c)) + " at offset " +
         std::to_string(at_));
}

void JsonReader::expect(Kind kind) {
    const Kind found = peek();
    if (found != kind)
        fail("expected " + std::string{kind_name(kind)} + ", found " + std::string{kind_name(found)});
}

void JsonReader::finish() {
    skip_space();
    if (at_ != text_.size()) fail("unexpected text after the value, at offset " + std::to_string(at_));
}

// --- scalars ---------------------------------------------------------------------------------------------

void JsonReader::literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail("malformed value at offset " + std::to_string(at_));
    at_ += word.size();
}

void JsonReader::null() {
    expect(Kind::null);
    literal("null");
}

bool JsonReader::boolean() {
    expect(Kind::boolean);
    const bool value = text_[at_] == 't';
    literal(value ? "true" : "false");
    return value;
}

std::string_view JsonReader::number_token() {
    expect(Kind::number);
    bool integral = false;
    const std::size_t length = number_length(text_.substr(at_), integral);
    if (length == 0) fail("malformed number at offset " + std::to_string(at_));
    return text_.substr(std::exchange(at_, at_ + length), length);
}

std::string_view JsonReader::integer_token() {
    const std::string_view token = number_token();
    bool integral = false;
    static_cast<void>(number_length(token, integral));
    if (!integral) fail("expected an integer, found " + std::string{token.substr(0, 40)});
    return token;
}

double JsonReader::number() {
    if (peek() == Kind::string) {
        const std::size_t before = at_;
        const std::string word = string();
        if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
        if (word == "Infinity") return std::numeric_limits<double>::infinity();
        if (word == "-Infinity") return -std::numeric_limits<double>::infinity();
        at_ = before;
    }
    const std::string_view token = number_token();
    double value = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc{}) {
        fail("number out of range: " + std::string{token.substr(0, 40)});
    }
    return value;
}

std::string JsonReader::string() {
    expect(Kind::string);
    bool has_escapes = false;
    const std::string_view text = quoted(has_escapes);
    return has_escapes ? unescape(text) : std::string{text};
}

std::string_view JsonReader::quoted(bool& has_escapes) {
    has_escapes = false;
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (byte < 0x20) fail("unescaped control character in a string, at offset " + std::to_string(at_));
        if (byte == '\\') {
            has_escapes = true;
            check_escape();
        } else if (byte < 0x80) {
            ++at_;
        } else {
            const std::size_t length = utf8_length(text_.substr(at_));
            if (length == 0) fail("text is not UTF-8, at offset " + std::to_string(at_));
            at_ += length;
        }
    }
    if (at_ >= text_.size()) fail("unterminated string");
    return text_.substr(begin, at_++ - begin);
}

void JsonReader::check_escape() {
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.empty()) fail("unterminated string");
    if (rest[0] != 'u') {
        if (std::string_view{"\"\\/bfnrt"}.find(rest[0]) == std::string_view::npos) {
            fail("unknown escape in a string, at offset " + std::to_string(at_));
        }
        at_ += 2;
        return;
    }
    const int unit = hex4(rest.substr(1));
    const bool paired =
        is_high_surrogate(unit) && rest.substr(5, 2) == "\\u" && is_low_surrogate(hex4(rest.substr(7)));
    if (unit < 0) fail("malformed \\u escape, at offset " + std::to_string(at_));
    if ((is_high_surrogate(unit) && !paired) || is_low_surrogate(unit)) {
        fail("lone surrogate in a string, at offset " + std::to_string(at_));
    }
    at_ += paired ? 12 : 6;
}

std::string JsonReader::unescape(std::string_view text) const {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const std::size_t next_escape = std::min(text.find('\\'), text.size());
        plain += text.substr(0, next_escape);
        text.remove_prefix(next_escape);
        if (text.empty()) break;
        const char kind = text[1];
        text.remove_prefix(2);
        if (kind != 'u') {
            constexpr std::string_view from = "bfnrt";
            const std::size_t known = from.find(kind);
            plain += known == std::string_view::npos ? kind : "\b\f\n\r\t"[known];
            continue;
        }
        int code = hex4(text);
        text.remove_prefix(4);
        if (is_high_surrogate(code)) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hex4(text.substr(2)) - 0xDC00);
            text.remove_prefix(6);
        }
        append_utf8(plain, code);
    }
    return plain;
}

// --- compounds -------------------------------------------------------------------------------------------

void JsonReader::open(bool is_object) {
    expect(is_object ? Kind::object : Kind::array);
    if (depth_ == levels_.size()) fail("nested deeper than " + std::to_string(depth_max) + " levels");
    ++at_;
    levels_[depth_++] = Level{.is_object = is_object};
}

void JsonReader::begin_object() {
    open(true);
}
void JsonReader::begin_array() {
    open(false);
}

/// Moves to the next member or element of the innermost level; false, and out of the level, at its end.
bool JsonReader::next(char end) {
    Level& level = levels_[depth_ - 1];
    skip_space();
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c == end) {
        ++at_;
        --depth_;
        return false;
    }
    if (!std::exchange(level.empty, false)) {
        if (c != ',') fail(std::string{"expected ',' or '"} + end + "' at offset " + std::to_string(at_));
        ++at_;
        ++level.index;
    }
    return true;
}

bool JsonReader::next_member(std::string_view& name) {
    Level& level = levels_[depth_ - 1];
    if (!next('}')) return false;
    level.name = {};
    expect(Kind::string);
    bool has_escapes = false;
    name = level.name = quoted(has_escapes);
    if (has_escapes) name = name_ = unescape(name);
    skip_space();
    if (at_ == text_.size() || text_[at_] != ':') fail("expected ':' at offset " + std::to_string(at_));
    ++at_;
    return true;
}

bool JsonReader::next_element() {
    return next(']');
}

void JsonReader::skip_scalar(Kind kind) {
    bool has_escapes = false;
    switch (kind) {
        case Kind::null:
            return null();
        case Kind::boolean:
            static_cast<void>(boolean());
            return;
        case Kind::number:
            static_cast<void>(number_token());
            return;
        default:
            static_cast<void>(quoted(has_escapes));
            return;
    }
}

void JsonReader::skip() {
    const std::size_t outside = depth_;
    std::string_view name;
    do {
        const Kind kind = peek();
        if (kind == Kind::object || kind == Kind::array) {
            open(kind == Kind::object);
        } else {
            skip_scalar(kind);
        }
        while (depth_ > outside && !(levels_[depth_ - 1].is_object ? next_member(name) : next_element())) {
        }
    } while (depth_ > outside);
}

std::string JsonReader::raw() {
    skip_space();
    const std::size_t begin = at_;
    spaced_ = false;
    skip();
    const std::string_view text = text_.substr(begin, at_ - begin);
    if (!spaced_) return std::string{text};
    std::string compact;
    compact.reserve(text.size());
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            compact += c;
            compact += text[++i];
            continue;
        }
        if (c == '"') in_string = !in_string;
        if (in_string || !is_space(c)) compact += c;
    }
    return compact;
}

}  // namespace durable

#pragma once
// Compact JSON text, written value by value into a string that the caller owns. No document tree, no locale,
// no streams. Commas are the writer's business; nesting that matches is the caller's.
//
//   std::string text;
//   JsonWriter writer{text};
//   writer.begin_object();
//   writer.key("to");
//   writer.string("+15550100");
//   writer.end_object();                    // {"to":"+15550100"}

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace durable {

class JsonWriter {
  public:
    /// `out` is appended to and must outlive the writer.
    explicit JsonWriter(std::string& out) : out_(out) {}

    /// Values: whole numbers exactly, whatever their size.
    void null();
    void boolean(bool value);
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    void integer(T value) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        raw({digits, static_cast<std::size_t>(end - digits)});
    }
    /// Shortest text that reads back as the same double; not-a-number and infinities as "NaN", "Infinity",
    /// "-Infinity".
    void number(double value);
    /// Bytes that are not UTF-8 become U+FFFD.
    void string(std::string_view value);
    /// One complete JSON value, verbatim.
    void raw(std::string_view json);

    /// In an object each value follows its key.
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name);

  private:
    void separate();
    void open(char bracket);
    void close(char bracket);
    void quoted(std::string_view value);

    std::string& out_;
    bool comma_ = false;
};

/// `text` if it is UTF-8; else a copy whose offending bytes are replaced by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// Length in bytes of the UTF-8 character that `text` begins with; 0 if it begins with none. `text` is not
/// empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace durable

#pragma once
// A pull reader over JSON text: the caller asks for what it expects, the reader checks, decodes and keeps the
// path for the error. Strict (RFC 8259, UTF-8, no lone surrogates, nothing after the value), iterative where
// text is skipped, and at most 64 levels deep, so hostile text costs neither stack nor more than one pass.
//
// Every function throws DecodeError whose text begins with the path: "call.segments[3].speaker: expected
// string, found number".

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace durable {

class DecodeError : public std::runtime_error {
  public:
    /// `path` is empty when the value as a whole is wrong.
    DecodeError(std::string path, const std::string& problem);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

/// Every verb takes what comes next, and throws DecodeError, with the path, if that is something else.
class JsonReader {
  public:
    static constexpr int depth_max = 64;

    /// `text` must outlive the reader.
    explicit JsonReader(std::string_view text) : text_(text) {}

    /// Of a JSON value.
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
    /// What the next value is, without taking it.
    [[nodiscard]] Kind peek();

    /// Take one value of that kind.
    void null();
    [[nodiscard]] bool boolean();
    /// Refuses fractions, exponents and what T cannot hold.
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    [[nodiscard]] T integer() {
        const std::string_view token = integer_token();
        T value{};
        if (std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc{}) {
            out_of_range(token, std::to_string(std::numeric_limits<T>::min()),
                         std::to_string(std::numeric_limits<T>::max()));
        }
        return value;
    }
    /// Also takes what JsonWriter::number makes of not-a-number and infinities.
    [[nodiscard]] double number();
    [[nodiscard]] std::string string();

    /// Then next_member() and its value, until there is none.
    void begin_object();
    /// The name of the next member; false when the object has ended. The view lives until the next call of
    /// the reader.
    [[nodiscard]] bool next_member(std::string_view& name);
    void begin_array();
    /// False when the array has ended.
    [[nodiscard]] bool next_element();

    /// Passes over one value of any kind, checking it.
    void skip();
    /// One value as compact JSON text.
    [[nodiscard]] std::string raw();
    /// Throws unless nothing but white space is left.
    void finish();

    /// Throws DecodeError with the path of the value that was read last.
    [[noreturn]] void fail(const std::string& problem) const;
    /// Fails at the member `name` of the object that is being read, or was read last.
    [[noreturn]] void fail_member(std::string_view name, const std::string& problem) const;

  private:
    struct Level {
        bool is_object = false;
        bool empty = true;
        std::string_view name{};  ///< of the member being read, as it stands in the text
        std::size_t index = 0;    ///< of the element being read
    };

    void skip_space();
    void expect(Kind kind);
    void open(bool is_object);
    [[nodiscard]] bool next(char end);
    void skip_scalar(Kind kind);
    void literal(std::string_view word);
    [[nodiscard]] std::string_view number_token();
    [[nodiscard]] std::string_view integer_token();
    /// Takes the quoted text at the cursor; the view is what stands between the quotes.
    [[nodiscard]] std::string_view quoted(bool& has_escapes);
    void check_escape();
    [[nodiscard]] std::string unescape(std::string_view text) const;
    [[noreturn]] void out_of_range(std::string_view token, const std::string& least,
                                   const std::string& most) const;
    [[nodiscard]] std::string path() const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool spaced_ = false;  ///< white space was met since raw() looked
    std::array<Level, depth_max> levels_;
    std::string name_;  ///< an unescaped member name
};

}  // namespace durable

#pragma once
// Text on its way to a terminal: made harmless, measured, coloured.

#include <string>
#include <string_view>

namespace callflex::cli {

/// Control characters (C0, DEL, C1) and those that reorder text (bidirectional overrides) as \n, \t or
/// \u001b, so that no payload can move the cursor, colour the screen or fake a line.
[[nodiscard]] std::string harmless(std::string_view text);
/// The same for finished JSON: its own line feeds stay, and what is replaced is still JSON.
[[nodiscard]] std::string harmless_json(std::string_view json);
/// Characters, not bytes: what a column has to be wide.
[[nodiscard]] std::size_t width(std::string_view text);
/// At most `columns` characters; a longer text ends in "…".
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);
/// Filled with spaces to `columns` characters.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);

enum class Color { plain, bold, dim, red, green, yellow, blue, cyan };

/// Colours where they are wanted, plain text elsewhere.
class Style {
  public:
    explicit Style(bool enabled) : enabled_(enabled) {}
    [[nodiscard]] std::string operator()(Color color, std::string_view text) const;
    [[nodiscard]] bool enabled() const { return enabled_; }

  private:
    bool enabled_;
};

}  // namespace callflex::cli

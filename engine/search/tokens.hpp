#pragma once
// Words of the filter language.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace durable::search {

struct Token {
    enum class Kind : std::uint8_t { word, string, integer, number, symbol, end };
    Kind kind = Kind::end;
    std::string text;  ///< a string without its quotes
    std::size_t at = 0;
};

/// Ends with one of kind `end`. Throws QueryError.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

/// Of ASCII letters.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace durable::search

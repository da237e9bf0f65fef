#pragma once
// A look at JSON text before any parser builds something from it. Linear, no recursion, no allocation.

#include <optional>
#include <string>
#include <string_view>

namespace callflex::http::inline server {

/// What is wrong with the text, as a sentence for the sender: not UTF-8, or nested deeper than `depth_max`.
/// Syntax is the parser's business.
[[nodiscard]] std::optional<std::string> refuse_json(std::string_view text, std::size_t depth_max = 64);

/// Whether the text is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace callflex::http::inline server

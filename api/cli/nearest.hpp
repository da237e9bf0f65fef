#pragma once
// What somebody may have meant by a mistyped word.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callflex::cli {

/// Index of the word that takes the fewest letters changed, added or dropped; nothing if none is near enough.
[[nodiscard]] std::optional<std::size_t> nearest(std::string_view word, std::span<const std::string> known);

}  // namespace callflex::cli

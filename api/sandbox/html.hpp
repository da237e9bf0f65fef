#pragma once
// Text of strangers inside a page: what was "sent" through the sandbox is whatever a caller said.

#include <string>
#include <string_view>

namespace callflex::sandbox {

/// For element content and quoted attributes. Control characters are shown as their pictures (U+2400 ...), line feeds
/// stay; what is no UTF-8, and what turns the direction of text around, becomes U+FFFD.
[[nodiscard]] std::string html(std::string_view text);

/// The first `bytes_max` bytes, cut between characters, with an ellipsis where something was left out.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes_max);

}  // namespace callflex::sandbox

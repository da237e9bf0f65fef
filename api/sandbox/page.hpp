#pragma once
// The sandbox's web page: GET /sandbox (and / for browsers), /sandbox/script.js and /sandbox/style.css. Needs nothing
// from elsewhere, and its Content-Security-Policy lets nothing else in.

#include <optional>
#include <string>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

/// The whole document around what render() made.
[[nodiscard]] Reply page_reply(const std::string& live);

/// The script or the style; none for any other path.
[[nodiscard]] std::optional<Reply> page_file(const std::string& path);

}  // namespace callflex::sandbox

#pragma once
// How the ingress wants to be connected: libpq waits for ever by default, and people wait on the line.

#include <string>
#include <string_view>

namespace callflex::ingress {

/// The string (keywords or URI) with limits for connecting and for a peer that went silent, unless it sets
/// its own.
[[nodiscard]] std::string connection_string(std::string_view configured);

}  // namespace callflex::ingress

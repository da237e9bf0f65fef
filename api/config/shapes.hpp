#pragma once
// Shapes that the table of keys asks for, beyond kind and range.

#include <string_view>

namespace callflex::config {

[[nodiscard]] bool is_listen_address(std::string_view text);  ///< "127.0.0.1:8080", "[::1]:8080"
[[nodiscard]] bool is_origin(std::string_view text);          ///< "https://app.example"
[[nodiscard]] bool is_url(std::string_view text);
[[nodiscard]] bool is_long_key(std::string_view text);       ///< 32 characters at least
[[nodiscard]] bool is_stripe_secret(std::string_view text);  ///< "whsec_..."
[[nodiscard]] bool is_header_name(std::string_view text);
[[nodiscard]] bool is_network(std::string_view text);  ///< "198.51.100.0/24"
[[nodiscard]] bool is_wait(std::string_view text);     ///< "30s", "2m", "1h", "250ms"

}  // namespace callflex::config

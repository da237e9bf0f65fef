#pragma once
// Sealed values as they travel in statements: ciphertexts in hexadecimal.

#include <string>
#include <string_view>

namespace callflex::webhooks {

[[nodiscard]] std::string to_hex(std::string_view bytes);
/// Text that is no hexadecimal ends where it stops being it.
[[nodiscard]] std::string from_hex(std::string_view hex);

/// What the secrets of an endpoint are bound to (SecretBox): a row copied elsewhere does not open.
[[nodiscard]] std::string secret_context(std::string_view organization_id, std::string_view endpoint_id,
                                         std::string_view secret_id);
[[nodiscard]] std::string headers_context(std::string_view organization_id, std::string_view endpoint_id);

}  // namespace callflex::webhooks

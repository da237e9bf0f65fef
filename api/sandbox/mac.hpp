#pragma once
// Message authentication codes and how they are written: what vendors sign with.

#include <cstdint>
#include <string>
#include <string_view>

namespace callflex::sandbox {

enum class Digest : std::uint8_t { sha1, sha256 };

/// The raw bytes.
[[nodiscard]] std::string hmac(Digest digest, std::string_view key, std::string_view text);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string hex(std::string_view bytes);

}  // namespace callflex::sandbox

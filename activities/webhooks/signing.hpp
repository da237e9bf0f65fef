#pragma once
// Standard Webhooks 1.0.0: what a receiver can check. The signed text is "<id>.<timestamp>.<body>", byte for byte
// what is sent. Pure but for OpenSSL and libsodium; thread-safe.
//
//   whsec_<base64 of 24 to 64 bytes>    symmetric: v1,<base64 of HMAC-SHA256>
//   whsk_<base64 of 64 bytes>           Ed25519:   v1a,<base64 of the signature>; receivers check with whpk_...

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace callflex::webhooks {

/// A secret or an id that cannot be signed with. Never names the secret.
class SigningError : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

enum class SecretKind : std::uint8_t { symmetric, ed25519 };

/// 32 random bytes, or a new key pair's secret half.
[[nodiscard]] std::string generate_secret(SecretKind kind = SecretKind::symmetric);
/// What is told to the receiver of an Ed25519 key: "whpk_...". Throws SigningError for other secrets.
[[nodiscard]] std::string public_key(std::string_view secret);
[[nodiscard]] SecretKind kind_of(std::string_view secret);

/// "v1,..." or "v1a,...". Throws SigningError for a malformed secret, and for an id that is empty or holds a dot.
[[nodiscard]] std::string sign(std::string_view secret, std::string_view id,
                               std::chrono::sys_seconds timestamp, std::string_view body);

/// Value of webhook-signature: one signature a secret, in order. Throws SigningError, also when there are none.
[[nodiscard]] std::string signatures(std::span<const std::string> secrets, std::string_view id,
                                     std::chrono::sys_seconds timestamp, std::string_view body);

}  // namespace callflex::webhooks

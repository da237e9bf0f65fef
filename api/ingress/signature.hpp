#pragma once
// Who sent this webhook? Judged on the raw bytes, before anything is parsed, in constant time.
//
// The first of these that the request carries decides, and nothing else is tried after it:
//   webhook-signature       Standard Webhooks: "v1,<base64>" (several, separated by spaces) over
//   id.timestamp.body x-signature             VAPI's hmac defaults: hex over timestamp.body with x-timestamp;
//   over the body without it <body_header>           hex over the body alone (x-vapi-signature by default)
//   x-vapi-secret           the secret itself
//   authorization           "Bearer <secret>"
// Hex or base64 and a "sha256=" in front are accepted for the hmac headers. Timestamps are seconds or
// milliseconds. Pure but for OpenSSL; thread-safe.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.hpp"

namespace callflex::ingress {

enum class Verdict : std::uint8_t {
    accepted,
    not_signed,  ///< nothing that could be verified
    mismatch,    ///< no active secret made this
    stale,       ///< made by an active secret, but its timestamp is out of tolerance
};
[[nodiscard]] std::string_view name(Verdict verdict);

struct SignatureOptions {
    std::string body_header = "x-vapi-signature";  ///< lower case
    std::chrono::seconds tolerance{300};           ///< to both sides
};

/// `secrets`: the active ones, several during a rotation. With none the verdict is `mismatch`, never
/// `accepted`.
[[nodiscard]] Verdict verify(const http::RequestHead& head, std::string_view body,
                             std::span<const std::string> secrets, std::chrono::system_clock::time_point now,
                             const SignatureOptions& options);

/// Names of the fields that verification may have looked at, without those that hold the secret itself.
[[nodiscard]] http::Fields signature_fields(const http::RequestHead& head, const SignatureOptions& options);

// --- for senders: load generator, sandbox, tests -----------------------------------------------------------
/// The raw 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace callflex::ingress

#pragma once
// X-Twilio-Signature: HMAC-SHA1 over the public URL and the sorted parameters, base64. There is no timestamp:
// the dedupe ledger keeps repeats out. Pure but for OpenSSL; constant time.

#include <span>
#include <string>
#include <string_view>

#include "api/ingress/form.hpp"

namespace callflex::ingress {

/// `url`: as Twilio was given it: scheme, host, path and query, from configuration and never from the Host
/// header. Tried as it is, with the scheme's own port, and without a port. `tokens`: the account's auth
/// tokens, two while one is rotated; with none the answer is no.
[[nodiscard]] bool is_from_twilio(std::string_view signature, const std::string& url, const Form& form,
                                  std::span<const std::string> tokens);

/// What is signed.
[[nodiscard]] std::string twilio_signed_text(const std::string& url, const Form& form);
/// Raw 20 bytes. For the verifier, and for senders in tests and the sandbox.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view text);

}  // namespace callflex::ingress

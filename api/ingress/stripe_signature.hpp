#pragma once
// Stripe-Signature: "t=<seconds>,v1=<hex>[,v1=<hex>...]", HMAC-SHA256 over "<t>.<raw body>" with the whole
// secret, its "whsec_" included. Judged before anything is parsed, in constant time. Pure but for OpenSSL;
// thread-safe.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "api/ingress/signature.hpp"

namespace callflex::ingress {

/// `secrets`: every one that is configured (an endpoint being rotated has two, test and live endpoints have
/// their own). With none, or blank ones, the verdict is `mismatch`. Stamps more than `tolerance` old or ahead
/// are `stale`.
[[nodiscard]] Verdict verify_stripe(std::string_view header, std::string_view body,
                                    std::span<const std::string> secrets,
                                    std::chrono::system_clock::time_point now,
                                    std::chrono::seconds tolerance);

/// What Stripe would send: for the sandbox and tests.
[[nodiscard]] std::string stripe_signature(std::string_view body, std::string_view secret,
                                           std::chrono::seconds at);

}  // namespace callflex::ingress

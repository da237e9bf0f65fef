#pragma once
// What all of Stripe's resources share: how one is allowed in, how a form is written, what its errors mean.
// No I/O.
//
// Every request carries Stripe-Version: the shape of answers is pinned, whatever the account's default is.
// Every POST carries an Idempotency-Key, so a lost answer is repeated with the same key: Stripe remembers the
// first answer for at least 24 hours, 500s included.

#include <string>
#include <variant>

#include "activities/config.hpp"
#include "activities/http/encoding.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::stripe {

inline constexpr std::string_view api_version = "2026-10-28.endive";

/// A key is safe to repeat for at least 24 hours; this leaves an hour for clocks and for one last attempt.
inline constexpr std::chrono::hours key_memory{23};

template <class T>
using Answer = std::variant<T, VendorFailure>;

/// GET; `query` goes behind the path, encoded. Throws http::BadUrl.
[[nodiscard]] http::Request reading(const StripeConfig& config, const std::string& path,
                                    const http::Fields& query = {});
/// POST of a form with brackets ("metadata[plan]"). `key`: 1 to 255 bytes of printable ASCII.
[[nodiscard]] http::Request writing(const StripeConfig& config, const std::string& path,
                                    const http::Fields& form, const std::string& key);

/// No answer, or an answer that is not 2xx. Type "Stripe.<code>", else "Stripe.<error type>", else
/// "Stripe.http_<status>". Retryable: 409, 429, rate_limit, lock_timeout, 5xx, and whatever
/// Stripe-Should-Retry asks for; "Stripe-Should-Retry: false" is final, but for a 5xx `unknown`: the same key
/// would bring the same answer, and the thing may have been done.
[[nodiscard]] VendorFailure failure_of(const http::Result& result);

/// A 5xx that the key will bring again and again: look whether it was done, then use a new key.
[[nodiscard]] bool is_final_fault(const http::Result& result);

/// 2xx, but not what was asked for. The same key brings the same answer, so asking again does no harm.
[[nodiscard]] VendorFailure unreadable(std::string_view what);

/// Throws ApplicationError "Stripe.not_configured", final.
void require_configured(const StripeConfig& config);

}  // namespace callflex::stripe

#pragma once
// Resend's POST /emails as values. No I/O.

#include <string>
#include <variant>

#include "activities/config.hpp"
#include "activities/notifications.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::resend {

/// "<event>/<run>-<activity>/<first 16 hex digits of the recipient's SHA-256>": at most 256 characters, as
/// Resend wants.
[[nodiscard]] std::string idempotency_key(const EmailRequest& mail, std::string_view activity_key);

[[nodiscard]] http::Request sending_request(const ResendConfig& config, const EmailRequest& mail,
                                            std::string_view activity_key);

[[nodiscard]] std::variant<EmailReceipt, VendorFailure> read_answer(const http::Result& result);

}  // namespace callflex::resend

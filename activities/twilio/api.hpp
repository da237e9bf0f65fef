#pragma once
// What all of Twilio's resources share: where they are, how one is allowed in, what its errors mean. No I/O.

#include <string>

#include "activities/config.hpp"
#include "activities/http/encoding.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::twilio {

/// "/2010-04-01/Accounts/AC..."
[[nodiscard]] std::string account_path(const TwilioConfig& config);

/// GET. Throws http::BadUrl.
[[nodiscard]] http::Request reading(const TwilioConfig& config, const std::string& path);
/// POST of a form. Not idempotent: say so where it is.
[[nodiscard]] http::Request writing(const TwilioConfig& config, const std::string& path,
                                    const http::Fields& form);

/// Of an answer that is not 2xx: type "Twilio.<code>", or "Twilio.http_<status>" without a code. What Twilio
/// says it has not processed (20429, 21611) is retryable whatever the status.
[[nodiscard]] VendorFailure read_error(const http::Result& result);

/// No answer, or an answer that is not 2xx.
[[nodiscard]] VendorFailure failure_of(const http::Result& result);

}  // namespace callflex::twilio

#pragma once
// From what a vendor did to what the engine does next. The texts made here reach histories, so they hold the
// vendor's short message with everything that looks like a number, address or token taken out, and nothing of
// ours.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "activities/http/message.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

/// A vendor's refusal or failure, read from its answer.
struct VendorFailure {
    http::Outcome outcome = http::Outcome::permanent;
    std::string type{};  ///< "Twilio.21211", "Resend.validation_error", "OpenAI.unreachable"
    std::string message{};
    std::optional<std::chrono::milliseconds> retry_after{};
};

/// Control characters become blanks, digit runs of seven or more, mail addresses and key-like words become
/// "<...>", and the rest is cut to 200 bytes.
[[nodiscard]] std::string redact(std::string_view text);

/// When there was no answer at all: type "<vendor>.<trouble>".
[[nodiscard]] VendorFailure failure_without_answer(std::string_view vendor, const http::Result& result);

/// permanent -> ApplicationError, not retryable; retryable -> ApplicationError with the vendor's Retry-After
/// as next_delay; unknown -> durable::OutcomeUnknown.
[[noreturn]] void throw_vendor_failure(const VendorFailure& failure);

/// The same for a failure of something that only reads: nothing was changed, so what is unknown may be
/// tried again.
[[noreturn]] void throw_before_sending(VendorFailure failure);

/// How long an exchange may take so that its result can still be reported: at most `wanted`, at least 1 ms.
[[nodiscard]] std::chrono::milliseconds time_left(const durable::ActivityContext& context,
                                                  std::chrono::milliseconds wanted);

}  // namespace callflex

#pragma once
// Twilio's Messages resource as values: requests to make, answers to read. No I/O.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "activities/config.hpp"
#include "activities/notifications.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::twilio {

inline constexpr std::size_t body_characters_max = 1600;

/// "Ref 7KQ2M9PX": 40 bits of the activity's idempotency key. It stands at the end of the message, because
/// nothing else that we choose comes back in Twilio's list, and two calls may well produce the same words for
/// the same person.
[[nodiscard]] std::string reference_of(std::string_view idempotency_key);

/// The text as it is sent: the given one, and the reference on a line of its own.
[[nodiscard]] std::string body_with_reference(const SmsRequest& sms, std::string_view idempotency_key);

/// Characters as Twilio counts them against its limit. Code points.
[[nodiscard]] std::size_t characters_in(std::string_view utf8);

/// POST Messages.json. The status callback carries the idempotency key as `op`.
[[nodiscard]] http::Request creation_request(const VendorConfig& config, const SmsRequest& sms,
                                             std::string_view idempotency_key);

[[nodiscard]] std::variant<SmsReceipt, VendorFailure> read_creation(const http::Result& result);

/// GET Messages.json for one pair of numbers, newest first.
[[nodiscard]] http::Request listing_request(const TwilioConfig& config, const std::string& to);
/// A further page, by the path that the page before gave. Throws http::BadUrl.
[[nodiscard]] http::Request next_page_request(const TwilioConfig& config, const std::string& next_page_uri);

struct ListedMessage {
    std::string sid;
    std::string status;
    std::string body;
    std::chrono::sys_seconds created;
};

struct MessagePage {
    std::vector<ListedMessage> messages;
    std::string next_page_uri;  ///< "" on the last page
};

/// Nullopt if any part of the page cannot be read: then nothing can be concluded from what is missing in it.
[[nodiscard]] std::optional<MessagePage> read_page(const http::Result& result);

}  // namespace callflex::twilio

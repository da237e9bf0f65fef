#pragma once
// Twilio's telephone numbers as values: search, buy, find, configure, release. No I/O.
//
// Buying knows no idempotency key, but a number is its own key, and its FriendlyName carries our operation
// id: a number of ours without it was bought for somebody else, and is left alone.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "activities/twilio/api.hpp"

namespace callflex::twilio {

inline constexpr std::size_t friendly_name_characters_max = 64;

/// A US area code: three digits, the first one not 0 or 1.
[[nodiscard]] bool is_area_code(std::string_view text);

/// What is bought, and for whom.
struct NumberToBuy {
    std::string number;  ///< E.164
    std::string op_id;   ///< the intent's own id: a UUID
};

struct OwnedNumber {
    std::string sid;  ///< "PN..."
    std::string number;
    std::string op_id;  ///< of the FriendlyName; "" when it is not one of ours
    std::string voice_url{};
    std::string sms_url{};
    std::string status_callback{};
};

/// Where Twilio reports to: from the configuration. Voice is VAPI's, and set by it.
struct NumberCallbacks {
    std::string sms_url;
    std::string status_callback;
};
[[nodiscard]] NumberCallbacks callbacks_of(const VendorConfig& config);

/// GET AvailablePhoneNumbers/US/Local.json. A search holds nothing.
[[nodiscard]] http::Request number_search(const TwilioConfig& config, const std::string& area_code);
[[nodiscard]] http::Request number_purchase(const VendorConfig& config, const NumberToBuy& wanted);
/// Looks for a number that is ours already.
[[nodiscard]] http::Request number_lookup(const TwilioConfig& config, const std::string& number);
/// Sets the callbacks (again). Idempotent.
[[nodiscard]] http::Request number_configuration(const VendorConfig& config, const std::string& sid);
/// Idempotent.
[[nodiscard]] http::Request number_release(const TwilioConfig& config, const std::string& sid);

/// Numbers that can make and take calls and messages, in Twilio's order.
[[nodiscard]] std::variant<std::vector<std::string>, VendorFailure> read_search(const http::Result& result);
[[nodiscard]] std::variant<OwnedNumber, VendorFailure> read_owned(const http::Result& result);

struct OwnedNumbers {
    std::vector<OwnedNumber> numbers;
    bool complete = false;
};
[[nodiscard]] std::variant<OwnedNumbers, VendorFailure> read_lookup(const http::Result& result);

/// Released, or not there any more.
struct Released {
    bool was_there = false;
};
[[nodiscard]] std::variant<Released, VendorFailure> read_release(const http::Result& result);

/// Somebody else was quicker (21422), or the number cannot be bought at all (21421): take another one.
[[nodiscard]] bool is_not_for_sale(const VendorFailure& failure);

}  // namespace callflex::twilio

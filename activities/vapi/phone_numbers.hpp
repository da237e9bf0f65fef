#pragma once
// VAPI's phone numbers as values: requests to make, answers to read. No I/O.
//
// A number bought at Twilio is imported; VAPI then sets the Twilio number's voice URL itself. smsEnabled is
// always false: otherwise VAPI takes over the messaging URL too, and our own SMS webhook is cut off. A
// number is its own key: looked for before it is imported, and adopted if it is there.

#include <optional>
#include <string>
#include <vector>

#include "activities/vapi/api.hpp"

namespace callflex::vapi {

struct NumberImport {
    std::string number;  ///< E.164, owned by the configured Twilio account
    std::string name;    ///< cut to 40 characters
};

struct PhoneNumber {
    std::string id;
    std::string number;
    std::string assistant_id;  ///< "": answers no calls yet
    std::string status;        ///< active, activating, blocked, or something new
};

[[nodiscard]] http::Request number_import(const VendorConfig& config, const NumberImport& wanted);
/// Which assistant answers; "" for none.
[[nodiscard]] http::Request number_assignment(const VapiConfig& config, const std::string& id,
                                              const std::string& assistant_id);
[[nodiscard]] http::Request number_deletion(const VapiConfig& config, const std::string& id);
[[nodiscard]] http::Request number_search(const VapiConfig& config, const std::string& number);

[[nodiscard]] Answer<PhoneNumber> read_number(const http::Result& result);

struct NumberList {
    std::vector<PhoneNumber> numbers;
    bool complete = false;  ///< nothing was left off, and every entry could be read
};
[[nodiscard]] Answer<NumberList> read_numbers(const http::Result& result);
/// VAPI's search is a partial match: only the very number counts.
[[nodiscard]] std::optional<PhoneNumber> find_number(const NumberList& list, const std::string& number);

}  // namespace callflex::vapi

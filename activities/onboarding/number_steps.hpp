#pragma once
// The number's part of onboarding: chosen, written down, bought at Twilio, imported into VAPI, checked,
// assigned.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "activities/onboarding/assistant_steps.hpp"

namespace callflex {

struct NumberSearch {
    std::string area_code;
};
BOOST_DESCRIBE_STRUCT(NumberSearch, (), (area_code))

struct NumbersOnSale {
    std::vector<std::string> numbers;  ///< E.164
};
BOOST_DESCRIBE_STRUCT(NumbersOnSale, (), (numbers))

/// At Twilio. Final failures: "InvalidAreaCode", "NoNumberAvailable", "Twilio.not_configured".
inline constexpr durable::Activity<NumberSearch, NumbersOnSale> search_numbers{"search_numbers",
                                                                               repeatable_defaults};

struct NumberChoice {
    std::string organization_id;
    std::vector<std::string> offered;
    std::vector<std::string> refused;  ///< found not to be for sale after all
};
BOOST_DESCRIBE_STRUCT(NumberChoice, (), (organization_id, offered, refused))

/// The intent, stored before anything is bought. `phone_number_id` is the operation id, in Twilio's
/// FriendlyName.
struct ReservedNumber {
    std::string phone_number_id;  ///< app.phone_numbers
    std::string number;
};
BOOST_DESCRIBE_STRUCT(ReservedNumber, (), (phone_number_id, number))

/// Transactional. An organization has one number in provisioning: if there is one, that is given again. Two
/// organizations never reserve the same number. Final failures: "NoNumberAvailable", "PlanLimitReached".
inline constexpr durable::Activity<NumberChoice, ReservedNumber> reserve_number{"reserve_number",
                                                                                transactional_defaults};

struct BoughtNumber {
    std::string twilio_sid;
};
BOOST_DESCRIBE_STRUCT(BoughtNumber, (), (twilio_sid))

/// At Twilio; adopts the number if it is owned under this operation id. Final failures: "NumberNotForSale"
/// (take another one), "Twilio.not_configured", "Twilio.20003" and the like.
inline constexpr durable::Activity<ReservedNumber, BoughtNumber> buy_number{"buy_number", creation_defaults};

struct NumberEntry {
    std::string organization_id;
    std::string phone_number_id;
    std::string twilio_sid;
};
BOOST_DESCRIBE_STRUCT(NumberEntry, (), (organization_id, phone_number_id, twilio_sid))

/// Transactional: bought.
inline constexpr durable::Activity<NumberEntry, durable::Nothing> record_number{"record_number",
                                                                                transactional_defaults};

struct DiscardedNumber {
    std::string organization_id;
    std::string phone_number_id;
};
BOOST_DESCRIBE_STRUCT(DiscardedNumber, (), (organization_id, phone_number_id))

/// Transactional: the number is nobody's intent any more.
inline constexpr durable::Activity<DiscardedNumber, durable::Nothing> discard_number{"discard_number",
                                                                                     transactional_defaults};

struct NumberToImport {
    std::string number;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(NumberToImport, (), (number, name))

struct ImportedNumber {
    std::string vapi_phone_number_id;
};
BOOST_DESCRIBE_STRUCT(ImportedNumber, (), (vapi_phone_number_id))

/// Into VAPI, without an assistant: nobody is answered before the number has been checked.
inline constexpr durable::Activity<NumberToImport, ImportedNumber> import_number{"import_number",
                                                                                 creation_defaults};

struct NumberToCheck {
    std::string number;
    std::string twilio_sid;
};
BOOST_DESCRIBE_STRUCT(NumberToCheck, (), (number, twilio_sid))

struct CheckedNumber {
    bool repaired = false;  ///< the import had changed where messages and reports go
};
BOOST_DESCRIBE_STRUCT(CheckedNumber, (), (repaired))

/// Reads the number back from Twilio: voice must lead to VAPI, messages and reports to us; what does not is
/// set again. Final failure: "NumberNotConnected" (VAPI has not taken over the voice URL), after retries.
inline constexpr durable::Activity<NumberToCheck, CheckedNumber> check_number{"check_number",
                                                                              repeatable_defaults};

struct NumberToAssign {
    std::string vapi_phone_number_id;
    std::string vapi_assistant_id;
};
BOOST_DESCRIBE_STRUCT(NumberToAssign, (), (vapi_phone_number_id, vapi_assistant_id))

/// From here on the assistant answers.
inline constexpr durable::Activity<NumberToAssign, durable::Nothing> assign_number{"assign_number",
                                                                                   repeatable_defaults};

struct LinkEntry {
    std::string organization_id;
    std::string phone_number_id;
    std::string vapi_phone_number_id;
    std::string assistant_id;
};
BOOST_DESCRIBE_STRUCT(LinkEntry, (), (organization_id, phone_number_id, vapi_phone_number_id, assistant_id))

/// Transactional: assistant and number are active and belong together.
inline constexpr durable::Activity<LinkEntry, durable::Nothing> record_link{"record_link",
                                                                            transactional_defaults};

struct NumberToRelease {
    std::string phone_number_id;
    std::string number;
};
BOOST_DESCRIBE_STRUCT(NumberToRelease, (), (phone_number_id, number))

/// Out of VAPI first, then back to Twilio. What is not there is released; a number that Twilio knows under
/// another operation id is left alone.
inline constexpr durable::Activity<NumberToRelease, durable::Nothing> release_number{"release_number",
                                                                                     undoing_defaults};

}  // namespace callflex

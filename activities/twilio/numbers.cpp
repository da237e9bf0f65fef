#include "activities/twilio/numbers.hpp"

#include <algorithm>

#include "activities/phone_number.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::twilio {
namespace {

using nlohmann::json;

constexpr std::string_view mark = "CallFlex ";
constexpr const char* search_size = "20";
constexpr std::size_t lookup_size = 50;
constexpr int not_found = 404;

std::string owned_path(const TwilioConfig& config, const std::string& rest) {
    return account_path(config) + "/IncomingPhoneNumbers" + rest;
}

std::string friendly_name(const std::string& op_id) {
    return std::string{mark} + op_id;
}

std::string op_of(const std::string& friendly) {
    return friendly.starts_with(mark) ? friendly.substr(mark.size()) : std::string{};
}

bool can(const json& entry, const char* capability) {
    const json& capabilities = member(entry, "capabilities");
    const json& value = member(capabilities, capability);
    return value.is_boolean() && value.get<bool>();
}

std::optional<OwnedNumber> owned(const json& entry) {
    OwnedNumber number{.sid = text_of(entry, "sid"),
                       .number = text_of(entry, "phone_number"),
                       .op_id = op_of(text_of(entry, "friendly_name")),
                       .voice_url = text_of(entry, "voice_url"),
                       .sms_url = text_of(entry, "sms_url"),
                       .status_callback = text_of(entry, "status_callback")};
    if (!number.sid.starts_with("PN") || !is_e164(number.number)) return std::nullopt;
    return number;
}

http::Fields callback_fields(const VendorConfig& config) {
    const NumberCallbacks callbacks = callbacks_of(config);
    return {{"StatusCallback", callbacks.status_callback},
            {"StatusCallbackMethod", "POST"},
            {"SmsUrl", callbacks.sms_url},
            {"SmsMethod", "POST"}};
}

}  // namespace

bool is_area_code(std::string_view text) {
    return text.size() == 3 && text[0] >= '2' &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

NumberCallbacks callbacks_of(const VendorConfig& config) {
    return {.sms_url = config.api_url + "/api/webhooks/twilio/sms-status",
            .status_callback = config.api_url + "/api/webhooks/twilio/status"};
}

http::Request number_search(const TwilioConfig& config, const std::string& area_code) {
    return reading(config, account_path(config) + "/AvailablePhoneNumbers/US/Local.json?" +
                               http::form_encode({{"AreaCode", area_code},
                                                  {"VoiceEnabled", "true"},
                                                  {"SmsEnabled", "true"},
                                                  {"PageSize", search_size}}));
}

http::Request number_purchase(const VendorConfig& config, const NumberToBuy& wanted) {
    http::Fields form{{"PhoneNumber", wanted.number}, {"FriendlyName", friendly_name(wanted.op_id)}};
    const http::Fields callbacks = callback_fields(config);
    form.insert(form.end(), callbacks.begin(), callbacks.end());
    return writing(config.twilio, owned_path(config.twilio, ".json"), form);
}

http::Request number_lookup(const TwilioConfig& config, const std::string& number) {
    return reading(config, owned_path(config, ".json?" + http::form_encode({{"PhoneNumber", number}})));
}

http::Request number_configuration(const VendorConfig& config, const std::string& sid) {
    http::Request request =
        writing(config.twilio, owned_path(config.twilio, "/" + http::percent_encode(sid) + ".json"),
                callback_fields(config));
    request.idempotent = true;
    return request;
}

http::Request number_release(const TwilioConfig& config, const std::string& sid) {
    http::Request request = reading(config, owned_path(config, "/" + http::percent_encode(sid) + ".json"));
    request.method = "DELETE";
    return request;
}

std::variant<std::vector<std::string>, VendorFailure> read_search(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& entries = member(answer, "available_phone_numbers");
    if (!entries.is_array())
        return VendorFailure{.outcome = http::Outcome::retryable,
                             .type = "Twilio.unreadable",
                             .message = "the list of available numbers is no list"};
    std::vector<std::string> numbers;
    for (const json& entry : entries) {
        const std::string number = text_of(entry, "phone_number");
        if (is_e164(number) && can(entry, "voice") && can(entry, "SMS")) numbers.push_back(number);
    }
    return numbers;
}

std::variant<OwnedNumber, VendorFailure> read_owned(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    auto number = owned(json_of(result));
    if (number) return *std::move(number);
    return VendorFailure{.outcome = http::Outcome::unknown,
                         .type = "Twilio.unreadable",
                         .message = "accepted, but the answer does not name the number"};
}

std::variant<OwnedNumbers, VendorFailure> read_lookup(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& entries = member(answer, "incoming_phone_numbers");
    OwnedNumbers list;
    list.complete = entries.is_array() && entries.size() < lookup_size;
    for (const json& entry : entries.is_array() ? entries : json::array()) {
        if (auto number = owned(entry)) {
            list.numbers.push_back(*std::move(number));
        } else {
            list.complete = false;
        }
    }
    return list;
}

std::variant<Released, VendorFailure> read_release(const http::Result& result) {
    if (result.ok()) return Released{.was_there = true};
    if (result.status() == not_found) return Released{.was_there = false};
    return failure_of(result);
}

bool is_not_for_sale(const VendorFailure& failure) {
    return failure.type == "Twilio.21422" || failure.type == "Twilio.21421";
}

}  // namespace callflex::twilio

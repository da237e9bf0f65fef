#include "activities/vapi/phone_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "activities/http/encoding.hpp"
#include "activities/vapi/limits.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::vapi {
namespace {

using nlohmann::json;

constexpr std::size_t page_size = 100;

std::string path_of(const std::string& id) {
    return "/phone-number/" + http::percent_encode(id);
}

std::optional<PhoneNumber> number_of(const json& entry) {
    PhoneNumber number{.id = text_of(entry, "id"),
                       .number = text_of(entry, "number"),
                       .assistant_id = text_of(entry, "assistantId"),
                       .status = text_of(entry, "status")};
    if (!is_id(number.id)) return std::nullopt;
    return number;
}

}  // namespace

http::Request number_import(const VendorConfig& config, const NumberImport& wanted) {
    return telling(config.vapi, "POST", "/phone-number",
                   {{"provider", "twilio"},
                    {"number", wanted.number},
                    {"twilioAccountSid", config.twilio.account_sid},
                    {"twilioAuthToken", config.twilio.auth_token.reveal()},
                    {"smsEnabled", false},
                    {"name", short_name(wanted.name)}});
}

http::Request number_assignment(const VapiConfig& config, const std::string& id,
                                const std::string& assistant_id) {
    const json assistant = assistant_id.empty() ? json{} : json(assistant_id);
    return telling(config, "PATCH", path_of(id), {{"provider", "twilio"}, {"assistantId", assistant}});
}

http::Request number_deletion(const VapiConfig& config, const std::string& id) {
    return asking(config, "DELETE", path_of(id));
}

http::Request number_search(const VapiConfig& config, const std::string& number) {
    return asking(
        config, "GET",
        fmt::format("/v2/phone-number?search={}&limit={}", http::percent_encode(number), page_size));
}

Answer<PhoneNumber> read_number(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    auto number = number_of(json_of(result));
    if (!number) return unreadable("the answer does not name the phone number");
    return *std::move(number);
}

Answer<NumberList> read_numbers(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    const json& entries = member(answer, "results");
    if (!entries.is_array()) return unreadable("the list of phone numbers is no list");
    NumberList list;
    list.complete = entries.size() < page_size;
    for (const json& entry : entries) {
        if (auto number = number_of(entry)) {
            list.numbers.push_back(*std::move(number));
        } else {
            list.complete = false;
        }
    }
    return list;
}

std::optional<PhoneNumber> find_number(const NumberList& list, const std::string& number) {
    const auto found = std::ranges::find(list.numbers, number, &PhoneNumber::number);
    if (number.empty() || found == list.numbers.end()) return std::nullopt;
    return *found;
}

}  // namespace callflex::vapi

#include "activities/twilio/messages.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "activities/http/encoding.hpp"
#include "activities/twilio/api.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::twilio {
namespace {

using nlohmann::json;

constexpr int reference_characters = 8;
constexpr std::string_view page_size = "250";  // far from the client's limit of 1 MiB an answer
std::optional<ListedMessage> read_listed(const json& entry) {
    if (!entry.is_object()) return std::nullopt;
    ListedMessage message{.sid = text_of(entry, "sid"),
                          .status = text_of(entry, "status"),
                          .body = text_of(entry, "body"),
                          .created = {}};
    const auto created = http::parse_http_date(text_of(entry, "date_created"));
    if (message.sid.empty() || !created) return std::nullopt;
    message.created = *created;
    return message;
}

}  // namespace

std::string reference_of(std::string_view idempotency_key) {
    // Crockford's alphabet: nothing that is mistaken for something else when read aloud.
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const std::string digest = http::sha256_hex(idempotency_key);
    std::uint64_t bits = std::stoull(digest.substr(0, 10), nullptr, 16);
    std::string reference;
    for (int i = 0; i < reference_characters; ++i, bits >>= 5U) reference += alphabet[bits & 31U];
    return "Ref " + reference;
}

std::string body_with_reference(const SmsRequest& sms, std::string_view idempotency_key) {
    return sms.body + "\n" + reference_of(idempotency_key);
}

std::size_t characters_in(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

http::Request creation_request(const VendorConfig& config, const SmsRequest& sms,
                               std::string_view idempotency_key) {
    const TwilioConfig& twilio = config.twilio;
    http::Fields form{
        {"To", sms.to}, {"From", twilio.sms_from}, {"Body", body_with_reference(sms, idempotency_key)}};
    if (!config.api_url.empty()) {
        form.emplace_back("StatusCallback", config.api_url + "/api/webhooks/twilio/sms-status?op=" +
                                                http::percent_encode(idempotency_key));
    }
    return writing(twilio, account_path(twilio) + "/Messages.json", form);
}

std::variant<SmsReceipt, VendorFailure> read_creation(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json message = json_of(result);
    SmsReceipt receipt;
    if (message.is_object()) receipt = {text_of(message, "sid"), text_of(message, "status")};
    if (!receipt.message_id.empty()) return receipt;
    return VendorFailure{.outcome = http::Outcome::unknown,
                         .type = "Twilio.unreadable",
                         .message = "accepted, but the answer does not name the message"};
}

http::Request listing_request(const TwilioConfig& config, const std::string& to) {
    const std::string query =
        http::form_encode({{"To", to}, {"From", config.sms_from}, {"PageSize", std::string{page_size}}});
    return reading(config, account_path(config) + "/Messages.json?" + query);
}

http::Request next_page_request(const TwilioConfig& config, const std::string& next_page_uri) {
    return reading(config, next_page_uri);
}

std::optional<MessagePage> read_page(const http::Result& result) {
    if (!result.ok()) return std::nullopt;
    const json answer = json_of(result);
    if (!answer.is_object()) return std::nullopt;
    const auto messages = answer.find("messages");
    if (messages == answer.end() || !messages->is_array()) return std::nullopt;
    MessagePage page;
    for (const json& entry : *messages) {
        auto message = read_listed(entry);
        if (!message) return std::nullopt;
        page.messages.push_back(std::move(*message));
    }
    page.next_page_uri = text_of(answer, "next_page_uri");
    return page;
}

}  // namespace callflex::twilio

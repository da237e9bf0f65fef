#include "api/sandbox/twilio_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::string_view available = "/AvailablePhoneNumbers/";
constexpr std::string_view incoming = "/IncomingPhoneNumbers";
constexpr std::size_t friendly_name_max = 64;
constexpr std::size_t page_size_max = 1000;

std::string value_of(const Fields& form, const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

bool is_form(const Ask& ask) {
    return ask.header("content-type").starts_with("application/x-www-form-urlencoded");
}

bool is_url(const std::string& text) {
    return text.starts_with("https://") || text.starts_with("http://");
}

/// Status 0 when Twilio would take these settings.
Reply check_settings(const Fields& form) {
    if (value_of(form, "FriendlyName").size() > friendly_name_max)
        return twilio_error(400, 21603, "FriendlyName exceeds 64 characters");
    for (const char* name : {"VoiceUrl", "VoiceFallbackUrl", "SmsUrl", "StatusCallback"}) {
        const std::string url = value_of(form, name);
        if (!url.empty() && !is_url(url))
            return twilio_error(400, 21502, fmt::format("{} is not a valid URL", name));
    }
    for (const char* name : {"VoiceMethod", "SmsMethod", "StatusCallbackMethod"}) {
        const std::string method = value_of(form, name);
        if (!method.empty() && method != "GET" && method != "POST")
            return twilio_error(400, 21403, fmt::format("{} is not a valid method", name));
    }
    return Reply{.status = 0};
}

void apply(const Fields& form, BookedNumber& number) {
    const auto set = [&](const char* name, std::string& target) {
        if (const auto found = form.find(name); found != form.end()) target = found->second;
    };
    set("FriendlyName", number.friendly_name);
    set("VoiceUrl", number.voice_url);
    set("SmsUrl", number.sms_url);
    set("StatusCallback", number.status_callback);
}

json capabilities() {
    return {{"voice", true}, {"SMS", true}, {"MMS", true}, {"fax", false}};
}

json as_json(const BookedNumber& number) {
    return {{"sid", number.sid},
            {"account_sid", number.account},
            {"phone_number", number.number},
            {"friendly_name", number.friendly_name},
            {"voice_url", number.voice_url},
            {"voice_method", "POST"},
            {"sms_url", number.sms_url},
            {"sms_method", "POST"},
            {"status_callback", number.status_callback},
            {"status_callback_method", "POST"},
            {"capabilities", capabilities()},
            {"status", "in-use"},
            {"origin", "twilio"},
            {"api_version", "2010-04-01"}};
}

Reply not_found() {
    return twilio_error(404, 20404, "The requested resource was not found");
}

std::size_t page_size(const Ask& ask) {
    std::size_t size = 50;
    const std::string text = ask.parameter("PageSize");
    std::from_chars(text.data(), text.data() + text.size(), size);
    return std::clamp<std::size_t>(size, 1, page_size_max);
}

}  // namespace

Reply twilio_error(int status, int code, const std::string& message) {
    return json_reply(status, {{"code", code},
                               {"message", message},
                               {"more_info", fmt::format("https://www.twilio.com/docs/errors/{}", code)},
                               {"status", status}});
}

std::optional<Reply> TwilioNumbers::handle(const Ask& ask, const std::string& account,
                                           const std::string& resource) {
    if (resource.starts_with(available)) return search(ask, resource.substr(available.size()));
    if (!resource.starts_with(incoming)) return std::nullopt;
    const std::string rest = resource.substr(incoming.size());
    if (rest == ".json" && ask.method == "GET") return list(ask, account);
    if (rest == ".json" && ask.method == "POST") return buy(ask, account);
    if (rest.starts_with('/') && rest.ends_with(".json"))
        return one(ask, account, rest.substr(1, rest.size() - 6));
    return not_found();
}

Reply TwilioNumbers::search(const Ask& ask, const std::string& rest) const {
    if (ask.method != "GET" || rest != "US/Local.json") return not_found();
    json shown = json::array();
    for (const std::string& number : book_.on_sale(ask.parameter("AreaCode"), page_size(ask))) {
        shown.push_back({{"phone_number", number},
                         {"friendly_name", number},
                         {"locality", "Springfield"},
                         {"region", "CA"},
                         {"postal_code", "94016"},
                         {"iso_country", "US"},
                         {"capabilities", capabilities()},
                         {"address_requirements", "none"},
                         {"beta", false}});
    }
    return json_reply(200, {{"available_phone_numbers", std::move(shown)}, {"uri", ask.path}});
}

Reply TwilioNumbers::list(const Ask& ask, const std::string& account) const {
    const std::string number = ask.parameter("PhoneNumber");
    const std::string name = ask.parameter("FriendlyName");
    json shown = json::array();
    for (const BookedNumber& booked : book_.of_account(account)) {
        if (!number.empty() && booked.number != number) continue;
        if (!name.empty() && booked.friendly_name != name) continue;
        if (shown.size() < page_size(ask)) shown.push_back(as_json(booked));
    }
    return json_reply(200, {{"incoming_phone_numbers", std::move(shown)}, {"next_page_uri", nullptr}});
}

Reply TwilioNumbers::buy(const Ask& ask, const std::string& account) {
    const Fields form = decode_form(ask.body);
    const std::string number = value_of(form, "PhoneNumber");
    if (!is_form(ask) || number.empty())
        return twilio_error(400, 21452, "A PhoneNumber or AreaCode is required.");
    if (!number.starts_with('+') || number.size() < 8)
        return twilio_error(400, 21421, fmt::format("PhoneNumber {} is invalid", number));
    if (Reply refusal = check_settings(form); refusal.status != 0) return refusal;
    BookedNumber* own = book_.owned(number);
    if (own != nullptr && own->account == account) {
        book_.bought_again(number);
        apply(form, *own);
        return json_reply(201, as_json(*own));
    }
    if (own != nullptr || !book_.is_on_sale(number))
        return twilio_error(400, 21422, fmt::format("PhoneNumber {} is not available", number));
    BookedNumber& bought = book_.buy(number, account);
    apply(form, bought);
    ledger_.add({.vendor = "twilio",
                 .kind = "number",
                 .id = bought.sid,
                 .key = bought.friendly_name,
                 .to = number,
                 .from = account,
                 .subject = {},
                 .text = {},
                 .at = iso_time(std::chrono::system_clock::now())});
    return json_reply(201, as_json(bought));
}

Reply TwilioNumbers::one(const Ask& ask, const std::string& account, const std::string& sid) {
    BookedNumber* number = book_.by_sid(sid);
    if (number == nullptr || number->account != account) return not_found();
    if (ask.method == "GET") return json_reply(200, as_json(*number));
    if (ask.method == "DELETE") {
        book_.release(sid);
        Reply gone;
        gone.status = 204;
        return gone;
    }
    if (ask.method != "POST") return not_found();
    const Fields form = decode_form(ask.body);
    if (Reply refusal = check_settings(form); refusal.status != 0) return refusal;
    apply(form, *number);
    return json_reply(200, as_json(*number));
}

}  // namespace callflex::sandbox

#include "api/sandbox/twilio.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

#include "api/sandbox/body_check.hpp"
#include "api/sandbox/mac.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;
using std::chrono::system_clock;

constexpr std::string_view accounts = "/2010-04-01/Accounts/";
constexpr std::size_t body_characters_max = 1600;
constexpr std::size_t messages_max = 100'000;
constexpr std::size_t page_size_max = 1000;
constexpr std::string_view undeliverable = "+15005550003";
constexpr std::chrono::milliseconds carrier_time{300};

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The auth token, when it is given for the account of the path; else "".
std::string token_of(const Ask& ask, const std::string& account) {
    const std::string header = ask.header("authorization");
    if (!header.starts_with("Basic ")) return {};
    const std::string credentials = decode_base64(std::string_view{header}.substr(6));
    const auto colon = credentials.find(':');
    if (colon == std::string::npos || credentials.substr(0, colon) != account) return {};
    return credentials.substr(colon + 1);
}

bool authorized(const Ask& ask, const std::string& account) {
    const std::string token = token_of(ask, account);
    return account.starts_with("AC") && !token.empty() && token != "invalid";
}

/// Everything but letters and digits is escaped.
std::string form_text(const Fields& form) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        for (const char c : part) {
            const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            text += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    };
    for (const auto& [name, value] : form) {
        if (!text.empty()) text += '&';
        add(name);
        text += '=';
        add(value);
    }
    return text;
}

/// Status 0 when Twilio would accept the form.
Reply check(const Fields& form, const Ask& ask) {
    const auto value = [&](const char* name) { return form.contains(name) ? form.at(name) : std::string{}; };
    const std::string to = value("To");
    const std::string from = value("From");
    const std::string body = value("Body");
    const std::string callback = value("StatusCallback");
    if (!ask.header("content-type").starts_with("application/x-www-form-urlencoded"))
        return twilio_error(400, 21604, "A 'To' phone number is required.");
    if (to.empty()) return twilio_error(400, 21604, "A 'To' phone number is required.");
    if (!is_e164(to) || to == "+15005550001")
        return twilio_error(400, 21211, fmt::format("The 'To' number {} is not a valid phone number.", to));
    if (to == "+15005550009")
        return twilio_error(400, 21614, fmt::format("'To' number {} is not a valid mobile number", to));
    if (to == "+15005550004") return twilio_error(400, 21610, "Attempt to send to unsubscribed recipient");
    if (from.empty() && value("MessagingServiceSid").empty())
        return twilio_error(400, 21603, "A 'From' phone number is required.");
    if (!is_e164(from) || from == "+15005550001")
        return twilio_error(400, 21212,
                            fmt::format("The 'From' number {} is not a valid phone number", from));
    if (body.empty()) return twilio_error(400, 21602, "Message body is required.");
    if (characters(body) > body_characters_max)
        return twilio_error(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
    if (!callback.empty() && !callback.starts_with("http://") && !callback.starts_with("https://"))
        return twilio_error(400, 21609, "The 'StatusCallback' URL is not a valid URL.");
    return Reply{.status = 0};
}

/// The `op` of the status callback: the sender's mark.
std::string mark_of(const Fields& form) {
    const auto callback = form.find("StatusCallback");
    if (callback == form.end()) return {};
    const auto query = callback->second.find('?');
    if (query == std::string::npos) return {};
    const Fields parameters = decode_form(std::string_view{callback->second}.substr(query + 1));
    const auto op = parameters.find("op");
    return op == parameters.end() ? std::string{} : op->second;
}

std::size_t number_or(const std::string& text, std::size_t otherwise) {
    std::size_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string messages_path(const std::string& account) {
    return fmt::format("{}{}/Messages", accounts, account);
}

}  // namespace

Reply Twilio::failure(int status) const {
    if (status == 429) return twilio_error(429, 20429, "Too Many Requests");
    return twilio_error(status, 20500, "An internal server error has occurred");
}

Reply Twilio::handle(const Ask& ask) {
    if (!ask.path.starts_with(accounts))
        return twilio_error(404, 20404, "The requested resource was not found");
    const std::string rest = ask.path.substr(accounts.size());
    const std::string account = rest.substr(0, rest.find('/'));
    const std::string resource = rest.substr(std::min(rest.size(), account.size()));
    if (!authorized(ask, account)) return twilio_error(401, 20003, "Authenticate");
    if (resource == "/Messages.json" && ask.method == "POST") return create(ask, account);
    if (resource == "/Messages.json" && ask.method == "GET") return list(ask, account);
    if (auto reply = numbers_.handle(ask, account, resource)) return *std::move(reply);
    constexpr std::string_view prefix = "/Messages/";
    if (ask.method == "GET" && resource.starts_with(prefix) && resource.ends_with(".json"))
        return read(resource.substr(prefix.size(), resource.size() - prefix.size() - 5), account);
    return twilio_error(404, 20404, "The requested resource was not found");
}

Reply Twilio::create(const Ask& ask, const std::string& account) {
    const Fields form = decode_form(ask.body);
    if (Reply refusal = check(form, ask); refusal.status != 0) return refusal;
    Message message{.sid = fmt::format("SM{:032x}", next_number_++),
                    .to = form.at("To"),
                    .from = form.at("From"),
                    .body = form.at("Body"),
                    .created = system_clock::now()};
    ledger_.add({.vendor = "twilio",
                 .kind = "sms",
                 .id = message.sid,
                 .key = mark_of(form),
                 .to = message.to,
                 .from = message.from,
                 .subject = {},
                 .text = message.body,
                 .at = iso_time(message.created)});
    messages_.push_back(message);
    if (messages_.size() > messages_max) messages_.pop_front();
    if (const auto url = form.find("StatusCallback"); url != form.end())
        call_back(message, account, url->second, token_of(ask, account));
    return json_reply(201, as_json(message, account, true));
}

void Twilio::call_back(const Message& message, const std::string& account, const std::string& url,
                       const std::string& token) const {
    const bool lost = message.to == undeliverable;
    Fields form{{"AccountSid", account},
                {"ApiVersion", "2010-04-01"},
                {"From", message.from},
                {"To", message.to},
                {"MessageSid", message.sid},
                {"SmsSid", message.sid},
                {"MessageStatus", lost ? "undelivered" : "delivered"},
                {"SmsStatus", lost ? "undelivered" : "delivered"}};
    if (lost) form["ErrorCode"] = "30003";
    std::string signed_text = url;
    for (const auto& [name, value] : form) signed_text += name + value;
    const std::string signature = base64(hmac(Digest::sha1, token, signed_text));
    post_({.sender = "twilio",
           .url = url,
           .content_type = "application/x-www-form-urlencoded",
           .body = form_text(form),
           .after = carrier_time,
           .headers = [signature] { return Fields{{"X-Twilio-Signature", signature}}; }});
}

std::vector<Thing> Twilio::things() const {
    std::vector<Thing> all;
    for (const auto& [number, booked] : book_.all())
        all.push_back({"number", number, booked.sid, booked.friendly_name});
    return all;
}

std::vector<Promise> Twilio::promises() const {
    return {{"one number a purchase, none bought twice", book_.violations()},
            {"no message is sent twice for one operation", ledger_.repeats("twilio", "sms")}};
}

Reply Twilio::list(const Ask& ask, const std::string& account) const {
    const std::string to = ask.parameter("To");
    const std::string from = ask.parameter("From");
    const std::size_t size =
        std::clamp<std::size_t>(number_or(ask.parameter("PageSize"), 50), 1, page_size_max);
    const std::size_t page = number_or(ask.parameter("Page"), 0);
    const std::size_t first = page * size;
    json shown = json::array();
    std::size_t seen = 0;
    for (const Message& message : std::views::reverse(messages_)) {
        if ((!to.empty() && message.to != to) || (!from.empty() && message.from != from)) continue;
        if (seen >= first && seen < first + size) shown.push_back(as_json(message, account, false));
        ++seen;
    }
    const bool more = seen > first + size;
    json next;
    if (more) {
        Fields query = ask.query;
        query["Page"] = std::to_string(page + 1);
        std::string text;
        for (const auto& [name, value] : query) {
            const std::string plain = name == "To" || name == "From" ? "%2B" + value.substr(1) : value;
            text += fmt::format("{}{}={}", text.empty() ? "?" : "&", name, plain);
        }
        next = messages_path(account) + ".json" + text;
    }
    return json_reply(
        200, {{"messages", std::move(shown)}, {"page", page}, {"page_size", size}, {"next_page_uri", next}});
}

Reply Twilio::read(const std::string& sid, const std::string& account) const {
    const auto newest_first = std::views::reverse(messages_);
    const auto found = std::ranges::find(newest_first, sid, &Message::sid);
    if (found == newest_first.end()) return twilio_error(404, 20404, "The requested resource was not found");
    return json_reply(200, as_json(*found, account, false));
}

void Twilio::reset() {
    messages_.clear();
    book_.clear();
}

json Twilio::facts() const {
    return {
        {"incoming_numbers", book_.size()}, {"purchases", book_.purchases()}, {"releases", book_.releases()}};
}

json Twilio::as_json(const Message& message, const std::string& account, bool just_created) {
    const std::string created = rfc2822_time(message.created);
    json value{{"account_sid", account},
               {"api_version", "2010-04-01"},
               {"body", message.body},
               {"date_created", created},
               {"date_sent", nullptr},
               {"date_updated", created},
               {"direction", "outbound-api"},
               {"error_code", nullptr},
               {"error_message", nullptr},
               {"from", message.from},
               {"messaging_service_sid", nullptr},
               {"num_media", "0"},
               {"num_segments", std::to_string(1 + characters(message.body) / 160)},
               {"price", nullptr},
               {"price_unit", "USD"},
               {"sid", message.sid},
               {"status", just_created ? "queued" : "delivered"},
               {"to", message.to},
               {"uri", fmt::format("{}/{}.json", messages_path(account), message.sid)}};
    if (!just_created) value["date_sent"] = created;
    return value;
}

}  // namespace callflex::sandbox

#include "api/sandbox/resend.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t key_bytes_max = 256;
constexpr std::size_t recipients_max = 50;

Reply error(int status, const char* name, const std::string& message) {
    return json_reply(status, {{"statusCode", status}, {"name", name}, {"message", message}});
}

std::string text_of(const json& mail, const char* name) {
    const auto found = mail.find(name);
    return found != mail.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// "name <a@b>" or "a@b".
bool is_address(const std::string& text) {
    const auto open = text.find('<');
    std::string address = text;
    if (open != std::string::npos) {
        if (!text.ends_with('>')) return false;
        address = text.substr(open + 1, text.size() - open - 2);
    }
    const auto at = address.find('@');
    return at != std::string::npos && at > 0 && address.find('.', at) != std::string::npos &&
           address.find_first_of(" ,;<>", 0) == std::string::npos;
}

std::vector<std::string> recipients_of(const json& mail) {
    const auto to = mail.find("to");
    if (to == mail.end()) return {};
    if (to->is_string()) return {to->get<std::string>()};
    std::vector<std::string> recipients;
    if (!to->is_array()) return {};
    for (const json& entry : *to)
        recipients.push_back(entry.is_string() ? entry.get<std::string>() : std::string{});
    return recipients;
}

/// Status 0 when the caller may send at all.
Reply check_caller(const Ask& ask) {
    if (ask.header("user-agent").empty()) {
        Reply refusal;
        refusal.status = 403;
        refusal.body = "error code: 1010";
        refusal.content_type = "text/plain";
        return refusal;
    }
    const std::string token = bearer_token(ask);
    if (token.empty()) return error(401, "missing_api_key", "Missing API Key");
    if (!token.starts_with("re_")) return error(403, "invalid_api_key", "API key is invalid");
    return Reply{.status = 0};
}

Reply check_mail(const json& mail) {
    if (!mail.is_object()) return error(400, "validation_error", "The body is not a JSON object.");
    const std::string from = text_of(mail, "from");
    const auto recipients = recipients_of(mail);
    if (from.empty()) return error(422, "missing_required_field", "Missing `from` field.");
    if (recipients.empty()) return error(422, "missing_required_field", "Missing `to` field.");
    if (text_of(mail, "subject").empty())
        return error(422, "missing_required_field", "Missing `subject` field.");
    if (text_of(mail, "text").empty() && text_of(mail, "html").empty())
        return error(422, "missing_required_field", "Missing `html` or `text` field.");
    if (!is_address(from)) return error(422, "invalid_from_address", "Invalid `from` field.");
    if (recipients.size() > recipients_max) return error(422, "validation_error", "Too many recipients.");
    if (!std::ranges::all_of(recipients, is_address))
        return error(422, "validation_error", "Invalid `to` field.");
    return Reply{.status = 0};
}

}  // namespace

Reply Resend::failure(int status) const {
    if (status == 429) return error(429, "rate_limit_exceeded", "Too many requests.");
    return error(status, "application_error", "An unexpected error occurred.");
}

void Resend::reset() {
    keys_.clear();
    mails_.clear();
}

Reply Resend::handle(const Ask& ask) {
    if (Reply refusal = check_caller(ask); refusal.status != 0) return refusal;
    if (ask.path == "/emails" && ask.method == "POST") return send(ask);
    constexpr std::string_view prefix = "/emails/";
    if (ask.path.starts_with(prefix) && ask.method == "GET") {
        const auto found = mails_.find(ask.path.substr(prefix.size()));
        if (found != mails_.end()) return json_reply(200, found->second);
    }
    if (ask.path == "/emails")
        return error(405, "method_not_allowed", "Method is not allowed for the requested path.");
    return error(404, "not_found", "The requested endpoint does not exist.");
}

Reply Resend::send(const Ask& ask) {
    const std::string key = ask.header("idempotency-key");
    if (key.size() > key_bytes_max)
        return error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.");
    if (const auto known = keys_.find(key); !key.empty() && known != keys_.end()) {
        if (known->second.body == ask.body) return json_reply(200, {{"id", known->second.id}});
        return error(409, "invalid_idempotent_request",
                     "Same idempotency key used with a different request payload.");
    }
    const json mail = parse_json(ask.body);
    if (Reply refusal = check_mail(mail); refusal.status != 0) return refusal;
    const std::string id = fmt::format("00000000-0000-4000-8000-{:012x}", next_number_++);
    const std::string at = iso_time(std::chrono::system_clock::now());
    for (const std::string& to : recipients_of(mail)) {
        ledger_.add({.vendor = "resend",
                     .kind = "email",
                     .id = id,
                     .key = key,
                     .to = to,
                     .from = text_of(mail, "from"),
                     .subject = text_of(mail, "subject"),
                     .text = text_of(mail, "text"),
                     .at = at});
    }
    if (!key.empty()) keys_[key] = {ask.body, id};
    mails_[id] = {{"object", "email"},
                  {"id", id},
                  {"to", recipients_of(mail)},
                  {"from", text_of(mail, "from")},
                  {"created_at", at},
                  {"last_event", "sent"},
                  {"subject", text_of(mail, "subject")}};
    return json_reply(200, {{"id", id}});
}

}  // namespace callflex::sandbox

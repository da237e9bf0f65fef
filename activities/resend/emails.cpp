#include "activities/resend/emails.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/http/encoding.hpp"

namespace callflex::resend {
namespace {

using nlohmann::json;

constexpr std::size_t event_bytes_max = 64;
constexpr std::chrono::hours quota_delay{1};
constexpr std::chrono::seconds busy_delay{1};

/// What may stand in a header and between our slashes.
std::string key_part(std::string_view text) {
    std::string part{text.substr(0, event_bytes_max)};
    std::ranges::replace_if(
        part,
        [](char c) {
            return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
        },
        '-');
    return part.empty() ? "mail" : part;
}

std::string text_of(const json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

VendorFailure read_error(const http::Result& result) {
    const json error = json::parse(result.response->body, nullptr, false);
    const std::string name = text_of(error, "name");
    VendorFailure failure{.outcome = result.outcome, .retry_after = result.retry_after};
    failure.type = "Resend." + (name.empty() ? "http_" + std::to_string(result.status()) : redact(name));
    failure.message = redact(error.is_object() ? text_of(error, "message") : result.reason);
    if (name == "concurrent_idempotent_requests" || name == "resource_locked") {
        failure.outcome = http::Outcome::retryable;
        if (!failure.retry_after) failure.retry_after = busy_delay;
    }
    if (name == "daily_quota_exceeded" || name == "monthly_quota_exceeded")
        failure.retry_after =
            std::max<std::chrono::milliseconds>(failure.retry_after.value_or(quota_delay), quota_delay);
    return failure;
}

}  // namespace

std::string idempotency_key(const EmailRequest& mail, std::string_view activity_key) {
    const std::string recipient = http::sha256_hex(mail.to).substr(0, 16);
    return key_part(mail.event) + "/" + key_part(activity_key) + "/" + recipient;
}

http::Request sending_request(const ResendConfig& config, const EmailRequest& mail,
                              std::string_view activity_key) {
    const json body{{"from", config.from}, {"to", {mail.to}}, {"subject", mail.subject}, {"text", mail.text}};
    http::Request request;
    request.method = "POST";
    request.url = http::join(config.base_url, "/emails");
    request.headers = {{"Authorization", "Bearer " + config.api_key.reveal()},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"},
                       {"Idempotency-Key", idempotency_key(mail, activity_key)}};
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    request.idempotent = true;
    return request;
}

std::variant<EmailReceipt, VendorFailure> read_answer(const http::Result& result) {
    if (!result.response) return failure_without_answer("Resend", result);
    if (!result.ok()) return read_error(result);
    const json answer = json::parse(result.response->body, nullptr, false);
    std::string id = text_of(answer, "id");
    if (!id.empty()) return EmailReceipt{std::move(id)};
    // The same key gets the same answer again, so asking once more does no harm.
    return VendorFailure{.outcome = http::Outcome::retryable,
                         .type = "Resend.unreadable",
                         .message = "accepted, but the answer does not name the mail"};
}

}  // namespace callflex::resend

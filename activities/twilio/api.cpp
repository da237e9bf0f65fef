#include "activities/twilio/api.hpp"

#include "activities/vendor_json.hpp"

namespace callflex::twilio {
namespace {

/// Twilio's queue for one sender drains at about a message a second.
constexpr std::chrono::minutes full_queue_delay{1};

http::Header authorization(const TwilioConfig& config) {
    return {"Authorization", http::basic_authorization(config.account_sid, config.auth_token.reveal())};
}

std::int64_t code_of(const nlohmann::json& error) {
    const nlohmann::json& code = member(error, "code");
    return code.is_number_integer() ? code.get<std::int64_t>() : 0;
}

}  // namespace

std::string account_path(const TwilioConfig& config) {
    return "/2010-04-01/Accounts/" + http::percent_encode(config.account_sid);
}

http::Request reading(const TwilioConfig& config, const std::string& path) {
    http::Request request;
    request.url = http::join(config.base_url, path);
    request.headers = {authorization(config), {"Accept", "application/json"}};
    request.idempotent = true;
    return request;
}

http::Request writing(const TwilioConfig& config, const std::string& path, const http::Fields& form) {
    http::Request request;
    request.method = "POST";
    request.url = http::join(config.base_url, path);
    request.headers = {authorization(config),
                       {"Accept", "application/json"},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = http::form_encode(form);
    request.idempotent = false;
    return request;
}

VendorFailure read_error(const http::Result& result) {
    const nlohmann::json error = json_of(result);
    const std::int64_t code = code_of(error);
    VendorFailure failure{.outcome = result.outcome, .retry_after = result.retry_after};
    failure.type = "Twilio." + (code != 0 ? std::to_string(code) : "http_" + std::to_string(result.status()));
    failure.message = redact(error.is_object() ? text_of(error, "message") : result.reason);
    // Both say "not processed" whatever status they come with.
    constexpr std::int64_t too_many_requests = 20429;
    constexpr std::int64_t sender_queue_full = 21611;
    if (code == too_many_requests || code == sender_queue_full) failure.outcome = http::Outcome::retryable;
    if (code == sender_queue_full && !failure.retry_after) failure.retry_after = full_queue_delay;
    return failure;
}

VendorFailure failure_of(const http::Result& result) {
    return result.response ? read_error(result) : failure_without_answer("Twilio", result);
}

}  // namespace callflex::twilio

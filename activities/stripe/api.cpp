#include "activities/stripe/api.hpp"

#include "activities/vendor_json.hpp"
#include "engine/workflow/failure.hpp"

namespace callflex::stripe {
namespace {

http::Request request_to(const StripeConfig& config, const std::string& path) {
    http::Request request;
    request.url = http::join(config.base_url, path);
    request.headers = {{"Authorization", "Bearer " + config.secret_key.reveal()},
                       {"Stripe-Version", std::string{api_version}},
                       {"Accept", "application/json"}};
    request.idempotent = true;
    return request;
}

std::string name_of(const nlohmann::json& error, int status) {
    std::string name = text_of(error, "code");
    if (name.empty()) name = text_of(error, "type");
    return name.empty() ? "http_" + std::to_string(status) : redact(name);
}

bool means_later(const http::Result& result, const std::string& code) {
    return result.status() == 409 || code == "rate_limit" || code == "lock_timeout" ||
           code == "idempotency_key_in_use";
}

}  // namespace

http::Request reading(const StripeConfig& config, const std::string& path, const http::Fields& query) {
    return request_to(config, query.empty() ? path : path + "?" + http::form_encode(query));
}

http::Request writing(const StripeConfig& config, const std::string& path, const http::Fields& form,
                      const std::string& key) {
    http::Request request = request_to(config, path);
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.headers.push_back({"Idempotency-Key", key});
    request.body = http::form_encode(form);
    return request;
}

bool is_final_fault(const http::Result& result) {
    if (!result.response || result.status() < 500) return false;
    return result.response->header("Idempotent-Replayed") == "true" ||
           result.response->header("Stripe-Should-Retry") == "false";
}

VendorFailure failure_of(const http::Result& result) {
    if (!result.response) return failure_without_answer("Stripe", result);
    const nlohmann::json answer = json_of(result);
    const nlohmann::json& error = member(answer, "error");
    VendorFailure failure{.outcome = result.outcome, .retry_after = result.retry_after};
    failure.type = "Stripe." + name_of(error, result.status());
    failure.message = redact(error.is_object() ? text_of(error, "message") : result.reason);
    const auto should_retry = result.response->header("Stripe-Should-Retry");
    if (means_later(result, text_of(error, "code")) || should_retry == "true")
        failure.outcome = http::Outcome::retryable;
    if (should_retry == "false") failure.outcome = http::Outcome::permanent;
    if (is_final_fault(result)) failure.outcome = http::Outcome::unknown;
    return failure;
}

VendorFailure unreadable(std::string_view what) {
    return {.outcome = http::Outcome::retryable,
            .type = "Stripe.unreadable",
            .message = "answered, but not with " + std::string{what}};
}

void require_configured(const StripeConfig& config) {
    if (config.configured()) return;
    throw durable::ApplicationError("Stripe.not_configured", "set STRIPE_SECRET_KEY", {.retryable = false});
}

}  // namespace callflex::stripe

#include "activities/vapi/api.hpp"

#include <algorithm>

#include "activities/vendor_json.hpp"

namespace callflex::vapi {
namespace {

constexpr int not_found = 404;
constexpr std::size_t error_name_bytes_max = 40;

/// "assistant_pinned", but not "Bad Request".
bool is_error_name(const std::string& text) {
    return !text.empty() && text.size() <= error_name_bytes_max &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// A text, or a list of texts: both occur.
std::string message_of(const nlohmann::json& error) {
    const nlohmann::json& message = member(error, "message");
    if (message.is_string()) return message.get<std::string>();
    std::string all;
    if (!message.is_array()) return all;
    for (const nlohmann::json& line : message) {
        if (line.is_string()) all += (all.empty() ? "" : "; ") + line.get<std::string>();
    }
    return all;
}

http::Request request_of(const VapiConfig& config, const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.url = http::join(config.base_url, path);
    request.headers = {{"Authorization", "Bearer " + config.api_key.reveal()},
                       {"Accept", "application/json"}};
    request.idempotent = method != "POST";
    return request;
}

}  // namespace

http::Request asking(const VapiConfig& config, const std::string& method, const std::string& path) {
    return request_of(config, method, path);
}

http::Request telling(const VapiConfig& config, const std::string& method, const std::string& path,
                      const nlohmann::json& body) {
    http::Request request = request_of(config, method, path);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return request;
}

VendorFailure failure_of(const http::Result& result) {
    if (!result.response) return failure_without_answer("Vapi", result);
    const nlohmann::json error = json_of(result);
    const std::string name = text_of(error, "error");
    VendorFailure failure{.outcome = result.outcome, .retry_after = result.retry_after};
    failure.type = "Vapi." + (is_error_name(name) ? name : "http_" + std::to_string(result.status()));
    failure.message = redact(message_of(error));
    if (failure.message.empty()) failure.message = "answered " + std::to_string(result.status());
    return failure;
}

VendorFailure unreadable(std::string what) {
    return {.outcome = http::Outcome::unknown, .type = "Vapi.unreadable", .message = std::move(what)};
}

Answer<Deleted> read_deletion(const http::Result& result) {
    if (result.ok()) return Deleted{.was_there = true};
    if (result.status() == not_found) return Deleted{.was_there = false};
    return failure_of(result);
}

}  // namespace callflex::vapi

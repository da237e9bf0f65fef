#include "activities/vapi/live_control.hpp"

#include <algorithm>

namespace callflex::vapi {
namespace {

using nlohmann::json;

/// "vapi.ai" allows itself and everything below it, over https; "http://127.0.0.1:8081" exactly that origin.
bool allows(const std::string& entry, const http::Url& url) {
    if (entry.find("://") != std::string::npos) return url.origin() == entry;
    if (!url.secure || url.port != 443) return false;
    return url.host == entry || url.host.ends_with("." + entry);
}

http::Request control(const VapiConfig& config, const std::string& url, const json& body) {
    http::Request request;
    request.method = "POST";
    request.url = control_url(config, url);
    request.headers = {{"Content-Type", "application/json"}};
    if (!config.public_key.empty())
        request.headers.push_back({"Authorization", "Bearer " + config.public_key.reveal()});
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    request.idempotent = false;
    return request;
}

json plan_of(const Transfer& transfer) {
    if (transfer.mode == TransferMode::blind) return {{"mode", "blind-transfer"}};
    if (transfer.summary.empty()) return {{"mode", "warm-transfer-say-summary"}};
    return {{"mode", "warm-transfer-say-message"}, {"message", transfer.summary}};
}

}  // namespace

http::Url control_url(const VapiConfig& config, const std::string& text) {
    const http::Url url = http::parse_url(text);
    const bool allowed =
        std::ranges::any_of(config.control_hosts, [&](const auto& entry) { return allows(entry, url); });
    if (!allowed)
        throw http::BadUrl("the control URL leads to a host that VAPI_CONTROL_HOSTS does not allow");
    return url;
}

http::Request transfer_control(const VapiConfig& config, const std::string& url, const Transfer& transfer) {
    json destination{{"type", "number"}, {"number", transfer.number}, {"transferPlan", plan_of(transfer)}};
    json body{{"type", "transfer"}, {"destination", std::move(destination)}};
    if (!transfer.message.empty()) body["content"] = transfer.message;
    return control(config, url, body);
}

http::Request say_control(const VapiConfig& config, const std::string& url, const std::string& text,
                          bool end_call_after) {
    return control(config, url, {{"type", "say"}, {"content", text}, {"endCallAfterSpoken", end_call_after}});
}

http::Request end_call_control(const VapiConfig& config, const std::string& url) {
    http::Request request = control(config, url, {{"type", "end-call"}});
    request.idempotent = true;
    return request;
}

Answer<Controlled> read_control(const http::Result& result) {
    if (result.ok()) return Controlled{};
    return failure_of(result);
}

}  // namespace callflex::vapi

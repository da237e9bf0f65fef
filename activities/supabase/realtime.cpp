#include "activities/supabase/realtime.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace callflex::supabase {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds request_timeout{3};
constexpr std::size_t payload_bytes_max = 100'000;

[[noreturn]] void refuse(const char* type, const char* message) {
    throw durable::ApplicationError(type, message, {.retryable = false});
}

ordered_json payload_of(const LiveBroadcast& broadcast) {
    ordered_json payload{{"id", broadcast.id}};
    const auto given = ordered_json::parse(broadcast.event.payload.json, nullptr, false);
    if (given.is_object()) payload.update(given);
    return payload;
}

}  // namespace

std::vector<http::Header> key_headers(const SupabaseConfig& config) {
    const std::string& key = config.service_key.reveal();
    std::vector<http::Header> headers{{"apikey", key}};
    if (!key.starts_with("sb_")) headers.push_back({"Authorization", "Bearer " + key});
    return headers;
}

http::Request broadcast_request(const SupabaseConfig& config, const LiveBroadcast& broadcast) {
    const ordered_json message{{"topic", "org:" + broadcast.event.organization_id},
                               {"event", broadcast.event.type},
                               {"payload", payload_of(broadcast)},
                               {"private", true}};
    http::Request request;
    request.method = "POST";
    request.url = http::join(config.url, "/realtime/v1/api/broadcast");
    request.headers = key_headers(config);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = ordered_json{{"messages", ordered_json::array({message})}}.dump(
        -1, ' ', false, ordered_json::error_handler_t::replace);
    request.idempotent = true;  // browsers ignore repeats by the event's id
    request.timeout = request_timeout;
    return request;
}

std::optional<VendorFailure> read_broadcast(const http::Result& result) {
    if (result.trouble != http::Trouble::none) return failure_without_answer("Supabase", result);
    if (result.ok()) return std::nullopt;
    const bool again = result.status() == 429 || result.status() >= 500;
    return VendorFailure{.outcome = again ? http::Outcome::retryable : http::Outcome::permanent,
                         .type = fmt::format("Supabase.{}", result.status()),
                         .message = "the broadcast was refused",
                         .retry_after = result.retry_after};
}

boost::asio::awaitable<durable::Nothing> broadcast(std::shared_ptr<Vendors> vendors,
                                                   durable::ActivityContext& context, LiveBroadcast event) {
    const SupabaseConfig& config = vendors->config.supabase;
    if (!config.configured()) refuse("Supabase.not_configured", "set SUPABASE_URL and SUPABASE_SERVICE_KEY");
    http::Request request = broadcast_request(config, event);
    if (request.body.size() > payload_bytes_max)
        refuse("Supabase.too_large", "the event is larger than 100 kB");
    request.timeout = time_left(context, request_timeout);
    const http::Result result = co_await vendors->http->send(std::move(request), context.stop_token());
    if (const auto failure = read_broadcast(result)) throw_vendor_failure(*failure);
    co_return durable::Nothing{};
}

}  // namespace callflex::supabase

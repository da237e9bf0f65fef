#include "activities/storage/supabase_storage.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "activities/http/encoding.hpp"
#include "activities/storage/spooled_body.hpp"
#include "activities/supabase/realtime.hpp"

namespace callflex {
namespace {

constexpr std::chrono::minutes upload_time_max{2};

/// The body's "statusCode", a string; else the status of the answer.
int status_of(const http::Result& result, const nlohmann::json& body) {
    if (!body.is_object() || !body.contains("statusCode")) return result.status();
    const auto& given = body.at("statusCode");
    if (given.is_number_integer()) return given.get<int>();
    if (!given.is_string()) return result.status();
    const auto text = given.get<std::string>();
    int status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    return error == std::errc{} && end == text.data() + text.size() ? status : result.status();
}

std::string code_of(const nlohmann::json& body) {
    for (const auto* member : {"code", "error"}) {
        if (body.is_object() && body.contains(member) && body.at(member).is_string())
            return redact(body.at(member).get<std::string>());
    }
    return "no_code";
}

}  // namespace

VendorFailure read_supabase_storage(const http::Result& result) {
    if (result.trouble != http::Trouble::none) return failure_without_answer("SupabaseStorage", result);
    const auto body = nlohmann::json::parse(result.response->body, nullptr, false);
    const int status = status_of(result, body);
    const bool again = status == 408 || status == 423 || status == 429 || status >= 500;
    return {.outcome = again ? http::Outcome::retryable : http::Outcome::permanent,
            .type = "SupabaseStorage." + code_of(body),
            .message = fmt::format("the upload was answered {}", status),
            .retry_after = result.retry_after};
}

http::Request supabase_upload(const SupabaseConfig& config, const SpooledFile& file,
                              const std::string& path) {
    http::Request request;
    request.method = "POST";
    request.url = http::join(
        config.url, "/storage/v1/object/" + http::percent_encode(config.bucket) + "/" + encoded_path(path));
    request.headers = supabase::key_headers(config);
    request.headers.push_back({"Content-Type", file.content_type});
    request.headers.push_back({"cache-control", "max-age=3600"});
    request.headers.push_back({"x-upsert", "true"});
    request.idempotent = true;
    request.source = std::make_shared<SpooledBody>(file);
    return request;
}

boost::asio::awaitable<void> SupabaseStorage::keep(durable::ActivityContext& context, SpooledFile file,
                                                   std::string path) {
    http::Request request = supabase_upload(vendors_->config.supabase, file, path);
    request.timeout = time_left(context, upload_time_max);
    const http::Result result = co_await vendors_->http->send(std::move(request), context.stop_token());
    if (!result.ok()) throw_vendor_failure(read_supabase_storage(result));
}

}  // namespace callflex

#include "activities/storage/s3_storage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "activities/http/encoding.hpp"
#include "activities/storage/sigv4.hpp"
#include "activities/storage/spooled_body.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {
namespace {

constexpr std::chrono::minutes upload_time_max{2};

/// "NoSuchBucket" of "<Error><Code>NoSuchBucket</Code>...": S3's codes are words.
std::string code_of(const std::string& xml) {
    constexpr std::string_view open = "<Code>";
    const auto begin = xml.find(open);
    const auto end = xml.find("</Code>");
    if (begin == std::string::npos || end == std::string::npos || end < begin) return "no_code";
    std::string code = xml.substr(begin + open.size(), end - begin - open.size());
    const bool word = code.size() <= 64 && std::ranges::all_of(code, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                      });
    return word ? code : "no_code";
}

VendorFailure failure_of(const http::Result& result) {
    if (result.trouble != http::Trouble::none) return failure_without_answer("S3", result);
    const bool again = result.status() == 409 || result.outcome == http::Outcome::retryable;
    const std::string code = code_of(result.response->body);
    return {.outcome = again ? http::Outcome::retryable : http::Outcome::permanent,
            .type = "S3." + code,
            .message = fmt::format("the upload was answered {}", result.status()),
            .retry_after = result.retry_after};
}

}  // namespace

http::Request s3_upload(const S3Config& config, const SpooledFile& file, const std::string& path,
                        std::chrono::sys_seconds now) {
    http::Request request;
    request.method = "PUT";
    request.url =
        http::join(config.endpoint, "/" + http::percent_encode(config.bucket) + "/" + encoded_path(path));
    request.headers = {{"Content-Type", file.content_type}};
    request.idempotent = true;
    request.source = std::make_shared<SpooledBody>(file);
    sign_v4(request,
            {.access_key_id = config.access_key_id,
             .secret_access_key = config.secret_access_key,
             .region = config.region},
            file.sha256, now);
    return request;
}

boost::asio::awaitable<void> S3Storage::keep(durable::ActivityContext& context, SpooledFile file,
                                             std::string path) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    http::Request request = s3_upload(vendors_->config.s3, file, path, now);
    request.timeout = time_left(context, upload_time_max);
    const http::Result result = co_await vendors_->http->send(std::move(request), context.stop_token());
    if (!result.ok()) throw_vendor_failure(failure_of(result));
}

}  // namespace callflex

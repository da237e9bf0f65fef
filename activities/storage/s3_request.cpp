#include "activities/storage/s3_request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "activities/http/encoding.hpp"
#include "activities/storage/sigv4.hpp"
#include "activities/storage/storage.hpp"

namespace callflex {
namespace {

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

}  // namespace

http::Request s3_put(const S3Config& config, const S3Object& object, std::chrono::sys_seconds now) {
    http::Request request;
    request.method = "PUT";
    request.url = http::join(config.endpoint,
                             "/" + http::percent_encode(object.bucket) + "/" + encoded_path(object.path));
    request.headers = {{"Content-Type", object.content_type}};
    request.idempotent = true;
    sign_v4(request,
            {.access_key_id = config.access_key_id,
             .secret_access_key = config.secret_access_key,
             .region = config.region},
            object.sha256, now);
    return request;
}

VendorFailure s3_failure(const http::Result& result) {
    if (result.trouble != http::Trouble::none) return failure_without_answer("S3", result);
    const bool again = result.status() == 409 || result.outcome == http::Outcome::retryable;
    const std::string code = code_of(result.response->body);
    return {.outcome = again ? http::Outcome::retryable : http::Outcome::permanent,
            .type = "S3." + code,
            .message = fmt::format("the upload was answered {}", result.status()),
            .retry_after = result.retry_after};
}

}  // namespace callflex

#include "activities/storage/s3_storage.hpp"

#include "activities/storage/s3_request.hpp"
#include "activities/storage/spooled_body.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {
namespace {

constexpr std::chrono::minutes upload_time_max{2};

}  // namespace

boost::asio::awaitable<void> S3Storage::keep(durable::ActivityContext& context, SpooledFile file,
                                             std::string path) {
    const S3Config& config = vendors_->config.s3;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    http::Request request =
        s3_put(config, {config.bucket, std::move(path), file.content_type, file.sha256}, now);
    request.source = std::make_shared<SpooledBody>(std::move(file));
    request.timeout = time_left(context, upload_time_max);
    const http::Result result = co_await vendors_->http->send(std::move(request), context.stop_token());
    if (!result.ok()) throw_vendor_failure(s3_failure(result));
}

}  // namespace callflex

#include "activities/storage/s3_archive.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>

#include "activities/http/encoding.hpp"
#include "activities/storage/s3_request.hpp"

namespace callflex {
namespace {

constexpr std::chrono::seconds least_time{30};
constexpr std::size_t bytes_a_second = std::size_t{128} << 10;

/// On this thread, which has no executor of its own.
http::Result wait_for(http::Client& client, http::Request request, const std::stop_token& stop) {
    boost::asio::io_context io;
    auto result = boost::asio::co_spawn(io, client.send(std::move(request), stop), boost::asio::use_future);
    io.run();
    return result.get();
}

}  // namespace

std::string S3Archive::place() const {
    const ExportConfig& exports = vendors_->config.exports;
    return "s3://" + exports.bucket + (exports.prefix.empty() ? "" : "/" + exports.prefix);
}

void S3Archive::keep(const std::string& name, std::string bytes, const std::stop_token& stop) {
    const ExportConfig& exports = vendors_->config.exports;
    const std::string path = exports.prefix.empty() ? name : exports.prefix + "/" + name;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    http::Request request =
        s3_put(vendors_->config.s3, {exports.bucket, path, "application/zstd", http::sha256_hex(bytes)}, now);
    request.timeout = least_time + std::chrono::seconds{bytes.size() / bytes_a_second};
    request.body = std::move(bytes);
    const http::Result result = wait_for(*vendors_->http, std::move(request), stop);
    if (!result.ok()) {
        const VendorFailure failure = s3_failure(result);
        throw std::runtime_error(failure.type + ": " + failure.message);
    }
    if (result.response->header("ETag").empty())
        throw std::runtime_error("S3.no_etag: the answer has no ETag: does S3_ENDPOINT name a store?");
}

}  // namespace callflex

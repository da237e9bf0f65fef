#pragma once
// A big body streamed to a sink, counted, limited and hashed on the way: call recordings.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "activities/http/client.hpp"

namespace callflex::http {

struct DownloadRequest {
    Url url;
    /// Sent to the first origin only, never to the one a redirect points to.
    std::vector<Header> headers;
    std::uint64_t bytes_max = std::uint64_t{256} << 20;
    std::chrono::milliseconds timeout{120'000};  ///< for everything, the redirect included
};

struct Download {
    Result result;  ///< of the last exchange; its response has no body when it is ok
    std::uint64_t bytes = 0;
    std::string sha256{};  ///< lower-case hexadecimal, of the bytes given to the sink; "" unless ok
    std::string content_type{};

    [[nodiscard]] bool ok() const { return result.ok(); }
};

/// GET with at most one redirect, which must not lead from https to http. Whatever the sink got is worthless
/// unless the download is ok: write to a temporary file and rename.
[[nodiscard]] boost::asio::awaitable<Download> download(Client& client, DownloadRequest request,
                                                        BodySink sink, std::stop_token stop = {});

}  // namespace callflex::http

#include "activities/http/download.hpp"

#include <algorithm>
#include <memory>
#include <variant>

#include "activities/http/encoding.hpp"

namespace callflex::http {
namespace {

/// What the sink of one exchange has seen; shared with the client's thread for the time of that exchange.
struct Progress {
    Sha256 hash;
    std::uint64_t bytes = 0;
};

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result refused(std::string reason) {
    return Result{.outcome = Outcome::permanent,
                  .trouble = Trouble::malformed,
                  .sent = true,
                  .reason = std::move(reason)};
}

/// The second request, or why there is none.
std::variant<Request, Result> follow(const Request& first, const Response& answer) {
    const std::string_view location = answer.header("Location");
    if (location.empty()) return refused("redirect from " + first.url.host + " without a Location");
    try {
        Request next = first;
        next.url = redirect_target(first.url, location);
        if (first.url.secure && !next.url.secure) return refused("redirect from https to http, not followed");
        if (next.url.origin() != first.url.origin()) next.headers.clear();
        return next;
    } catch (const BadUrl& error) {
        return refused(std::string{"redirect to a bad Location: "} + error.what());
    }
}

Request first_request(const DownloadRequest& request) {
    return Request{.method = "GET",
                   .url = request.url,
                   .headers = request.headers,
                   .body = {},
                   .idempotent = true,
                   .timeout = request.timeout,
                   .response_bytes_max = request.bytes_max};
}

std::chrono::milliseconds remaining(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds{1});
}

}  // namespace

boost::asio::awaitable<Download> download(Client& client, DownloadRequest request, BodySink sink,
                                          std::stop_token stop) {
    const auto deadline = std::chrono::steady_clock::now() + request.timeout;
    const auto progress = std::make_shared<Progress>();
    const BodySink counted = [progress, sink](std::string_view piece) {
        progress->hash.update(piece);
        progress->bytes += piece.size();
        sink(piece);
    };

    Request next = first_request(request);
    Result result = co_await client.send(next, counted, stop);
    if (result.response && is_redirect(result.status())) {
        auto followed = follow(next, *result.response);
        if (Result* problem = std::get_if<Result>(&followed))
            co_return Download{.result = std::move(*problem)};
        next = std::get<Request>(std::move(followed));
        next.timeout = remaining(deadline);
        result = co_await client.send(next, counted, stop);
        if (result.response && is_redirect(result.status()))
            co_return Download{.result = refused("a second redirect, not followed")};
    }

    Download done{.result = std::move(result), .bytes = progress->bytes};
    if (done.ok()) {
        done.sha256 = progress->hash.finish();
        done.content_type = done.result.response->header("Content-Type");
    }
    co_return done;
}

}  // namespace callflex::http

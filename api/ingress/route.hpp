#pragma once
// One place of the ingress: which requests it takes, and what it does with them. Constant after the start;
// handle() runs on the connections' executors, several at once.

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "api/http/message.hpp"

namespace callflex::ingress {

class Route {
  public:
    enum class Content : std::uint8_t { none, json, form };

    Route() = default;
    Route(const Route&) = delete;
    Route& operator=(const Route&) = delete;
    virtual ~Route() = default;

    /// For metrics and the log: from a closed set.
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual bool serves(std::string_view path) const = 0;
    [[nodiscard]] virtual std::string_view method() const { return "POST"; }
    [[nodiscard]] virtual Content content() const { return Content::json; }
    /// The most that a body may have.
    [[nodiscard]] virtual std::size_t body_max() const = 0;
    [[nodiscard]] virtual boost::asio::awaitable<http::Response> handle(http::Request request) = 0;
};

/// What follows `prefix` in `path`, if it is one segment and not empty; else "".
[[nodiscard]] std::string_view last_segment(std::string_view path, std::string_view prefix);

/// Why a request of this head is not for this route: its method, its content's coding or type. Nothing when it
/// is.
[[nodiscard]] std::optional<http::Response> refuse_head(const Route& route, const http::RequestHead& head,
                                                        std::string_view request_id);

}  // namespace callflex::ingress

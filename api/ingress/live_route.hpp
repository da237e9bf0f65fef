#pragma once
// GET /api/live/{organization}?token=...: the organization's live events as server-sent events, from now on, or
// after Last-Event-ID (or ?after=). A comment every 15 s keeps proxies from closing.

#include "api/ingress/live_feed.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"
#include "api/ingress/route.hpp"

namespace callflex::ingress {

class LiveRoute : public Route {
  public:
    LiveRoute(const IngressOptions& options, LiveFeed& feed, Metrics& metrics)
        : options_{options}, feed_{feed}, metrics_{metrics} {}

    [[nodiscard]] std::string_view name() const override { return "live"; }
    [[nodiscard]] bool serves(std::string_view path) const override;
    [[nodiscard]] std::string_view method() const override { return "GET"; }
    [[nodiscard]] Content content() const override { return Content::none; }
    [[nodiscard]] std::size_t body_max() const override { return 0; }
    [[nodiscard]] boost::asio::awaitable<http::Response> handle(http::Request request) override;

  private:
    const IngressOptions& options_;
    LiveFeed& feed_;
    Metrics& metrics_;
};

}  // namespace callflex::ingress

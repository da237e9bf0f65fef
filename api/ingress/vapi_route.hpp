#pragma once
// POST /api/webhooks/vapi/{organization}: authenticate, understand, commit, answer; in that order.

#include <boost/asio/awaitable.hpp>

#include "api/http/message.hpp"
#include "api/ingress/credentials.hpp"
#include "api/ingress/group_committer.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"
#include "api/ingress/rate_limiter.hpp"
#include "api/ingress/reception.hpp"
#include "api/ingress/route.hpp"

namespace callflex::ingress {

class VapiRoute : public Route {
  public:
    VapiRoute(const IngressOptions& options, CredentialStore& credentials, GroupCommitter& committer,
              Reception& reception, Metrics& metrics);

    [[nodiscard]] std::string_view name() const override { return "vapi"; }
    [[nodiscard]] bool serves(std::string_view path) const override;
    [[nodiscard]] std::size_t body_max() const override { return options_.report_bytes; }
    [[nodiscard]] boost::asio::awaitable<http::Response> handle(http::Request request) override;

  private:
    /// Nothing when the request is authentic.
    [[nodiscard]] std::optional<http::Response> refuse_stranger(const http::Request& request,
                                                                const Credentials& credentials);
    [[nodiscard]] std::optional<http::Response> refuse_rate(RateLimiter& limiter, durable::Uuid organization,
                                                            const http::Request& request);
    [[nodiscard]] boost::asio::awaitable<http::Response> answer(durable::Uuid organization,
                                                                VapiMessage question, std::string request_id);
    [[nodiscard]] boost::asio::awaitable<http::Response> commit(InboundWebhook webhook,
                                                                std::string request_id);

    const IngressOptions& options_;
    CredentialStore& credentials_;
    GroupCommitter& committer_;
    Reception& reception_;
    Metrics& metrics_;
    RateLimiter events_limiter_;
    RateLimiter questions_limiter_;
};

}  // namespace callflex::ingress

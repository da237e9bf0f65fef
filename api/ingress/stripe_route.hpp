#pragma once
// POST /api/webhooks/stripe: signed events, in any order and any number of times (stripe_effects.hpp).

#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"
#include "api/ingress/route.hpp"
#include "api/ingress/transaction_runner.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

class StripeRoute : public Route {
  public:
    StripeRoute(const IngressOptions& options, durable::client::Client& client,
                TransactionRunner& transactions, Metrics& metrics)
        : options_{options}, client_{client}, transactions_{transactions}, metrics_{metrics} {}

    [[nodiscard]] std::string_view name() const override { return "stripe"; }
    [[nodiscard]] bool serves(std::string_view path) const override { return path == "/api/webhooks/stripe"; }
    [[nodiscard]] std::size_t body_max() const override { return options_.body_bytes; }
    /// 200 for whatever is authentic and recorded; 400 when the signature or the body is not as it must be.
    [[nodiscard]] boost::asio::awaitable<http::Response> handle(http::Request request) override;

  private:
    const IngressOptions& options_;
    durable::client::Client& client_;
    TransactionRunner& transactions_;
    Metrics& metrics_;
};

}  // namespace callflex::ingress

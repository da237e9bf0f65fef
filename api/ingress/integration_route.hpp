#pragma once
// POST /api/webhooks/integrations/{provider}/{organization}: signed events (Standard Webhooks) from the
// customer's own tools. The integration's config says what an event does:
//
//   {"start": {"workflow": "<type>", "id": "<prefix>"}}        a run "<prefix>-<organization>-<webhook-id>"
//   {"signal": {"workflow_id": "<id>", "name": "<signal>"}}    a message for an open run of the organization
//
// The event's body is the input or the message. Runs belong to the organization: an integration reaches no
// run of another.

#include <string>

#include "api/ingress/credentials.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"
#include "api/ingress/rate_limiter.hpp"
#include "api/ingress/route.hpp"
#include "api/ingress/transaction_runner.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

class IntegrationRoute : public Route {
  public:
    IntegrationRoute(const IngressOptions& options, CredentialStore& credentials,
                     durable::client::Client& client, TransactionRunner& transactions, Metrics& metrics);

    [[nodiscard]] std::string_view name() const override { return "integrations"; }
    [[nodiscard]] bool serves(std::string_view path) const override;
    [[nodiscard]] std::size_t body_max() const override { return options_.body_bytes; }
    /// 200 with what was started or signalled; 404 when there is no such integration; 409 when its config
    /// cannot be followed (no such run, a closed one, or a workflow id of another organization).
    [[nodiscard]] boost::asio::awaitable<http::Response> handle(http::Request request) override;

  private:
    struct Event {
        std::string provider;
        std::string organization;
        std::string webhook_id;
        std::string body;
        std::string request_id;
        durable::Timestamp received_at;
    };
    [[nodiscard]] http::Response apply(pqxx::work& tx, const Event& event);
    [[nodiscard]] http::Response follow(pqxx::work& tx, const Event& event, const std::string& config);
    [[nodiscard]] http::Response start(pqxx::work& tx, const Event& event, const std::string& type,
                                       const std::string& prefix);
    [[nodiscard]] http::Response signal(pqxx::work& tx, const Event& event, const std::string& workflow_id,
                                        const std::string& signal_name);

    const IngressOptions& options_;
    CredentialStore& credentials_;
    durable::client::Client& client_;
    TransactionRunner& transactions_;
    Metrics& metrics_;
    RateLimiter limiter_;
};

}  // namespace callflex::ingress

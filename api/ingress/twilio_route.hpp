#pragma once
// POST /api/webhooks/twilio/sms-status and /status: what became of messages and calls. Form-encoded, signed over
// the public URL and the parameters.

#include <string>

#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"
#include "api/ingress/route.hpp"
#include "api/ingress/transaction_runner.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

class TwilioRoute : public Route {
  public:
    enum class Kind : std::uint8_t { sms_status, call_status };

    TwilioRoute(Kind kind, const IngressOptions& options, durable::client::Client& client,
                TransactionRunner& transactions, Metrics& metrics)
        : kind_{kind}, options_{options}, client_{client}, transactions_{transactions}, metrics_{metrics} {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] bool serves(std::string_view path) const override;
    [[nodiscard]] Content content() const override { return Content::form; }
    [[nodiscard]] std::size_t body_max() const override { return std::size_t{64} << 10; }
    /// 204 when it is stored. Status callbacks are committed with their effect: the notification's row, and a
    /// signal to the run that waits for it.
    [[nodiscard]] boost::asio::awaitable<http::Response> handle(http::Request request) override;

  private:
    [[nodiscard]] TransactionRunner::Job sms_job(const http::Request& request,
                                                 const struct SmsStatus& status);
    [[nodiscard]] TransactionRunner::Job call_job(const http::Request& request, const std::string& call_sid,
                                                  const std::string& status);

    Kind kind_;
    const IngressOptions& options_;
    durable::client::Client& client_;
    TransactionRunner& transactions_;
    Metrics& metrics_;
};

}  // namespace callflex::ingress

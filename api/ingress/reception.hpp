#pragma once
// Answers what somebody on the line waits for: functions that the AI calls, who takes a call that comes in,
// where a call is passed on to. On transactions of their own, so that no flood of plain events delays them.
// Thread-safe.

#include <boost/asio/awaitable.hpp>

#include "activities/call_routing.hpp"
#include "api/ingress/functions/function_desk.hpp"
#include "api/ingress/transaction_runner.hpp"
#include "api/ingress/vapi_call.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::ingress {

class Reception {
  public:
    Reception(const IngressOptions& options, durable::client::Client& client, Metrics& metrics);

    /// VAPI reads answers with status 200 only: what could not be stored is told to the AI in words.
    [[nodiscard]] boost::asio::awaitable<http::Response> answer(durable::Uuid organization, ToolCalls asked,
                                                                std::string request_id);
    [[nodiscard]] boost::asio::awaitable<http::Response> answer(durable::Uuid organization,
                                                                AssistantRequest request,
                                                                std::string request_id);
    [[nodiscard]] boost::asio::awaitable<http::Response> answer(durable::Uuid organization,
                                                                TransferRequest request,
                                                                std::string request_id);
    void stop() { transactions_.stop(); }

  private:
    const IngressOptions options_;  ///< those given, with less patience: a caller hears silence
    const VapiConfig control_;
    durable::client::Client& client_;
    functions::FunctionDesk desk_;
    TransactionRunner transactions_;
};

}  // namespace callflex::ingress

#include "activities/vapi/exchange.hpp"

#include "activities/vendor_failure.hpp"

namespace callflex::vapi {
namespace {

constexpr std::chrono::seconds request_timeout{30};

}  // namespace

void check_configured(const VendorConfig& config) {
    if (!config.vapi.configured())
        throw durable::ApplicationError("Vapi.not_configured", "set VAPI_API_KEY", {.retryable = false});
}

boost::asio::awaitable<http::Result> exchange(std::shared_ptr<Vendors> vendors,
                                              durable::ActivityContext& context, http::Request request) {
    request.timeout = time_left(context, request_timeout);
    co_return co_await vendors->http->send(std::move(request), context.stop_token());
}

}  // namespace callflex::vapi

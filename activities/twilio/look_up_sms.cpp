#include "activities/twilio/look_up_sms.hpp"

#include <nlohmann/json.hpp>

#include "activities/http/encoding.hpp"
#include "activities/twilio/api.hpp"
#include "activities/vendor_failure.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::twilio {
namespace {

constexpr std::chrono::seconds request_timeout{20};

/// Twilio gives a number or null.
std::string error_code_of(const nlohmann::json& message) {
    const auto code = message.find("error_code");
    return code != message.end() && code->is_number_integer() ? std::to_string(code->get<int>())
                                                              : std::string{};
}

}  // namespace

boost::asio::awaitable<DeliveryStatus> look_up(std::shared_ptr<Vendors> vendors,
                                               durable::ActivityContext& context, SmsToLookUp wanted) {
    const TwilioConfig& config = vendors->config.twilio;
    http::Request request = reading(
        config, account_path(config) + "/Messages/" + http::percent_encode(wanted.message_id) + ".json");
    request.timeout = time_left(context, request_timeout);
    const http::Result result = co_await vendors->http->send(std::move(request), context.stop_token());
    if (!result.ok()) throw_vendor_failure(failure_of(result));
    const nlohmann::json message = json_of(result);
    DeliveryStatus report{wanted.message_id, message.is_object() ? text_of(message, "status") : "",
                          message.is_object() ? error_code_of(message) : ""};
    if (notification_status(report.status) == "sent") {
        throw durable::ApplicationError("Twilio.pending", "the message's delivery is still open");
    }
    co_return report;
}

}  // namespace callflex::twilio

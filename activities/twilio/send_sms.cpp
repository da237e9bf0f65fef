#include "activities/twilio/send_sms.hpp"

#include "activities/attempt_memory.hpp"
#include "activities/phone_number.hpp"
#include "activities/twilio/messages.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::twilio {
namespace {

constexpr std::chrono::seconds request_timeout{30};

[[noreturn]] void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

void check(const TwilioConfig& config, const SmsRequest& sms, std::string_view idempotency_key) {
    if (!config.configured())
        refuse("Twilio.not_configured", "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_SMS_FROM");
    if (!is_e164(sms.to)) refuse("InvalidSms", "the recipient is not an E.164 number");
    if (sms.body.empty()) refuse("InvalidSms", "the text is empty");
    const std::size_t characters = characters_in(body_with_reference(sms, idempotency_key));
    if (characters > body_characters_max)
        refuse("InvalidSms", "the text has " + std::to_string(characters) +
                                 " characters with its reference, 1600 are allowed");
}

}  // namespace

boost::asio::awaitable<SmsReceipt> send(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                        SmsRequest sms) {
    const AttemptClock clock{context.info()};
    const std::string& key = context.info().idempotency_key;
    check(vendors->config.twilio, sms, key);
    // An older note must not stand for this attempt if it is cut short.
    if (!context.heartbeat_details().is_null()) note_attempt(context, clock.now());

    http::Request request = creation_request(vendors->config, sms, key);
    request.timeout = time_left(context, request_timeout);
    const http::Result result = co_await vendors->http->send(std::move(request), context.stop_token());
    const auto answer = read_creation(result);
    if (const auto* receipt = std::get_if<SmsReceipt>(&answer)) co_return *receipt;
    const auto& failure = std::get<VendorFailure>(answer);
    if (failure.outcome == http::Outcome::unknown) note_attempt(context, clock.now());
    throw_vendor_failure(failure);
}

}  // namespace callflex::twilio

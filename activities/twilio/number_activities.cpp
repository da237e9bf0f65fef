#include "activities/twilio/number_activities.hpp"

#include <algorithm>

#include "activities/creation.hpp"
#include "activities/phone_number.hpp"
#include "activities/twilio/numbers.hpp"
#include "activities/vapi/number_activities.hpp"

namespace callflex::twilio {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::seconds request_timeout{25};

[[noreturn]] void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

void check_configured(const VendorConfig& config) {
    if (!config.twilio.configured())
        refuse("Twilio.not_configured", "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_SMS_FROM");
    if (config.api_url.empty()) refuse("Twilio.not_configured", "set API_URL: Twilio reports to it");
}

awaitable<http::Result> exchange(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                 http::Request request) {
    request.timeout = time_left(context, request_timeout);
    co_return co_await vendors->http->send(std::move(request), context.stop_token());
}

awaitable<std::variant<OwnedNumbers, VendorFailure>> look_up(std::shared_ptr<Vendors> vendors,
                                                             durable::ActivityContext& context,
                                                             std::string number) {
    const http::Result result =
        co_await exchange(vendors, context, number_lookup(vendors->config.twilio, number));
    co_return read_lookup(result);
}

/// Ours under this very operation. A number of the account under another one was bought for somebody else.
std::optional<OwnedNumber> find_ours(const OwnedNumbers& list, const std::string& number,
                                     const std::string& op_id) {
    const auto found = std::ranges::find_if(list.numbers, [&](const OwnedNumber& owned) {
        return owned.number == number && owned.op_id == op_id;
    });
    if (found == list.numbers.end()) return std::nullopt;
    return *found;
}

bool is_somebody_elses(const OwnedNumbers& list, const ReservedNumber& wanted) {
    return std::ranges::any_of(list.numbers, [&](const OwnedNumber& owned) {
        return owned.number == wanted.number && owned.op_id != wanted.phone_number_id;
    });
}

VendorFailure not_for_sale() {
    return {.outcome = http::Outcome::permanent,
            .type = "NumberNotForSale",
            .message = "the number cannot be bought any more"};
}

awaitable<std::variant<Sighting<BoughtNumber>, VendorFailure>> look_for(std::shared_ptr<Vendors> vendors,
                                                                        durable::ActivityContext& context,
                                                                        ReservedNumber wanted) {
    const auto answer = co_await look_up(vendors, context, wanted.number);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) co_return *failure;
    const auto& list = std::get<OwnedNumbers>(answer);
    Sighting<BoughtNumber> sighting{.found = {}, .complete = list.complete};
    if (const auto ours = find_ours(list, wanted.number, wanted.phone_number_id)) {
        sighting.found = BoughtNumber{ours->sid};
    } else if (is_somebody_elses(list, wanted)) {
        co_return not_for_sale();
    }
    co_return sighting;
}

/// "Not available" may be the echo of an earlier request of ours that was answered to nobody: looked at
/// once more.
awaitable<std::variant<BoughtNumber, VendorFailure>> after_refusal(std::shared_ptr<Vendors> vendors,
                                                                   durable::ActivityContext& context,
                                                                   ReservedNumber wanted) {
    const auto seen = co_await look_for(vendors, context, wanted);
    if (const auto* failure = std::get_if<VendorFailure>(&seen)) co_return *failure;
    const auto& sighting = std::get<Sighting<BoughtNumber>>(seen);
    if (sighting.found) co_return *sighting.found;
    co_return not_for_sale();
}

awaitable<std::variant<BoughtNumber, VendorFailure>> make(std::shared_ptr<Vendors> vendors,
                                                          durable::ActivityContext& context,
                                                          ReservedNumber wanted) {
    const http::Result result = co_await exchange(
        vendors, context,
        number_purchase(vendors->config, {.number = wanted.number, .op_id = wanted.phone_number_id}));
    const auto answer = read_owned(result);
    const auto* failure = std::get_if<VendorFailure>(&answer);
    if (failure != nullptr && is_not_for_sale(*failure))
        co_return co_await after_refusal(vendors, context, wanted);
    if (failure != nullptr) co_return *failure;
    co_return BoughtNumber{std::get<OwnedNumber>(answer).sid};
}

Look<BoughtNumber> looking_for(const std::shared_ptr<Vendors>& vendors, durable::ActivityContext& context,
                               const ReservedNumber& wanted) {
    return [vendors, &context, wanted] { return look_for(vendors, context, wanted); };
}

bool leads_to_us(const OwnedNumber& number, const NumberCallbacks& callbacks) {
    return number.sms_url == callbacks.sms_url && number.status_callback == callbacks.status_callback;
}

}  // namespace

awaitable<NumbersOnSale> search(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                NumberSearch wanted) {
    check_configured(vendors->config);
    if (!is_area_code(wanted.area_code))
        refuse("InvalidAreaCode", "an area code has three digits, such as 415");
    const http::Result result =
        co_await exchange(vendors, context, number_search(vendors->config.twilio, wanted.area_code));
    const auto answer = read_search(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_before_sending(*failure);
    const auto& numbers = std::get<std::vector<std::string>>(answer);
    if (numbers.empty())
        refuse("NoNumberAvailable", "Twilio offers no number there: choose another area code");
    co_return NumbersOnSale{numbers};
}

awaitable<BoughtNumber> buy(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                            ReservedNumber number) {
    check_configured(vendors->config);
    if (!is_e164(number.number)) refuse("InvalidNumber", "the number to buy is not E.164");
    Make<BoughtNumber> making = [vendors, &context, number] { return make(vendors, context, number); };
    co_return co_await create_once<BoughtNumber>(context, looking_for(vendors, context, number),
                                                 std::move(making));
}

awaitable<durable::Reconciled<BoughtNumber>> reconcile_purchase(std::shared_ptr<Vendors> vendors,
                                                                durable::ActivityContext& context,
                                                                ReservedNumber number) {
    co_return co_await reconcile_creation<BoughtNumber>(context, vendors->config.twilio.settle,
                                                        looking_for(vendors, context, number));
}

awaitable<CheckedNumber> check_number(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                      NumberToCheck number) {
    check_configured(vendors->config);
    const auto answer = co_await look_up(vendors, context, number.number);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_before_sending(*failure);
    const auto& list = std::get<OwnedNumbers>(answer);
    const auto ours = std::ranges::find(list.numbers, number.twilio_sid, &OwnedNumber::sid);
    if (ours == list.numbers.end())
        throw durable::ApplicationError("NumberNotConnected",
                                        "Twilio does not list the number that was bought");
    if (ours->voice_url.empty())
        throw durable::ApplicationError("NumberNotConnected",
                                        "VAPI has not taken over the number's calls yet");
    if (leads_to_us(*ours, callbacks_of(vendors->config))) co_return CheckedNumber{.repaired = false};
    const http::Result result =
        co_await exchange(vendors, context, number_configuration(vendors->config, ours->sid));
    const auto repaired = read_owned(result);
    if (const auto* failure = std::get_if<VendorFailure>(&repaired)) throw_before_sending(*failure);
    co_return CheckedNumber{.repaired = true};
}

awaitable<durable::Nothing> release(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                    NumberToRelease number) {
    check_configured(vendors->config);
    const auto answer = co_await look_up(vendors, context, number.number);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_before_sending(*failure);
    const auto ours = find_ours(std::get<OwnedNumbers>(answer), number.number, number.phone_number_id);
    if (!ours) co_return durable::Nothing{};
    co_await vapi::drop_number(vendors, context, number.number);
    const http::Result result =
        co_await exchange(vendors, context, number_release(vendors->config.twilio, ours->sid));
    const auto released = read_release(result);
    if (const auto* failure = std::get_if<VendorFailure>(&released)) throw_vendor_failure(*failure);
    co_return durable::Nothing{};
}

}  // namespace callflex::twilio

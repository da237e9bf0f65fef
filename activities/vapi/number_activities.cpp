#include "activities/vapi/number_activities.hpp"

#include "activities/creation.hpp"
#include "activities/phone_number.hpp"
#include "activities/vapi/exchange.hpp"
#include "activities/vapi/phone_numbers.hpp"

namespace callflex::vapi {
namespace {

using boost::asio::awaitable;

awaitable<Answer<Sighting<ImportedNumber>>> look_for(std::shared_ptr<Vendors> vendors,
                                                     durable::ActivityContext& context, std::string number) {
    const http::Result result =
        co_await exchange(vendors, context, number_search(vendors->config.vapi, number));
    const auto answer = read_numbers(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) co_return *failure;
    const auto& list = std::get<NumberList>(answer);
    Sighting<ImportedNumber> sighting{.found = {}, .complete = list.complete};
    if (const auto found = find_number(list, number)) sighting.found = ImportedNumber{found->id};
    co_return sighting;
}

awaitable<Answer<ImportedNumber>> make(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                       NumberToImport number) {
    const http::Result result = co_await exchange(
        vendors, context, number_import(vendors->config, {.number = number.number, .name = number.name}));
    const auto answer = read_number(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) co_return *failure;
    co_return ImportedNumber{std::get<PhoneNumber>(answer).id};
}

Look<ImportedNumber> looking_for(const std::shared_ptr<Vendors>& vendors, durable::ActivityContext& context,
                                 const std::string& number) {
    return [vendors, &context, number] { return look_for(vendors, context, number); };
}

}  // namespace

awaitable<ImportedNumber> import(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                 NumberToImport number) {
    check_configured(vendors->config);
    if (!is_e164(number.number))
        throw durable::ApplicationError("InvalidNumber", "the number to import is not E.164",
                                        {.retryable = false});
    Make<ImportedNumber> making = [vendors, &context, number] { return make(vendors, context, number); };
    co_return co_await create_once<ImportedNumber>(context, looking_for(vendors, context, number.number),
                                                   std::move(making));
}

awaitable<durable::Reconciled<ImportedNumber>> reconcile_import(std::shared_ptr<Vendors> vendors,
                                                                durable::ActivityContext& context,
                                                                NumberToImport number) {
    co_return co_await reconcile_creation<ImportedNumber>(context, vendors->config.vapi.settle,
                                                          looking_for(vendors, context, number.number));
}

awaitable<durable::Nothing> assign(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                   NumberToAssign number) {
    check_configured(vendors->config);
    const http::Result result = co_await exchange(
        vendors, context,
        number_assignment(vendors->config.vapi, number.vapi_phone_number_id, number.vapi_assistant_id));
    const auto answer = read_number(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_before_sending(*failure);
    if (std::get<PhoneNumber>(answer).assistant_id != number.vapi_assistant_id)
        throw durable::ApplicationError("Vapi.not_assigned",
                                        "VAPI answers without the assistant it was given");
    co_return durable::Nothing{};
}

awaitable<durable::Nothing> drop_number(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                        std::string number) {
    check_configured(vendors->config);
    const auto seen = co_await look_for(vendors, context, number);
    if (const auto* failure = std::get_if<VendorFailure>(&seen)) throw_before_sending(*failure);
    const auto& sighting = std::get<Sighting<ImportedNumber>>(seen);
    if (!sighting.found) co_return durable::Nothing{};
    const http::Result result = co_await exchange(
        vendors, context, number_deletion(vendors->config.vapi, sighting.found->vapi_phone_number_id));
    const auto answer = read_deletion(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_vendor_failure(*failure);
    co_return durable::Nothing{};
}

}  // namespace callflex::vapi

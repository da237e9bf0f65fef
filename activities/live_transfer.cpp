#include "activities/live_transfer.hpp"

#include "activities/live_transfer_activities.hpp"
#include "activities/phone_number.hpp"
#include "activities/tenancy.hpp"
#include "activities/vapi/exchange.hpp"
#include "activities/vapi/live_control.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

namespace {

using boost::asio::awaitable;

http::Request request_of(const VapiConfig& config, const LiveTransfer& transfer) {
    if (!is_e164(transfer.number)) {
        throw durable::ApplicationError("InvalidTransfer", "the number is not in E.164 form",
                                        {.retryable = false});
    }
    try {
        return vapi::transfer_control(
            config, transfer.control_url,
            {.number = transfer.number,
             .message = transfer.message,
             .summary = transfer.summary,
             .mode = transfer.warm ? vapi::TransferMode::warm : vapi::TransferMode::blind});
    } catch (const http::BadUrl& error) {
        throw durable::ApplicationError("InvalidTransfer", error.what(), {.retryable = false});
    }
}

awaitable<durable::Nothing> post(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                 LiveTransfer transfer) {
    http::Request request = request_of(vendors->config.vapi, transfer);
    const http::Result result = co_await vapi::exchange(vendors, context, std::move(request));
    const auto answer = vapi::read_control(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_vendor_failure(*failure);
    co_return durable::Nothing{};
}

/// VAPI keeps no list of what a call was told: what is not known stays so.
awaitable<durable::Reconciled<durable::Nothing>> reconcile(durable::ActivityContext&, LiveTransfer) {
    using Reconciled = durable::Reconciled<durable::Nothing>;
    co_return Reconciled{.verdict = Reconciled::Verdict::unknown};
}

durable::Nothing settle(durable::TransactionalContext&, pqxx::work& tx, ActionOutcome outcome) {
    durable::exec(tx, sql::settle_action, outcome.organization_id, outcome.action_id, outcome.status,
                  outcome.reason);
    return {};
}

}  // namespace

void register_transfer_activities(durable::worker::ActivityRegistry& registry,
                                  std::shared_ptr<Vendors> vendors) {
    registry.async(
        post_transfer,
        [vendors](durable::ActivityContext& context, LiveTransfer transfer) {
            return post(vendors, context, std::move(transfer));
        },
        reconcile);
    registry.transactional(settle_action, for_the_tenant(settle));
}

}  // namespace callflex

#include "activities/stripe/activities.hpp"

#include "activities/stripe/meter_requests.hpp"
#include "activities/stripe/resources.hpp"

namespace callflex::stripe {
namespace {

constexpr std::chrono::seconds request_timeout{30};
/// How often a key whose answer will never change is given up for a new one within one attempt.
constexpr int keys_max = 3;

awaitable<http::Result> send(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                             http::Request request) {
    request.timeout = time_left(context, request_timeout);
    co_return co_await vendors->http->send(std::move(request), context.stop_token());
}

template <class T>
T value_or_throw(Answer<T> answer) {
    if (auto* failure = std::get_if<VendorFailure>(&answer)) throw_vendor_failure(*failure);
    return std::get<T>(std::move(answer));
}

[[noreturn]] void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

/// `key` itself, then "<key>:2", "<key>:3": the same ones in every attempt.
std::string numbered(const std::string& key, int number) {
    return number == 1 ? key : key + ":" + std::to_string(number);
}

durable::ApplicationError stuck(const char* what) {
    return {"Stripe.stuck",
            std::string{"every key for "} + what + " brings an old fault",
            {.next_delay = std::chrono::minutes{10}}};
}

awaitable<std::optional<StripeCustomer>> search(std::shared_ptr<Vendors> vendors,
                                                durable::ActivityContext& context, std::string organization) {
    const auto found = co_await send(vendors, context, customer_search(vendors->config.stripe, organization));
    co_return value_or_throw(read_customer_search(found));
}

/// Whether the search would show by now what the first attempt may have made.
void require_settled(const StripeConfig& config, const durable::ActivityInfo& info) {
    const auto waited = info.started_at - info.scheduled_at;
    if (waited >= config.settle) return;
    throw durable::ApplicationError(
        "Stripe.unsettled", "a customer may just have been made: asking again when Stripe's search shows it",
        {.next_delay = config.settle - waited});
}

bool is_other_parameters(const http::Result& result) {
    return result.status() == 400 && failure_of(result).type == "Stripe.idempotency_error";
}

void check(const StripeConfig& config, const OverageReport& report, durable::Timestamp now) {
    require_configured(config);
    if (report.minutes <= 0) refuse("InvalidOverage", "there is nothing to report");
    if (now - report.stamp > stamp_age_max)
        refuse("Stripe.timestamp_too_far_in_past", "older than 35 days: settle it by hand");
    if (report.stamp - now > stamp_ahead_max)
        refuse("Stripe.timestamp_in_future", "more than 5 minutes ahead of the database's clock");
}

/// Whether the meter has it. A minute holds one report: periods end seconds apart only by mistake, and then
/// this says so.
awaitable<bool> is_counted(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                           OverageReport report) {
    const StripeConfig& config = vendors->config.stripe;
    if (config.meter_id.empty())
        refuse("Stripe.meter_not_configured",
               "set STRIPE_METER_ID: the report may have arrived and has to be looked for");
    const auto answer = co_await send(vendors, context, usage_reading(config, report));
    const double counted = value_or_throw(read_usage(answer));
    if (counted >= static_cast<double>(report.minutes)) co_return true;
    if (counted > 0) refuse("Stripe.ambiguous_usage", "the meter has part of it: settle it by hand");
    co_return false;
}

}  // namespace

awaitable<StripeCustomer> create_customer(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                          StripeCustomerRequest wanted) {
    const StripeConfig& config = vendors->config.stripe;
    require_configured(config);
    const auto found = co_await search(vendors, context, wanted.organization_id);
    if (found) co_return *found;
    for (int number = 1; number <= keys_max; ++number) {
        const std::string key = numbered("customer:" + wanted.organization_id, number);
        const auto answer = co_await send(vendors, context, customer_creation(config, wanted, key));
        if (!is_final_fault(answer) && !is_other_parameters(answer))
            co_return value_or_throw(read_customer(answer));
        // Somebody has used the key: with other words, or it ended in a fault that may have made a customer.
        require_settled(config, context.info());
    }
    throw stuck("a customer");
}

awaitable<StripeSubscription> fetch(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                    SubscriptionToFetch wanted) {
    require_configured(vendors->config.stripe);
    const auto answer =
        co_await send(vendors, context, subscription_reading(vendors->config.stripe, wanted.subscription_id));
    co_return value_or_throw(read_subscription_answer(answer));
}

awaitable<OverageReported> report(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                  OverageReport wanted) {
    const StripeConfig& config = vendors->config.stripe;
    const durable::Timestamp now = context.info().started_at;
    check(config, wanted, now);
    const bool forgotten = now - wanted.first_asked_at >= key_memory;
    if (forgotten && co_await is_counted(vendors, context, wanted)) co_return OverageReported{"found"};
    for (int number = 1; number <= keys_max; ++number) {
        // Another key is safe: within its window the identifier alone keeps Stripe from counting twice.
        const std::string key = numbered("meter:" + wanted.identifier, number);
        const auto answer = co_await send(vendors, context, meter_event(config, wanted, key));
        if (!is_final_fault(answer)) co_return value_or_throw(read_meter_event(answer));
    }
    throw stuck("a meter event");
}

}  // namespace callflex::stripe

namespace callflex {
namespace {

template <class Input, class Result>
auto with(std::shared_ptr<Vendors> vendors,
          boost::asio::awaitable<Result> (*function)(std::shared_ptr<Vendors>, durable::ActivityContext&,
                                                     Input)) {
    return [vendors = std::move(vendors), function](durable::ActivityContext& context, Input input) {
        return function(vendors, context, std::move(input));
    };
}

}  // namespace

void register_stripe_activities(durable::worker::ActivityRegistry& registry,
                                std::shared_ptr<Vendors> vendors) {
    registry.async(create_stripe_customer, with(vendors, &stripe::create_customer));
    registry.async(fetch_subscription, with(vendors, &stripe::fetch));
    registry.async(report_overage, with(vendors, &stripe::report));
}

}  // namespace callflex

#include "activities/vendors.hpp"

#include "activities/resend/send_email.hpp"
#include "activities/stripe/activities.hpp"
#include "activities/summary_activities.hpp"
#include "activities/twilio/look_up_sms.hpp"
#include "activities/twilio/send_sms.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {
namespace {

/// An activity's implementation as the registry wants it, from one that also needs the vendors. A plain
/// function object: the coroutine is the function it calls.
template <class Input, class Result>
auto with(std::shared_ptr<Vendors> vendors,
          boost::asio::awaitable<Result> (*function)(std::shared_ptr<Vendors>, durable::ActivityContext&,
                                                     Input)) {
    return [vendors = std::move(vendors), function](durable::ActivityContext& context, Input input) {
        return function(vendors, context, std::move(input));
    };
}

}  // namespace

void register_vendor_activities(durable::worker::ActivityRegistry& registry,
                                std::shared_ptr<Vendors> vendors) {
    registry.async(send_sms, with(vendors, &twilio::send), with(vendors, &twilio::reconcile));
    registry.async(look_up_sms, with(vendors, &twilio::look_up));
    registry.async(send_email, with(vendors, &resend::send));
    registry.async(summarize, with(vendors, &summarize_call));
    registry.async(extract_facts, with(vendors, &extract_call_facts));
    register_stripe_activities(registry, vendors);
}

}  // namespace callflex

#pragma once
// Minutes that Stripe charges for: billing meter events. The rule that protects the customer's money: an
// event is sent again blindly only while Stripe is bound to know its identifier; after that the meter is read
// first.

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/activity.hpp"

namespace callflex {

struct OverageReport {
    std::string identifier;  ///< Stripe's dedupe key: the billing cycle's workflow id
    std::string customer_id;
    std::int64_t minutes = 0;  ///< above 0
    durable::Timestamp stamp;  ///< the moment of use; whole seconds count
    /// When this report was first asked for, over all activities that have tried.
    durable::Timestamp first_asked_at;
};
BOOST_DESCRIBE_STRUCT(OverageReport, (), (identifier, customer_id, minutes, stamp, first_asked_at))

struct OverageReported {
    std::string how;  ///< accepted; duplicate: Stripe knew it; found: the meter has it
};
BOOST_DESCRIBE_STRUCT(OverageReported, (), (how))

/// Exactly once at Stripe, whatever happens to answers. Final failures, beside Stripe's own refusals:
///   "Stripe.timestamp_too_far_in_past"  the stamp is older than 35 days: Stripe would drop the event
///   "Stripe.timestamp_in_future"        more than 5 minutes ahead
///   "Stripe.meter_not_configured"       a report that may have arrived needs STRIPE_METER_ID to be looked
///   for
///   "Stripe.ambiguous_usage"            the meter's minute holds something, but not this report
inline constexpr durable::Activity<OverageReport, OverageReported> report_overage{
    "report_overage",
    {.schedule_to_close = std::chrono::hours{20},
     .start_to_close = std::chrono::seconds{90},
     .initial_interval = std::chrono::milliseconds{500},
     .maximum_interval = std::chrono::minutes{10}}};

}  // namespace callflex

#pragma once
// Meter events as values: requests to make, answers to read. No I/O.

#include "activities/stripe/api.hpp"
#include "activities/stripe/meter_events.hpp"

namespace callflex::stripe {

inline constexpr std::chrono::days stamp_age_max{35};
inline constexpr std::chrono::minutes stamp_ahead_max{5};

[[nodiscard]] http::Request meter_event(const StripeConfig& config, const OverageReport& report,
                                        const std::string& key);
/// A refused identifier is a success: Stripe has the event. Other than that as failure_of.
[[nodiscard]] Answer<OverageReported> read_meter_event(const http::Result& result);

/// What the meter has counted for the customer in the minute of the stamp.
[[nodiscard]] http::Request usage_reading(const StripeConfig& config, const OverageReport& report);
[[nodiscard]] Answer<double> read_usage(const http::Result& result);

}  // namespace callflex::stripe

#pragma once
// Minutes and cost by day: what organizations are billed for. The day is the UTC date on which the call
// ended. Fails for good as "CallNotFound" if the call has no row.

#include <boost/describe.hpp>
#include <string>

#include "activities/calls.hpp"
#include "activities/defaults.hpp"

namespace callflex {

/// Every started minute counts. Durations below zero (a vendor's clock) are zero.
[[nodiscard]] constexpr std::int64_t billed_minutes(std::int64_t seconds) {
    return seconds <= 0 ? 0 : seconds / 60 + (seconds % 60 == 0 ? 0 : 1);
}

struct CallUsage {
    CallKey call;
    durable::Timestamp ended_at;
    std::int64_t minutes = 0;
    std::int64_t cost_microdollars = 0;
};
BOOST_DESCRIBE_STRUCT(CallUsage, (), (call, ended_at, minutes, cost_microdollars))

/// The day's sums after this call.
struct DayUsage {
    std::string date;  ///< yyyy-mm-dd, UTC
    std::int64_t calls = 0;
    std::int64_t minutes = 0;
};
BOOST_DESCRIBE_STRUCT(DayUsage, (), (date, calls, minutes))

/// Transactional: each call is counted exactly once.
inline constexpr durable::Activity<CallUsage, DayUsage> count_usage{"count_usage", transactional_defaults};

}  // namespace callflex

#pragma once
// Telling people that their included minutes run out: at 80 % and 100 %, and at what settings name beside
// them ({"notifications": {"usage_thresholds": [50, 120]}}, per cent, 1 to 1000). Once a threshold and
// period, ever: app.usage_alerts remembers. What counts is daily_usage; the plan may include nothing, then
// there is nothing to tell.

#include "activities/billing/periods.hpp"

namespace callflex {

struct UsageToLookAt {
    std::string organization_id;
};
BOOST_DESCRIBE_STRUCT(UsageToLookAt, (), (organization_id))

struct UsageAlerts {
    std::vector<int> thresholds;  ///< newly crossed, in per cent
    std::vector<NotifyRequest> messages;
};
BOOST_DESCRIBE_STRUCT(UsageAlerts, (), (thresholds, messages))

/// Transactional. Repeated after it has committed it finds nothing new.
inline constexpr durable::Activity<UsageToLookAt, UsageAlerts> raise_usage_alerts{"raise_usage_alerts",
                                                                                  side_step_defaults};

}  // namespace callflex

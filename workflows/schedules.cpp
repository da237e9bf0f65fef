#include "workflows/schedules.hpp"

#include "activities/billing/periods.hpp"
#include "activities/billing/usage_days.hpp"
#include "activities/housekeeping.hpp"

namespace callflex {

// A workflow of the whole system has no tenant; it reads wf.info().scheduled_for to know which day it is for.
std::vector<durable::ScheduleSpec> product_schedules() {
    return {{.id = "billing-sweep", .cron = "5 * * * *", .workflow = durable::scheduled(billing_sweep, {})},
            {.id = "usage-aggregation",
             .cron = "0 2 * * *",
             .catch_up = std::chrono::hours{22},
             .id_format = durable::RunIdFormat::date,
             .workflow = durable::scheduled(usage_aggregation, {})},
            {.id = "partition-maintenance",
             .cron = "30 3 * * *",
             .catch_up = std::chrono::hours{22},
             .id_format = durable::RunIdFormat::date,
             .workflow = durable::scheduled(partition_maintenance, {})},
            {.id = "inbound-retention",
             .cron = "45 3 * * *",
             .catch_up = std::chrono::hours{22},
             .id_format = durable::RunIdFormat::date,
             .workflow = durable::scheduled(inbound_retention, {})}};
}

}  // namespace callflex

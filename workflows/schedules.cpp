#include "workflows/schedules.hpp"

namespace callflex {

// An entry, complete:
//   {.id = "usage-aggregation",
//    .cron = "0 2 * * *",
//    .id_format = durable::RunIdFormat::date,
//    .workflow = durable::scheduled(usage_aggregation, {})}
// A workflow of the whole system has no tenant; it reads wf.info().scheduled_for to know which day it is for.
std::vector<durable::ScheduleSpec> product_schedules() {
    return {};
}

}  // namespace callflex

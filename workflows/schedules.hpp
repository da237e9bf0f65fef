#pragma once
// What this program does by the clock. Applied by `callflex migrate` and by every worker when it starts: new
// entries are added, changed ones updated (a pause set by an operator stays), entries that are gone are
// reported and go on until `callflex schedule delete`.

#include <vector>

#include "engine/schedule/spec.hpp"

namespace callflex {

[[nodiscard]] std::vector<durable::ScheduleSpec> product_schedules();

}  // namespace callflex

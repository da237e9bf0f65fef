#pragma once
// What a worker's log says about schedules.

#include <string>

#include "engine/store/schedules.hpp"
#include "engine/worker/log.hpp"

namespace durable::worker {

void log_changes(const Log& log, const store::ScheduleChanges& changes);
/// Nothing when nothing was decided.
void log_turn(const Log& log, const std::string& schedule, const store::ScheduleTurn& turn);

}  // namespace durable::worker

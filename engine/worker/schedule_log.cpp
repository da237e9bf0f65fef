#include "engine/worker/schedule_log.hpp"

#include <algorithm>

namespace durable::worker {

using store::ScheduleFate;

void log_changes(const Log& log, const store::ScheduleChanges& changes) {
    for (const std::string& id : changes.created) log.info("schedule created", {{"schedule", id}});
    for (const std::string& id : changes.updated) log.info("schedule updated", {{"schedule", id}});
    for (const std::string& id : changes.undeclared) {
        log.warn("schedule is not declared by this build and goes on", {{"schedule", id}});
    }
}

void log_turn(const Log& log, const std::string& schedule, const store::ScheduleTurn& turn) {
    for (const store::ScheduleDecision& decision : turn.decided) {
        if (decision.fate == ScheduleFate::waits) continue;
        log.info(decision.fate == ScheduleFate::skipped ? "schedule skipped" : "schedule ran",
                 {{"schedule", schedule},
                  {"nominal", to_string(decision.nominal)},
                  {"workflow", decision.workflow.value}});
    }
    if (turn.missed > 0) {
        log.warn("schedule missed", {{"schedule", schedule}, {"nominal_times", std::to_string(turn.missed)}});
    }
    if (!turn.refused.empty()) {
        log.warn("schedule paused: what was declared makes no sense",
                 {{"schedule", schedule}, {"reason", turn.refused}});
    }
    if (turn.paused_by_failure) log.warn("schedule paused after a failure", {{"schedule", schedule}});
}

}  // namespace durable::worker

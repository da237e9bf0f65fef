#pragma once
// What a history leaves open, read from its events alone: works for histories that this build cannot replay.

#include <vector>

#include "engine/replay/history.hpp"

namespace durable::replay {

struct OpenActivity {
    EventId scheduled;
    Timestamp scheduled_at;
    const history::ActivityScheduled* command;  ///< into the history given
};
struct OpenTimer {
    EventId started;
    Timestamp started_at;
    const history::TimerStarted* command;  ///< into the history given
};
struct OpenWork {
    std::vector<OpenActivity> activities;  ///< by event id
    std::vector<OpenTimer> timers;         ///< by due time
};

/// Pure. The result points into `history`.
[[nodiscard]] OpenWork open_work(const history::History& history);

}  // namespace durable::replay

#pragma once
// What becomes of an activity row whose time is over. The decision is pure; the sweeper writes it under the
// fence.

#include <optional>
#include <string>

#include "engine/store/session.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

struct ExpiredActivity {
    ActivityRow row;  ///< without queue, type and tenant, which do not matter here
    std::optional<WorkerNo> owner;
    Fence fence;
    bool cancel_requested = false;
    std::optional<Timestamp> attempt_deadline;
    std::optional<Timestamp> heartbeat_due;
    Timestamp now;
};

/// Exactly one of both.
struct ExpiredDecision {
    std::optional<std::string> failed;  ///< encoded ActivityFailed: it is over
    std::optional<ActivityRow> again;
};

/// A row of expired_activities.sql.
[[nodiscard]] ExpiredActivity expired_activity(const Rows& rows, int row);

/// schedule-to-close and schedule-to-start end the activity; start-to-close and heartbeat end the attempt,
/// and the retry policy decides; too many lost attempts end it too. An at-most-once activity that had begun
/// ends *unknown*.
[[nodiscard]] ExpiredDecision decide_expired(const ExpiredActivity& expired);

}  // namespace durable::store

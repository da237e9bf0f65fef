#pragma once
// Ending and retrying activity rows, for the worker that runs them and for the sweeper that finds their time
// over.

#include <optional>
#include <utility>
#include <vector>

#include "engine/store/session.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

using ActivityKey = std::pair<RunId, EventId>;

/// A row with its fence, and what becomes of it.
struct FencedEnd {
    RunId run;
    EventId activity;
    std::optional<WorkerNo> owner;  ///< none: nobody runs it
    Fence fence;
    std::string event;    ///< encoded ActivityCompleted or ActivityFailed
    bool failed = false;  ///< the latter
};
struct FencedHandOut {
    RunId run;
    EventId activity;
    WorkerNo owner;
    Fence fence;
    std::optional<std::string> heartbeat_details;  ///< JSON
};
struct FencedRetry {
    std::optional<WorkerNo> owner;
    Fence fence;
    ActivityRow row;
};

/// Sends results to inboxes and deletes the rows; returns those whose fence was lost. Never waits for a live
/// row while it holds another one. Throws what Session throws; calling again is safe (a row ends once).
std::vector<ActivityKey> end_rows(Session& session, std::vector<FencedEnd> ends);
/// Gives rows into the hands of whoever has their tokens; returns those whose fence was lost.
std::vector<ActivityKey> hand_out_rows(Session& session, std::vector<FencedHandOut> rows);
/// Makes rows available again; returns those whose fence was lost.
std::vector<ActivityKey> retry_rows(Session& session, std::vector<FencedRetry> retries);
/// Takes rows, at most so many and none that is locked, from workers that will not end them. The attempt is lost. They
/// are available after `settling`: what it had sent may be under way.
Step take_over_step(const std::vector<WorkerNo>& workers, std::int32_t limit,
                    std::chrono::milliseconds settling);

}  // namespace durable::store

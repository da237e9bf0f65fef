#pragma once
// Runs of tenants, started by a workflow of the whole system. A child would inherit the system's tenant,
// which is nobody; these get their own, and history holds one activity for a page of them.

#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <vector>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable::worker {
class ActivityRegistry;
}

namespace callflex {

struct RunToStart {
    std::string type;
    std::string workflow_id;
    std::string tenant;  ///< the organization's UUID
    durable::Payload input;
};
BOOST_DESCRIBE_STRUCT(RunToStart, (), (type, workflow_id, tenant, input))

struct RunsToStart {
    std::vector<RunToStart> runs;
    /// Whether an id that a closed run had may be used again.
    bool again = false;
};
BOOST_DESCRIBE_STRUCT(RunsToStart, (), (runs, again))

struct RunsStarted {
    std::int64_t started = 0;  ///< the others were there
};
BOOST_DESCRIBE_STRUCT(RunsStarted, (), (started))

/// An id that is taken is no failure: that run is the one that was wanted.
inline constexpr durable::Activity<RunsToStart, RunsStarted> start_runs{
    "start_runs",
    {.schedule_to_close = std::chrono::hours{24},
     .start_to_close = std::chrono::minutes{5},
     .initial_interval = std::chrono::milliseconds{250},
     .maximum_interval = std::chrono::seconds{30}}};

/// Starts one; true when it was not there. Blocks: called on a thread that may, one call at a time.
using RunStarter = std::function<bool(const RunToStart& run, bool again)>;

/// Without a starter the activity fails for good as "NoRunStarter".
void register_start_runs(durable::worker::ActivityRegistry& registry, RunStarter starter);

}  // namespace callflex

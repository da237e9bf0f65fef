#pragma once
// A durable job without a workflow: one activity, started from outside. It is a run of a workflow type that
// every WorkflowRegistry knows, and which does nothing but run the activity: so a job has an id that names one
// open job at a time, request ids, a tenant, time-outs, retries, priority, limits, cancellation, history and
// retention exactly as workflows and activities have them. Started with client::ActivityClient or
// `callflex activity start`.

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/start_terms_codec.hpp"
#include "engine/workflow/task.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace durable {

class Workflow;

BOOST_DESCRIBE_STRUCT(ActivityLimit, (), (key, concurrency, per_second, burst))
BOOST_DESCRIBE_STRUCT(ActivityOptions, (),
                      (schedule_to_close, schedule_to_start, start_to_close, heartbeat, retry, delivery,
                       cancellation, queue, priority, limit, local))

/// What a job is started with.
struct StandaloneActivity {
    std::string type;  ///< the activity's name
    Payload input{};
    ActivityOptions options{};
};
BOOST_DESCRIBE_STRUCT(StandaloneActivity, (), (type, input, options))

/// Its result is the activity's. It fails as the activity fails, and is cancelled when that has really stopped.
inline constexpr WorkflowType<StandaloneActivity, Payload> standalone_activity{"durable.activity"};

[[nodiscard]] Task<Payload> run_standalone(Workflow& wf, StandaloneActivity job);

}  // namespace durable

#include "engine/workflow/standalone.hpp"

#include "engine/workflow/workflow.hpp"

namespace durable {

Task<Payload> run_standalone(Workflow& wf, StandaloneActivity job) {
    job.options.cancellation = CancellationType::wait_cancelled;
    const Activity<Payload, Payload> activity{job.type, {}};
    co_return co_await wf.run(activity, job.input, job.options);
}

}  // namespace durable

#include "api/bench/workloads.hpp"

#include "engine/workflow/workflow.hpp"

namespace callflex::bench {
namespace {

durable::Task<Steps> run_sequence(durable::Workflow& wf, Steps steps) {
    for (std::int32_t number = 1; number <= steps.count; ++number) {
        co_await wf.run(no_op, StepInput{number, "a step that does nothing"});
    }
    co_return steps;
}

boost::asio::awaitable<StepInput> do_nothing(durable::ActivityContext&, StepInput input) {
    co_return input;
}

}  // namespace

void register_workloads(durable::WorkflowRegistry& workflows, durable::worker::ActivityRegistry& activities) {
    workflows.add(sequence, run_sequence);
    activities.async(no_op, do_nothing);
}

}  // namespace callflex::bench

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

durable::Task<StepInput> run_step(durable::Workflow& wf, std::int32_t number) {
    co_return co_await wf.run(no_op, StepInput{number, "a step that does nothing"});
}

durable::Task<Steps> run_fan_out(durable::Workflow& wf, Steps steps) {
    std::vector<durable::Task<StepInput>> branches;
    for (std::int32_t number = 1; number <= steps.count; ++number) branches.push_back(run_step(wf, number));
    co_await wf.all(std::move(branches));
    co_return steps;
}

durable::Task<WakeUp> run_sleeper(durable::Workflow& wf, WakeUp wake_up) {
    const durable::Timestamp due{std::chrono::microseconds{wake_up.at}};
    if (wf.now() < due) co_await wf.sleep(due - wf.now());
    co_return wake_up;
}

boost::asio::awaitable<StepInput> do_nothing(durable::ActivityContext&, StepInput input) {
    co_return input;
}

}  // namespace

void register_workloads(durable::WorkflowRegistry& workflows, durable::worker::ActivityRegistry& activities) {
    workflows.add(sequence, run_sequence);
    workflows.add(fan_out, run_fan_out);
    workflows.add(sleeper, run_sleeper);
    activities.async(no_op, do_nothing);
}

}  // namespace callflex::bench

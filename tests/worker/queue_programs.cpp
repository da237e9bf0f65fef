#include "tests/worker/queue_programs.hpp"

namespace durable::test {
namespace {

Task<int> run_browser(Workflow& wf, LimitedInput input) {
    int sum = 0;
    for (int i = 0; i < input.times; ++i) sum += co_await wf.run(visit, input);
    co_return sum;
}

Task<int> run_guarded(Workflow& wf, LimitedInput input) {
    (void)co_await wf.acquire(input.key, 1, input.concurrency);
    co_return co_await run_browser(wf, input);
}

Task<int> run_renewing(Workflow& wf, int left) {
    (void)co_await wf.acquire("renewed", 1, 1);
    if (left > 0) wf.continue_as_new(left - 1);
    co_return left;
}

}  // namespace

void add_queue_workflows(WorkflowRegistry& registry) {
    registry.add(browser, run_browser);
    registry.add(guarded, run_guarded);
    registry.add(renewing, run_renewing);
}

}  // namespace durable::test

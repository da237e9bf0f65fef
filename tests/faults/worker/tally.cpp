#include "tests/faults/worker/tally.hpp"

namespace test {
namespace {

durable::Task<int> run_tally(durable::Workflow& wf, int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await wf.signals(tally_mark).receive();
    co_return sum;
}

durable::Task<int> run_nap(durable::Workflow& wf, int milliseconds) {
    const std::chrono::milliseconds pause{milliseconds};
    co_await wf.sleep(pause);
    co_await wf.sleep(pause);
    co_return milliseconds;
}

}  // namespace

void register_tallies(durable::WorkflowRegistry& registry) {
    registry.add(tally, run_tally);
    registry.add(nap, run_nap);
}

}  // namespace test

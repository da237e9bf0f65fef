#include "api/bench/replay_speed.hpp"

#include <stdexcept>

#include "api/bench/statistics.hpp"
#include "api/bench/workloads.hpp"
#include "engine/replay/execution.hpp"

namespace callflex::bench {
namespace {

durable::history::Activation start_of_run() {
    durable::history::Activation start;
    start.arrived.push_back(durable::history::WorkflowStarted{.type = std::string{sequence.name},
                                                              .workflow_id = "replay",
                                                              .tenant = {},
                                                              .queue = "default",
                                                              .input = durable::encode(Steps{10}),
                                                              .run_deadline = {}});
    return start;
}

}  // namespace

double measure_replay(const std::vector<durable::store::HistoryRow>& rows, double seconds) {
    durable::WorkflowRegistry workflows;
    durable::worker::ActivityRegistry activities;
    register_workloads(workflows, activities);
    const durable::history::Activation start = start_of_run();

    std::int64_t events = 0;
    const Stopwatch watch;
    while (watch.seconds() < seconds) {
        durable::replay::Execution execution{workflows, durable::RunId{}, "bench"};
        std::optional<durable::replay::Blocked> blocked = execution.replay(start);
        events += start.event_count();
        for (const auto& row : rows) {
            if (blocked) throw std::runtime_error("replay of the bench's own history: " + blocked->reason);
            blocked = execution.replay(durable::history::decode_activation(row.first_event, row.bytes));
            events += row.events;
        }
    }
    return static_cast<double>(events) / watch.seconds();
}

}  // namespace callflex::bench

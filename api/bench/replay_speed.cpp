#include "api/bench/replay_speed.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "api/bench/drain.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workload.hpp"
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

Measured measure_cold_replay(const Bench& bench) {
    constexpr double window = 1.0;
    bench.say("a history of W10");
    const auto rows = measure_drain(bench.server, {.runs = 10, .steps = 10}).rows;
    std::vector<double> speeds;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(fmt::format("round {} of {}", round, bench.options.rounds));
        speeds.push_back(measure_replay(rows, window));
    }
    Measured measured{.workload = "replay"};
    measured.figures = {{.name = "events_per_second",
                         .value = median(speeds),
                         .unit = "1/s",
                         .label = "events a second",
                         .note = "decoded, run and compared, one core",
                         .bar = Bar{Bar::Side::at_least, 100'000}}};
    return measured;
}

}  // namespace callflex::bench

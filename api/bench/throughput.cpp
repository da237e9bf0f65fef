// W1 and W10: how many runs and steps a second, beside the floor.

#include <fmt/format.h>

#include "api/bench/drain.hpp"
#include "api/bench/floor.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workload.hpp"

namespace callflex::bench {
namespace {

constexpr int steps_of_w10 = 10;
constexpr const char* throughput_chart = "Steps a second";
constexpr const char* wal_chart = "Write-ahead log a step, bytes";

/// Engine and floor in turns, so that a slow minute of the machine hits both.
struct Contest {
    Rounds engine;
    std::vector<double> floors;  ///< in steps a second
    std::vector<double> ratios;
};

Contest hold(const Bench& bench, int runs, int steps) {
    Contest contest;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(
            fmt::format("round {} of {}: {} runs of {} steps", round, bench.options.rounds, runs, steps));
        contest.engine.drains.push_back(measure_drain(bench.server, {.runs = runs, .steps = steps}));
        const DrainResult& drain = contest.engine.drains.back();
        bench.say(fmt::format("round {} of {}: the same {} rows a run by bare inserts", round,
                              bench.options.rounds, drain.rows.size()));
        const auto database = bench.server.make_database("floor");
        bench.server.checkpoint();
        const double rows_per_second =
            measure_floor({.database_url = database->url(),
                           .runs = runs,
                           .batch = std::max(1, static_cast<int>(drain.runs_per_batch)),
                           .connections = 2,
                           .rows = drain.rows});
        // A run writes `rows` rows after its start: in steps, the floor is that much slower.
        contest.floors.push_back(rows_per_second * steps / static_cast<double>(drain.rows.size()));
        contest.ratios.push_back(drain.steps_per_second / contest.floors.back());
    }
    return contest;
}

Measured drain_figures(const Bench& bench, const std::string& name, int runs, int steps) {
    const Contest contest = hold(bench, runs, steps);
    const Rounds& rounds = contest.engine;
    Measured measured{.workload = name};
    auto& figures = measured.figures;
    figures.push_back({.name = "workflows_per_second",
                       .value = rounds.median_of(&DrainResult::workflows_per_second),
                       .unit = "1/s",
                       .label = "workflows a second",
                       .note = "started before, drained by one worker"});
    figures.push_back({.name = "steps_per_second",
                       .value = rounds.median_of(&DrainResult::steps_per_second),
                       .unit = "1/s",
                       .label = "steps a second",
                       .chart = throughput_chart});
    figures.push_back({.name = "floor_steps_per_second",
                       .value = median(contest.floors),
                       .unit = "1/s",
                       .label = "floor",
                       .note = "the same rows by bare inserts with a fenced update each",
                       .chart = throughput_chart});
    figures.push_back({.name = "floor_ratio",
                       .value = median(contest.ratios),
                       .unit = "x",
                       .label = "ratio to the floor",
                       .note = "median of the rounds' ratios"});
    figures.push_back({.name = "runs_per_batch",
                       .value = rounds.median_of(&DrainResult::runs_per_batch),
                       .unit = "",
                       .label = "runs a commit"});
    figures.push_back({.name = "wal_bytes_per_step",
                       .value = rounds.median_of(&DrainResult::wal_bytes_per_step),
                       .unit = "bytes",
                       .label = "write-ahead log a step",
                       .chart = wal_chart});
    figures.push_back({.name = "wal_records_per_step",
                       .value = rounds.median_of(&DrainResult::wal_records_per_step),
                       .unit = "",
                       .label = "records of it a step"});
    figures.push_back({.name = "wal_full_pages_per_step",
                       .value = rounds.median_of(&DrainResult::wal_full_pages_per_step),
                       .unit = "",
                       .label = "whole pages in it a step",
                       .note = "first touches after a checkpoint"});
    figures.push_back({.name = "disk_bytes_per_step",
                       .value = rounds.median_of(&DrainResult::disk_bytes_per_step),
                       .unit = "bytes",
                       .label = "disk a step",
                       .note = "tables and indexes, the start's share included"});
    figures.push_back({.name = "buffers_per_run",
                       .value = rounds.median_of(&DrainResult::buffers_per_run),
                       .unit = "",
                       .label = "pages looked at a run"});
    figures.push_back({.name = "postgres_cores",
                       .value = rounds.cores(&DrainResult::server_cpu),
                       .unit = "cores",
                       .label = "processor, Postgres"});
    figures.push_back({.name = "worker_cores",
                       .value = rounds.cores(&DrainResult::worker_cpu),
                       .unit = "cores",
                       .label = "processor, worker"});
    figures.push_back({.name = "enqueued_per_second",
                       .value = rounds.median_of(&DrainResult::enqueued_per_second),
                       .unit = "1/s",
                       .label = "starts a second",
                       .note = "one client, 50 a commit"});
    return measured;
}

}  // namespace

Measured measure_w1(const Bench& bench) {
    return drain_figures(bench, "w1", bench.options.runs * 2, 1);
}

Measured measure_w10(const Bench& bench) {
    Measured measured = drain_figures(bench, "w10", bench.options.runs, steps_of_w10);
    for (auto& figure : measured.figures) {
        if (figure.name == "floor_ratio") figure.bar = Bar{Bar::Side::at_least, 0.5};
    }
    return measured;
}

}  // namespace callflex::bench

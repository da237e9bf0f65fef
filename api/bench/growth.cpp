// Growth: the same W1 by more workers, beside more closed runs, and with more runs queued.

#include <fmt/format.h>

#include <algorithm>

#include "api/bench/drain.hpp"
#include "api/bench/planted_runs.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workload.hpp"

namespace callflex::bench {
namespace {

/// "10k", "1M", "1234"
std::string short_count(std::int64_t count) {
    if (count >= 1'000'000 && count % 1'000'000 == 0) return fmt::format("{}M", count / 1'000'000);
    if (count >= 1'000 && count % 1'000 == 0) return fmt::format("{}k", count / 1'000);
    return std::to_string(count);
}

/// At most so many, however long W1 itself is measured: few beside what has grown.
int runs_of_w1(const Bench& bench) {
    constexpr int few = 8'000;
    return std::min(few, bench.options.runs * 2);
}

/// Two ways of doing the same, in turns.
struct Pair {
    Rounds plain;
    Rounds grown;
    std::vector<double> speed_ratios;
    std::vector<double> buffer_ratios;

    void compare() {
        const DrainResult& before = plain.drains.back();
        const DrainResult& after = grown.drains.back();
        speed_ratios.push_back(after.workflows_per_second / before.workflows_per_second);
        buffer_ratios.push_back(after.buffers_per_run / before.buffers_per_run);
    }
};

Figure throughput(const std::string& name, const Rounds& rounds, const std::string& label,
                  const std::string& chart) {
    return {.name = name + ".workflows_per_second",
            .value = rounds.median_of(&DrainResult::workflows_per_second),
            .unit = "1/s",
            .label = label + ", workflows a second",
            .chart = chart};
}

void add_ratios(Measured& measured, const std::string& name, const Pair& pair, const std::string& label,
                const std::string& against) {
    measured.figures.push_back({.name = name + ".throughput_ratio",
                                .value = median(pair.speed_ratios),
                                .unit = "x",
                                .label = label + ", throughput against " + against,
                                .note = "median of the rounds' ratios"});
    measured.figures.push_back({.name = name + ".buffers_per_run",
                                .value = pair.grown.median_of(&DrainResult::buffers_per_run),
                                .unit = "",
                                .label = label + ", pages looked at a run"});
    measured.figures.push_back({.name = name + ".buffers_ratio",
                                .value = median(pair.buffer_ratios),
                                .unit = "x",
                                .label = label + ", pages against " + against,
                                .note = "a count: hardly any noise"});
}

}  // namespace

Measured measure_workers(const Bench& bench) {
    std::vector<Rounds> by_count(bench.options.workers.size());
    for (int round = 1; round <= bench.options.rounds; ++round) {
        for (std::size_t i = 0; i < by_count.size(); ++i) {
            const int workers = bench.options.workers[i];
            bench.say(fmt::format("round {} of {}: {} workers", round, bench.options.rounds, workers));
            by_count[i].drains.push_back(
                measure_drain(bench.server, {.runs = runs_of_w1(bench), .steps = 1, .workers = workers}));
        }
    }
    Measured measured{.workload = "workers"};
    const double first =
        by_count.empty() ? 0 : by_count.front().median_of(&DrainResult::workflows_per_second);
    for (std::size_t i = 0; i < by_count.size(); ++i) {
        const int workers = bench.options.workers[i];
        const std::string name = fmt::format("with_{}", workers);
        const std::string label = workers == 1 ? "one worker" : fmt::format("{} workers", workers);
        measured.figures.push_back(
            throughput(name, by_count[i], label, "W1 by so many workers, workflows a second"));
        if (i == 0) continue;
        measured.figures.push_back({.name = name + ".throughput_ratio",
                                    .value = measured.value(name + ".workflows_per_second") / first,
                                    .unit = "x",
                                    .label = fmt::format("{}, against {}", label, bench.options.workers[0])});
    }
    return measured;
}

Measured measure_closed(const Bench& bench) {
    auto sizes = bench.options.closed;
    std::ranges::sort(sizes);
    const auto grown = bench.server.make_database("closed");
    ClosedRuns closed_runs{bench.server, *grown, sizes.empty() ? 1 : sizes.back()};
    const std::string chart = "W1 beside so many closed runs, workflows a second";
    Measured measured{.workload = "closed"};
    for (const std::int64_t size : sizes) {
        closed_runs.plant_until(size, bench.say);
        Pair pair;
        for (int round = 1; round <= bench.options.rounds; ++round) {
            bench.say(
                fmt::format("round {} of {}: none, then {} closed runs", round, bench.options.rounds, size));
            const DrainOptions drain{.runs = runs_of_w1(bench), .steps = 1};
            // One that is as old: a run has been drained there, and statistics have been gathered.
            const auto plain = bench.server.make_database("none");
            ClosedRuns{bench.server, *plain, 1}.plant_until(1, bench.say);
            pair.plain.drains.push_back(measure_drain(bench.server, *plain, "none", drain));
            pair.grown.drains.push_back(
                measure_drain(bench.server, *grown, fmt::format("at-{}-{}", size, round), drain));
            pair.compare();
        }
        if (measured.figures.empty()) {
            measured.figures.push_back(throughput("at_0", pair.plain, "none", chart));
        }
        const std::string name = fmt::format("at_{}", size);
        const std::string label = short_count(size);
        measured.figures.push_back(throughput(name, pair.grown, label, chart));
        add_ratios(measured, name, pair, label, "none");
    }
    if (!sizes.empty()) {
        measured.figures.push_back(
            {.name = "largest_throughput_ratio",
             .value = measured.value(fmt::format("at_{}.throughput_ratio", sizes.back())),
             .unit = "x",
             .label = fmt::format("throughput beside {} against none", short_count(sizes.back())),
             .note = "the bar is meant for 10M: --closed 10k,1M,10M",
             .bar = Bar{Bar::Side::at_least, 0.9}});
    }
    return measured;
}

Measured measure_backlog(const Bench& bench) {
    const int runs = std::min(runs_of_w1(bench), bench.options.backlog);
    const std::string chart = "W1 with so many runs queued, workflows a second";
    Pair pair;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(fmt::format("round {} of {}: {} queued", round, bench.options.rounds, runs));
        pair.plain.drains.push_back(measure_drain(bench.server, {.runs = runs, .steps = 1}));
        bench.say(fmt::format("round {} of {}: the first {} of {} queued", round, bench.options.rounds, runs,
                              bench.options.backlog));
        pair.grown.drains.push_back(
            measure_drain(bench.server, {.runs = bench.options.backlog, .steps = 1, .until = runs}));
        pair.compare();
    }
    const std::string name = fmt::format("at_{}", bench.options.backlog);
    const std::string label = short_count(bench.options.backlog);
    Measured measured{.workload = "backlog"};
    measured.figures.push_back(throughput(fmt::format("at_{}", runs), pair.plain, short_count(runs), chart));
    measured.figures.push_back(throughput(name, pair.grown, label, chart));
    add_ratios(measured, name, pair, label, "the short queue");
    measured.figures.push_back({.name = "claim_ratio",
                                .value = median(pair.buffer_ratios),
                                .unit = "x",
                                .label = "cost of a run behind the long queue, in pages",
                                .note = "claims do not look at what waits behind",
                                .bar = Bar{Bar::Side::at_most, 1.1}});
    return measured;
}

}  // namespace callflex::bench

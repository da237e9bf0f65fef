// One run that does many activities at once: alone, and several of them.

#include <fmt/format.h>

#include "api/bench/drain.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workers.hpp"
#include "api/bench/workload.hpp"
#include "api/bench/workloads.hpp"
#include "engine/client/client.hpp"

namespace callflex::bench {
namespace {

constexpr int several = 10;
constexpr std::chrono::minutes fan_out_patience{10};

/// Seconds from the client's call to its sight of the result, of `runs` runs started one after the other.
double seconds_of(durable::client::Client& client, const std::string& name, int runs, int activities) {
    const auto id = [&](int number) { return durable::WorkflowId{fmt::format("{}-{}", name, number)}; };
    const Stopwatch watch;
    for (int number = 0; number < runs; ++number) {
        client.start(fan_out, Steps{activities}, {.workflow = id(number)});
    }
    for (int number = 0; number < runs; ++number) {
        client.result(fan_out, {.workflow = id(number)}, fan_out_patience);
    }
    return watch.seconds();
}

}  // namespace

Measured measure_fan_out(const Bench& bench) {
    const int activities = bench.options.fan_out;
    const auto database = bench.server.make_database("fanout");
    Workers workers{database->url(), 1, register_workloads};
    durable::client::Client client{{.connection_string = database->url()}};
    bench.say("warming up");
    seconds_of(client, "warm-up", 1, activities);

    std::vector<double> alone;
    std::vector<double> together;
    double wal = 0;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(fmt::format("round {} of {}: one run of {} activities, then {} runs", round,
                              bench.options.rounds, activities, several));
        alone.push_back(seconds_of(client, fmt::format("alone-{}", round), 1, activities));
        const auto before = bench.server.counters(*database).wal_bytes;
        together.push_back(seconds_of(client, fmt::format("several-{}", round), several, activities));
        wal += static_cast<double>(bench.server.counters(*database).wal_bytes - before);
    }
    workers.stop();
    const double steps = static_cast<double>(activities) * several * bench.options.rounds;
    Measured measured{.workload = "fan-out"};
    measured.figures = {{.name = "seconds_alone",
                         .value = median(alone),
                         .unit = "s",
                         .label = fmt::format("{} activities of one run", activities),
                         .note = "from the client's call to its result"},
                        {.name = "activities_per_second",
                         .value = activities * several / median(together),
                         .unit = "1/s",
                         .label = "activities a second",
                         .note = fmt::format("{} such runs at once, one worker", several)},
                        {.name = "wal_bytes_per_step",
                         .value = wal / steps,
                         .unit = "bytes",
                         .label = "write-ahead log a step",
                         .chart = "Write-ahead log a step, bytes"}};
    return measured;
}

}  // namespace callflex::bench

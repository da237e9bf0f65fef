#include "api/bench/latency.hpp"

#include <fmt/format.h>

#include <thread>

#include "api/bench/statistics.hpp"
#include "api/bench/workers.hpp"
#include "api/bench/workload.hpp"
#include "api/bench/workloads.hpp"
#include "engine/client/client.hpp"

namespace callflex::bench {

std::vector<double> measure_latency(BenchServer& server, int samples, bool notifications) {
    constexpr int warm_up = 10;
    // Idle means idle: without a pause each run would arrive while the one before is still being tidied up.
    constexpr std::chrono::milliseconds pause{20};
    const auto database = server.make_database("latency");
    Workers workers{
        database->url(), 1, register_workloads,
        [notifications](durable::worker::WorkerOptions& options) { options.notifications = notifications; }};

    durable::client::Client client{{.connection_string = database->url(), .notifications = notifications}};
    std::vector<double> milliseconds;
    for (int number = 0; number < samples + warm_up; ++number) {
        std::this_thread::sleep_for(pause);
        const durable::WorkflowId id{fmt::format("latency-{}", number)};
        const Stopwatch watch;
        const durable::RunId run = client.start(sequence, Steps{1}, {.workflow = id}).run;
        client.wait_result({.run = run}, std::chrono::seconds{30});
        if (number >= warm_up) milliseconds.push_back(watch.seconds() * 1000);
    }
    workers.stop();
    return milliseconds;
}

Measured measure_single_runs(const Bench& bench) {
    const int samples = bench.options.samples;
    bench.say(fmt::format("{} single runs, with notifications", samples));
    const auto notified = measure_latency(bench.server, samples, true);
    const int polled_samples = std::max(20, samples / 4);
    bench.say(fmt::format("{} single runs, by polling alone", polled_samples));
    const auto polled = measure_latency(bench.server, polled_samples, false);
    constexpr const char* chart = "One W1 on an idle system, ms";
    Measured measured{.workload = "latency"};
    measured.figures = {
        {.name = "p50_ms",
         .value = percentile(notified, 0.50),
         .unit = "ms",
         .label = "p50",
         .note = "from the client's call to its result",
         .bar = Bar{Bar::Side::at_most, 2.5},
         .chart = chart},
        {.name = "p99_ms",
         .value = percentile(notified, 0.99),
         .unit = "ms",
         .label = "p99",
         .bar = Bar{Bar::Side::at_most, 6},
         .chart = chart},
        {.name = "without_notifications.p50_ms",
         .value = percentile(polled, 0.50),
         .unit = "ms",
         .label = "p50, polling alone",
         .chart = chart},
        {.name = "without_notifications.p99_ms",
         .value = percentile(polled, 0.99),
         .unit = "ms",
         .label = "p99, polling alone",
         .chart = chart},
        {.name = "samples", .value = static_cast<double>(notified.size()), .unit = "", .label = "samples"}};
    return measured;
}

}  // namespace callflex::bench

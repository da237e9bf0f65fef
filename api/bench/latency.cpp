#include "api/bench/latency.hpp"

#include <fmt/format.h>
#include <prometheus/registry.h>

#include <memory>
#include <thread>

#include "api/bench/statistics.hpp"
#include "api/bench/workloads.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"

namespace callflex::bench {

std::vector<double> measure_latency(BenchServer& server, int samples, bool notifications) {
    constexpr int warm_up = 10;
    // Idle means idle: without a pause each run would arrive while the one before is still being tidied up.
    constexpr std::chrono::milliseconds pause{20};
    const auto database = server.make_database("latency");
    durable::WorkflowRegistry workflows;
    durable::worker::ActivityRegistry activities;
    register_workloads(workflows, activities);
    durable::worker::WorkerOptions options;
    options.connection_string = database->url();
    options.name = "bench";
    options.build = "bench";
    options.notifications = notifications;
    durable::worker::Worker worker{options, workflows, activities, std::make_shared<prometheus::Registry>()};
    worker.start();

    durable::client::Client client{{.connection_string = database->url(), .notifications = notifications}};
    std::vector<double> milliseconds;
    for (int number = 0; number < samples + warm_up; ++number) {
        std::this_thread::sleep_for(pause);
        const durable::WorkflowId id{fmt::format("latency-{}", number)};
        const Stopwatch watch;
        client.start(sequence, Steps{1}, {.workflow = id});
        client.wait_result({.workflow = id}, std::chrono::seconds{30});
        if (number >= warm_up) milliseconds.push_back(watch.seconds() * 1000);
    }
    worker.stop(std::chrono::seconds{5});
    return milliseconds;
}

}  // namespace callflex::bench

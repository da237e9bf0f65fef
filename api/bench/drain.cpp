#include "api/bench/drain.hpp"

#include <fmt/format.h>
#include <prometheus/registry.h>
#include <sys/resource.h>

#include <memory>
#include <pqxx/pqxx>
#include <thread>

#include "api/bench/statistics.hpp"
#include "api/bench/workloads.hpp"
#include "api_sql.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"

namespace callflex::bench {
namespace {

constexpr int starts_per_commit = 50;

std::chrono::milliseconds own_cpu() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto milliseconds = [](const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; };
    return std::chrono::milliseconds{milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)};
}

/// Returns the last run's id.
durable::RunId enqueue(durable::client::Client& client, const std::string& url, int runs, int steps) {
    pqxx::connection connection{url};
    durable::RunId last;
    for (int first = 0; first < runs; first += starts_per_commit) {
        std::vector<durable::store::StartRequest> requests;
        for (int number = first; number < std::min(first + starts_per_commit, runs); ++number) {
            durable::store::StartRequest request;
            request.workflow = durable::WorkflowId{fmt::format("bench-{}-{}", steps, number)};
            request.type = sequence.name;
            request.input = durable::encode(Steps{steps});
            request.run = client.new_run_id();
            last = request.run;
            requests.push_back(std::move(request));
        }
        pqxx::work tx{connection};
        client.start_many(tx, requests);
        tx.commit();
    }
    return last;
}

void wait_until_drained(const std::string& url) {
    pqxx::connection connection{url};
    const auto open_runs = [&] {
        return pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_open_runs})[0][0].as<int>();
    };
    while (open_runs() > 0) std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

/// Average of a histogram of the worker's metrics.
double average(const prometheus::Registry& metrics, const std::string& name) {
    for (const auto& family : metrics.Collect()) {
        if (family.name != name || family.metric.empty()) continue;
        const auto& histogram = family.metric.front().histogram;
        return histogram.sample_count == 0
                   ? 0
                   : histogram.sample_sum / static_cast<double>(histogram.sample_count);
    }
    throw std::logic_error("the worker has no metric " + name);
}

}  // namespace

DrainResult measure_drain(BenchServer& server, int runs, int steps) {
    const auto database = server.make_database(fmt::format("w{}", steps));
    durable::client::Client client{{.connection_string = database->url()}};
    DrainResult result;
    const Stopwatch enqueueing;
    const durable::RunId last = enqueue(client, database->url(), runs, steps);
    result.enqueued_per_second = runs / enqueueing.seconds();
    server.checkpoint();

    durable::WorkflowRegistry workflows;
    durable::worker::ActivityRegistry activities;
    register_workloads(workflows, activities);
    durable::worker::WorkerOptions options;
    options.connection_string = database->url();
    options.name = "bench";
    options.build = "bench";

    const auto wal_before = server.wal_bytes();
    const auto server_cpu = server.cpu();
    const auto worker_cpu = own_cpu();
    const Stopwatch draining;
    const auto metrics = std::make_shared<prometheus::Registry>();
    durable::worker::Worker worker{options, workflows, activities, metrics};
    worker.start();
    wait_until_drained(database->url());
    result.seconds = draining.seconds();
    result.worker_cpu = own_cpu() - worker_cpu;
    result.server_cpu = server.cpu() - server_cpu;
    const auto wal = static_cast<double>(server.wal_bytes() - wal_before);
    worker.stop(std::chrono::seconds{5});
    result.runs_per_batch = average(*metrics, "durable_worker_batch_runs");

    result.workflows_per_second = runs / result.seconds;
    result.steps_per_second = result.workflows_per_second * steps;
    result.wal_bytes_per_step = wal / (static_cast<double>(runs) * steps);
    pqxx::connection connection{database->url()};
    pqxx::work tx{connection};
    result.rows = durable::store::load_history(tx, last, durable::EventId{2});
    return result;
}

}  // namespace callflex::bench

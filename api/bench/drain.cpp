#include "api/bench/drain.hpp"

#include <fmt/format.h>

#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "api/bench/statistics.hpp"
#include "api/bench/workers.hpp"
#include "api/bench/workloads.hpp"
#include "api_sql.hpp"
#include "engine/client/client.hpp"

namespace callflex::bench {
namespace {

constexpr int starts_per_commit = 50;
constexpr std::chrono::seconds drain_patience{1800};

/// Returns the last run's id.
durable::RunId enqueue(durable::client::Client& client, const std::string& url, const std::string& prefix,
                       const DrainOptions& options) {
    pqxx::connection connection{url};
    durable::RunId last;
    for (int first = 0; first < options.runs; first += starts_per_commit) {
        std::vector<durable::store::StartRequest> requests;
        for (int number = first; number < std::min(first + starts_per_commit, options.runs); ++number) {
            durable::store::StartRequest request;
            request.workflow = durable::WorkflowId{fmt::format("{}-{}", prefix, number)};
            request.type = sequence.name;
            request.input = durable::encode(Steps{options.steps});
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

}  // namespace

void wait_until_drained(const std::string& url) {
    pqxx::connection connection{url};
    const auto some_are_open = [&] {
        return pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_open_runs})[0][0].as<bool>();
    };
    const Stopwatch waiting;
    while (some_are_open()) {
        if (waiting.seconds() > drain_patience.count())
            throw std::runtime_error(fmt::format("runs are still open after {} s", drain_patience.count()));
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

DrainResult measure_drain(BenchServer& server, const DrainOptions& options) {
    const auto database = server.make_database(fmt::format("w{}", options.steps));
    return measure_drain(server, *database, fmt::format("bench-{}", options.steps), options);
}

DrainResult measure_drain(BenchServer& server, const BenchDatabase& database, const std::string& prefix,
                          const DrainOptions& options) {
    durable::client::Client client{{.connection_string = database.url()}};
    DrainResult result;
    const auto disk_before = server.counters(database).disk_bytes;
    const Stopwatch enqueueing;
    const durable::RunId last = enqueue(client, database.url(), prefix, options);
    result.enqueued_per_second = options.runs / enqueueing.seconds();
    server.checkpoint();

    const auto before = server.counters(database);
    const auto server_cpu = server.cpu();
    const auto worker_cpu = own_cpu();
    const int until = options.until > 0 ? options.until : options.runs;
    const Stopwatch draining;
    Workers workers{database.url(), options.workers, register_workloads};
    workers.wait_until_closed(until);  // by their own count: a long queue is not counted over and over
    result.seconds = draining.seconds();
    const double closed = workers.closed();
    result.worker_cpu = own_cpu() - worker_cpu;
    result.server_cpu = server.cpu() - server_cpu;
    workers.stop();
    // What the workers closed while they were told to stop has cost something, too.
    const double closed_in_all = workers.closed();
    const auto after = server.counters(database);
    result.runs_per_batch = workers.runs_per_batch();

    const double steps = closed_in_all * options.steps;
    result.workflows_per_second = closed / result.seconds;
    result.steps_per_second = result.workflows_per_second * options.steps;
    result.wal_bytes_per_step = static_cast<double>(after.wal_bytes - before.wal_bytes) / steps;
    result.wal_records_per_step = static_cast<double>(after.wal_records - before.wal_records) / steps;
    result.wal_full_pages_per_step =
        static_cast<double>(after.wal_full_pages - before.wal_full_pages) / steps;
    result.buffers_per_run = static_cast<double>(after.buffers - before.buffers) / closed_in_all;
    if (options.until > 0) return result;
    result.disk_bytes_per_step = static_cast<double>(after.disk_bytes - disk_before) / steps;
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    result.rows = durable::store::load_history(tx, last, durable::EventId{2});
    return result;
}

double Rounds::median_of(double DrainResult::* member) const {
    std::vector<double> values;
    for (const auto& drain : drains) values.push_back(drain.*member);
    return median(values);
}

double Rounds::cores(std::chrono::milliseconds DrainResult::* member) const {
    std::vector<double> values;
    for (const auto& drain : drains) {
        values.push_back(static_cast<double>((drain.*member).count()) / 1000 / drain.seconds);
    }
    return median(values);
}

}  // namespace callflex::bench

// call-processing as it ships: reports are posted while no worker runs, then one worker processes them, customers'
// webhooks included. And what each step costs: alone in time, under load in the database.

#include "api/bench/call_speed.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include "api/bench/drain.hpp"
#include "api/bench/product.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/step_costs.hpp"
#include "api/bench/workload.hpp"
#include "api_sql.hpp"
#include "engine/client/client.hpp"

namespace callflex::bench {
namespace {

constexpr int calls_one_by_one = 20;
constexpr std::chrono::minutes call_patience{5};

/// Throws unless that many calls were processed to their good end.
void expect_ended(const std::string& url, int calls) {
    if (const auto ended = ended_calls(url); ended != calls) {
        throw std::runtime_error(fmt::format("{} of {} calls were processed", ended, calls));
    }
}

struct CallDrain {
    double runs_per_second = 0;
    double reports_per_second = 0;
    double postgres_ms = 0;  ///< of processor time a run, likewise the next
    double own_ms = 0;
    double wal_bytes = 0;
    double transactions = 0;
};

CallDrain drain_calls(const Bench& bench, int calls) {
    const auto database = bench.server.make_database("calls");
    Product product{*database};
    CallDrain result;
    const Stopwatch posting;
    product.end_calls(calls);
    result.reports_per_second = calls / posting.seconds();
    bench.server.checkpoint();
    const auto before = bench.server.counters(*database);
    const auto server_cpu = bench.server.cpu();
    const auto cpu = own_cpu();
    const Stopwatch processing;
    const auto worker = product.start_worker();
    wait_until_drained(database->url());
    result.runs_per_second = calls / processing.seconds();
    result.own_ms = static_cast<double>((own_cpu() - cpu).count()) / calls;
    result.postgres_ms = static_cast<double>((bench.server.cpu() - server_cpu).count()) / calls;
    worker->stop();
    const auto after = bench.server.counters(*database);
    result.wal_bytes = static_cast<double>(after.wal_bytes - before.wal_bytes) / calls;
    result.transactions = static_cast<double>(after.transactions - before.transactions) / calls;
    expect_ended(database->url(), calls);
    return result;
}

/// One call after the other on an idle system.
Listing one_by_one(const Bench& bench) {
    const auto database = bench.server.make_database("call");
    Product product{*database};
    const auto worker = product.start_worker();
    durable::client::Client client{{.connection_string = database->url()}};
    std::vector<durable::history::History> histories;
    const int calls = std::min(calls_one_by_one, bench.options.calls);
    for (int number = 0; number <= calls; ++number) {
        const auto ids = product.end_calls(1);
        durable::client::RunRef run;
        run.workflow = durable::WorkflowId{"call-processing-" + ids.front()};
        client.wait_result(run, call_patience);
        // The first one finds everything cold.
        if (number > 0) histories.push_back(client.history(*client.resolve(run)));
    }
    wait_until_drained(database->url());
    worker->stop();
    return {
        .name = "steps",
        .title =
            "Each step of a call by itself, from the commit that schedules it to the one that has its result",
        .rows = step_times(histories)};
}

/// Under load once more, with every statement counted: that costs something, so it is no round of the figure.
Listing by_statement(const Bench& bench, int calls) {
    const auto database = bench.server.make_database("callcost");
    Product product{*database};
    product.end_calls(calls);
    StatementCosts costs{*database};
    costs.reset();
    const auto worker = product.start_worker();
    wait_until_drained(database->url());
    worker->stop();
    return {.name = "statements",
            .title = "What a call costs in the database under load, webhooks included",
            .rows = costs.a_run(calls)};
}

Measured call_figures(const std::vector<CallDrain>& drains) {
    const auto middle = [&](double CallDrain::* member) {
        std::vector<double> values;
        for (const auto& drain : drains) values.push_back(drain.*member);
        return median(values);
    };
    Measured measured{.workload = "calls"};
    measured.figures = {{.name = "runs_per_second",
                         .value = middle(&CallDrain::runs_per_second),
                         .unit = "1/s",
                         .label = "calls processed a second",
                         .note = "one worker, 20 customers, sandbox without latency, webhooks delivered",
                         .bar = Bar{Bar::Side::at_least, 150}},
                        {.name = "postgres_ms_per_run",
                         .value = middle(&CallDrain::postgres_ms),
                         .unit = "ms",
                         .label = "processor time a call, Postgres",
                         .chart = "Processor time a call, ms"},
                        {.name = "own_ms_per_run",
                         .value = middle(&CallDrain::own_ms),
                         .unit = "ms",
                         .label = "processor time a call, worker and sandbox",
                         .chart = "Processor time a call, ms"},
                        {.name = "wal_bytes_per_run",
                         .value = middle(&CallDrain::wal_bytes),
                         .unit = "bytes",
                         .label = "write-ahead log a call"},
                        {.name = "transactions_per_run",
                         .value = middle(&CallDrain::transactions),
                         .unit = "",
                         .label = "transactions a call"},
                        {.name = "reports_per_second",
                         .value = middle(&CallDrain::reports_per_second),
                         .unit = "1/s",
                         .label = "reports taken a second before",
                         .note = "16 connections, beside the sandbox"}};
    return measured;
}

}  // namespace

std::int64_t ended_calls(const std::string& url) {
    pqxx::connection connection{url};
    return pqxx::nontransaction{connection}
        .exec(std::string{api::sql::bench_ended_calls})[0][0]
        .as<std::int64_t>();
}

Measured measure_calls(const Bench& bench) {
    const int calls = bench.options.calls;
    std::vector<CallDrain> drains;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(fmt::format("round {} of {}: {} calls", round, bench.options.rounds, calls));
        drains.push_back(drain_calls(bench, calls));
    }
    Measured measured = call_figures(drains);
    bench.say("one call after the other");
    measured.listings.push_back(one_by_one(bench));
    try {
        bench.say(fmt::format("{} calls with every statement counted", calls));
        measured.listings.push_back(by_statement(bench, calls));
    } catch (const pqxx::sql_error& refused) {
        // A server of somebody else's need not have pg_stat_statements.
        bench.say(fmt::format("statements are not counted here: {}", refused.what()));
    }
    return measured;
}

}  // namespace callflex::bench

#include "api/bench/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "api/bench/bench_server.hpp"
#include "api/bench/drain.hpp"
#include "api/bench/floor.hpp"
#include "api/bench/ingress_speed.hpp"
#include "api/bench/latency.hpp"
#include "api/bench/replay_speed.hpp"
#include "api/bench/statistics.hpp"

namespace callflex::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int steps_of_w10 = 10;

bool wanted(const BenchOptions& options, const std::string& part) {
    return options.only.empty() || options.only.contains(part);
}

void progress(const std::string& text) {
    fmt::print(stderr, "bench: {}\n", text);
    std::fflush(stderr);
}

/// Medians of several rounds.
struct Rounds {
    std::vector<DrainResult> drains;

    [[nodiscard]] double median_of(double DrainResult::* member) const {
        std::vector<double> values;
        for (const auto& drain : drains) values.push_back(drain.*member);
        return median(values);
    }
    [[nodiscard]] double cores(std::chrono::milliseconds DrainResult::* member) const {
        std::vector<double> values;
        for (const auto& drain : drains) {
            values.push_back(static_cast<double>((drain.*member).count()) / 1000 / drain.seconds);
        }
        return median(values);
    }
};

Json drain_figures(const Rounds& rounds) {
    return {{"workflows_per_second", rounds.median_of(&DrainResult::workflows_per_second)},
            {"steps_per_second", rounds.median_of(&DrainResult::steps_per_second)},
            {"wal_bytes_per_step", rounds.median_of(&DrainResult::wal_bytes_per_step)},
            {"runs_per_batch", rounds.median_of(&DrainResult::runs_per_batch)},
            {"enqueued_per_second", rounds.median_of(&DrainResult::enqueued_per_second)},
            {"postgres_cores", rounds.cores(&DrainResult::server_cpu)},
            {"worker_cores", rounds.cores(&DrainResult::worker_cpu)},
            {"rounds", rounds.drains.size()}};
}

Json run_w1(BenchServer& server, const BenchOptions& options) {
    Rounds rounds;
    for (int round = 1; round <= options.rounds; ++round) {
        progress(
            fmt::format("W1 round {} of {}: {} runs of one step", round, options.rounds, options.runs * 4));
        rounds.drains.push_back(measure_drain(server, options.runs * 4, 1));
    }
    return drain_figures(rounds);
}

/// Engine and floor alternate, so that a slow minute of the machine hits both.
Json run_w10(BenchServer& server, const BenchOptions& options,
             std::vector<durable::store::HistoryRow>& rows) {
    Rounds rounds;
    std::vector<double> floors;
    std::vector<double> ratios;
    for (int round = 1; round <= options.rounds; ++round) {
        progress(
            fmt::format("W10 round {} of {}: {} runs of ten steps", round, options.rounds, options.runs));
        rounds.drains.push_back(measure_drain(server, options.runs, steps_of_w10));
        rows = rounds.drains.back().rows;
        progress(fmt::format("floor round {} of {}: the same {} rows a run by bare inserts", round,
                             options.rounds, rows.size()));
        const auto database = server.make_database("floor");
        server.checkpoint();
        const double rows_per_second =
            measure_floor({.database_url = database->url(),
                           .runs = options.runs,
                           .batch = static_cast<int>(rounds.drains.back().runs_per_batch),
                           .connections = 2,
                           .rows = rows});
        // A run of ten steps writes `rows` rows after its start: in steps, the floor is that much slower.
        floors.push_back(rows_per_second * steps_of_w10 / static_cast<double>(rows.size()));
        ratios.push_back(rounds.drains.back().steps_per_second / floors.back());
    }
    Json figures = drain_figures(rounds);
    figures["floor_steps_per_second"] = median(floors);
    figures["floor_ratio"] = median(ratios);
    return figures;
}

Json latency_figures(const std::vector<double>& samples) {
    return {{"p50_ms", percentile(samples, 0.50)},
            {"p99_ms", percentile(samples, 0.99)},
            {"samples", samples.size()}};
}

Json run_latency(BenchServer& server, const BenchOptions& options) {
    progress(fmt::format("latency of {} single runs, with notifications", options.samples));
    Json figures = latency_figures(measure_latency(server, options.samples, true));
    const int without = std::max(20, options.samples / 4);
    progress(fmt::format("latency of {} single runs, by polling alone", without));
    figures["without_notifications"] = latency_figures(measure_latency(server, without, false));
    return figures;
}

Json run_ingress_part(BenchServer& server, const BenchOptions& options) {
    progress(fmt::format("ingress: 64 connections of signed 2 KiB reports for {} s", options.seconds));
    const IngressSpeed speed = measure_ingress(server, std::chrono::seconds{options.seconds});
    const auto milliseconds = [](std::chrono::microseconds time) {
        return static_cast<double>(time.count()) / 1000;
    };
    return {{"requests_per_second", speed.load.requests_per_second},
            {"p50_ms", milliseconds(speed.load.p50)},
            {"p99_ms", milliseconds(speed.load.p99)},
            {"acknowledged", speed.load.acknowledged.size()},
            {"stored", speed.stored},
            {"refused", speed.load.refused}};
}

void print_row(const std::string& name, const std::string& value, const std::string& note) {
    fmt::print("  {:<34} {:>12}   {}\n", name, value, note);
}

std::string whole(const Json& figures, const char* key) {
    return fmt::format("{:.0f}", figures[key].get<double>());
}
std::string exact(const Json& figures, const char* key) {
    return fmt::format("{:.2f}", figures[key].get<double>());
}

void print_drain(const std::string& name, const Json& figures) {
    print_row(name + " workflows/s", whole(figures, "workflows_per_second"),
              "started before, drained by one worker");
    print_row(name + " steps/s", whole(figures, "steps_per_second"), "");
    print_row(name + " runs/commit", whole(figures, "runs_per_batch"), "");
    print_row(name + " WAL bytes/step", whole(figures, "wal_bytes_per_step"), "");
    print_row(name + " CPU, Postgres / worker",
              exact(figures, "postgres_cores") + " / " + exact(figures, "worker_cores"), "cores");
    print_row(name + " starts/s", whole(figures, "enqueued_per_second"), "one client, 50 a commit");
}

void print_table(const Json& result) {
    fmt::print("\nMedians, durable commits, everything on this machine\n\n");
    if (result.contains("w1")) print_drain("W1", result["w1"]);
    if (result.contains("w10")) {
        const Json& w10 = result["w10"];
        print_drain("W10", w10);
        print_row("W10 floor steps/s", whole(w10, "floor_steps_per_second"), "the same rows by bare inserts");
        print_row("W10 ratio to the floor", exact(w10, "floor_ratio"), "median of the rounds' ratios");
    }
    if (result.contains("latency")) {
        const Json& latency = result["latency"];
        const Json& polling = latency["without_notifications"];
        print_row("W1 latency p50 / p99", exact(latency, "p50_ms") + " / " + exact(latency, "p99_ms"),
                  "ms, idle system");
        print_row("  by polling alone", exact(polling, "p50_ms") + " / " + exact(polling, "p99_ms"), "ms");
    }
    if (result.contains("ingress")) {
        const Json& ingress = result["ingress"];
        print_row("ingress requests/s", whole(ingress, "requests_per_second"),
                  "signed, committed before the 200");
        print_row("ingress p50 / p99", exact(ingress, "p50_ms") + " / " + exact(ingress, "p99_ms"), "ms");
    }
    if (result.contains("replay")) {
        print_row("cold replay events/s", whole(result["replay"], "events_per_second"),
                  "decode, run and compare, one core");
    }
}

}  // namespace

int run_bench(const BenchOptions& options) {
    BenchServer server{options.database_url};
    Json result;
    std::vector<durable::store::HistoryRow> rows;
    if (wanted(options, "w1")) result["w1"] = run_w1(server, options);
    if (wanted(options, "w10")) {
        result["w10"] = run_w10(server, options, rows);
        result["wal_bytes_per_step"] = result["w10"]["wal_bytes_per_step"];
    }
    if (wanted(options, "latency")) result["latency"] = run_latency(server, options);
    if (wanted(options, "ingress")) result["ingress"] = run_ingress_part(server, options);
    if (wanted(options, "replay")) {
        if (rows.empty()) rows = measure_drain(server, 10, steps_of_w10).rows;
        progress("cold replay");
        result["replay"] = {{"events_per_second", measure_replay(rows, 3.0)}};
    }
    if (options.json) {
        fmt::print("{}\n", result.dump(2));
    } else {
        print_table(result);
    }
    return 0;
}

}  // namespace callflex::bench

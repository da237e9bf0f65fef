// What it costs to have nothing to do: Postgres alone, with a worker, and with an ingress as well, while some
// thousands of runs sleep.

#include <fmt/format.h>

#include <thread>

#include "api/bench/bench_server.hpp"
#include "api/bench/sleepers.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workers.hpp"
#include "api/bench/workload.hpp"
#include "api/bench/workloads.hpp"
#include "api/dev/keys.hpp"
#include "api/ingress/ingress.hpp"

namespace callflex::bench {
namespace {

constexpr int most_sleepers = 10'000;
/// What begins has its own start behind it then; and sessions that have become idle tell what they have done ten
/// seconds later.
constexpr std::chrono::seconds longest_settling{11};

struct Window {
    double postgres_percent = 0;  ///< of one core
    double own_percent = 0;       ///< of one core: this process
    double queries_per_second = 0;
};

Window watch_window(const BenchServer& server, const BenchDatabase& database, int seconds) {
    std::this_thread::sleep_for(std::min(longest_settling, std::chrono::seconds{seconds}));
    const auto before = server.counters(database);
    const auto postgres_before = server.cpu();
    const auto own_before = own_cpu();
    const Stopwatch watch;
    std::this_thread::sleep_for(std::chrono::seconds{seconds});  // that nothing happens is what is measured
    const double milliseconds = watch.seconds() * 1000;
    const double postgres = static_cast<double>((server.cpu() - postgres_before).count());
    const double own = static_cast<double>((own_cpu() - own_before).count());
    const auto after = server.counters(database);
    return {.postgres_percent = 100 * postgres / milliseconds,
            .own_percent = 100 * own / milliseconds,
            .queries_per_second =
                static_cast<double>(after.transactions - before.transactions) * 1000 / milliseconds};
}

void put_to_sleep(const BenchDatabase& database, int sleepers) {
    Workers workers{database.url(), 1, register_workloads};
    const std::int64_t tomorrow =
        database_now(database.url()) + std::chrono::microseconds{std::chrono::hours{24}}.count();
    start_sleepers(database.url(), "sleeper", sleepers, tomorrow);
    wait_until_asleep(database.url(), sleepers, tomorrow);
    workers.stop();
}

Measured idle_figures(const Window& alone, const Window& worker, const Window& both) {
    const double ingress_queries = std::max(0.0, both.queries_per_second - worker.queries_per_second);
    const double worker_queries = std::max(0.0, worker.queries_per_second - alone.queries_per_second);
    constexpr const char* chart = "Idle, per cent of a core";
    const auto share = [&](const std::string& name, double value, const std::string& label) {
        return Figure{.name = name, .value = value, .unit = "% of a core", .label = label, .chart = chart};
    };
    Measured measured{.workload = "idle"};
    measured.figures = {
        share("postgres_alone_percent", alone.postgres_percent, "Postgres, nobody connected"),
        share("postgres_percent", both.postgres_percent, "Postgres"),
        share("worker_percent", worker.own_percent, "worker"),
        share("ingress_percent", std::max(0.0, both.own_percent - worker.own_percent), "ingress"),
        share("system_percent", both.postgres_percent + both.own_percent, "all of it")};
    measured.figures.back().bar = Bar{Bar::Side::below, 1};
    const auto queries = [](const std::string& name, double value, const std::string& label) {
        return Figure{.name = name,
                      .value = value,
                      .unit = "1/s",
                      .label = label,
                      .note = "transactions",
                      .bar = Bar{Bar::Side::below, 5}};
    };
    measured.figures.push_back(queries("worker_queries_per_second", worker_queries, "queries, worker"));
    measured.figures.push_back(queries("ingress_queries_per_second", ingress_queries, "queries, ingress"));
    return measured;
}

}  // namespace

Measured measure_idle(const Bench& bench) {
    const int seconds = bench.options.idle_seconds;
    const auto database = bench.server.make_database("idle");
    const int sleepers = std::min(bench.options.sleepers, most_sleepers);
    bench.say(fmt::format("{} runs fall asleep", sleepers));
    put_to_sleep(*database, sleepers);
    bench.server.tidy(*database);

    bench.say(fmt::format("Postgres alone, {} s", seconds));
    const Window alone = watch_window(bench.server, *database, seconds);
    Workers workers{database->url(), 1, register_workloads};
    bench.say(fmt::format("a worker with nothing to do, {} s", seconds));
    const Window worker = watch_window(bench.server, *database, seconds);
    ingress::IngressOptions options;
    options.database_url = database->url();
    options.port = 0;
    options.secrets_key = dev_secrets_key({}, true);
    ingress::Ingress ingress{std::move(options)};
    ingress.start();
    bench.say(fmt::format("an ingress as well, {} s", seconds));
    const Window both = watch_window(bench.server, *database, seconds);
    ingress.stop();
    workers.stop();
    return idle_figures(alone, worker, both);
}

}  // namespace callflex::bench

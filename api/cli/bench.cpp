#include "api/bench/bench.hpp"

#include <fmt/format.h>

#include <charconv>

#include "api/bench/workload.hpp"
#include "api/cli/bench_report.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

struct BenchArguments {
    bench::BenchOptions options;
    std::vector<std::string> names;
    std::vector<std::string> closed;
    bool list = false;
    bool quick = false;
    bool check = false;
};

/// Small enough for a minute, and for figures that only show that everything works.
bench::BenchOptions quick_options() {
    bench::BenchOptions quick;
    quick.rounds = 1;
    quick.runs = 500;
    quick.samples = 50;
    quick.seconds = 1;
    quick.idle_seconds = 3;
    quick.soak_seconds = 10;
    quick.calls = 40;
    quick.sleepers = 2'000;
    quick.backlog = 10'000;
    quick.closed = {10'000};
    return quick;
}

/// "10k", "1M", "1234".
std::int64_t parse_count(const std::string& text) {
    std::int64_t count = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    const std::string_view unit{rest, end};
    const std::int64_t factor = unit.empty() ? 1 : unit == "k" ? 1'000 : unit == "M" ? 1'000'000 : 0;
    constexpr std::int64_t most = 1'000'000'000;
    if (error != std::errc{} || factor == 0 || count < 1 || count > most / factor) {
        throw CommandError(exit_usage, fmt::format("\"{}\" is no number of closed runs", text),
                           "numbers such as 10k, 1M or 2500, separated by commas");
    }
    return count * factor;
}

void add_sizes(CLI::App& app, BenchArguments& arguments) {
    auto& options = arguments.options;
    const auto number = [&app](const std::string& name, int& value, const std::string& description,
                               int most) {
        app.add_option(name, value, description)
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(1, most));
    };
    number("--rounds", options.rounds, "Rounds of each; medians are printed", 1000);
    number("--runs", options.runs,
           "W10 runs a round; W1 has twice as many (8,000 at most beside what has grown)", 10'000'000);
    number("--samples", options.samples, "Runs measured for latency", 1'000'000);
    number("--seconds", options.seconds, "Seconds of load on the ingress, a round", 3600);
    number("--calls", options.calls, "Calls processed a round", 1'000'000);
    number("--fan-out", options.fan_out, "Activities that one run does at once", 100'000);
    number("--sleepers", options.sleepers, "Runs that sleep", 10'000'000);
    number("--backlog", options.backlog, "Runs queued", 10'000'000);
    number("--idle-seconds", options.idle_seconds, "Seconds of each of idle's three windows", 3600);
    number("--soak-seconds", options.soak_seconds, "Seconds of soak", 7 * 24 * 3600);
    app.add_option("--workers", options.workers, "How many workers, one after the other [1,2,4]")
        ->type_name("N,...")
        ->delimiter(',')
        ->check(CLI::Range(1, 64));
    app.add_option("--closed", arguments.closed, "Closed runs beside which W1 is measured [10k,100k]")
        ->type_name("N,...")
        ->delimiter(',');
}

/// What was not given is small.
void make_quick(const CLI::App& app, bench::BenchOptions& options) {
    const bench::BenchOptions quick = quick_options();
    const auto take = [&app](const char* name, auto& value, const auto& small) {
        if (app.count(name) == 0) value = small;
    };
    take("--rounds", options.rounds, quick.rounds);
    take("--runs", options.runs, quick.runs);
    take("--samples", options.samples, quick.samples);
    take("--seconds", options.seconds, quick.seconds);
    take("--calls", options.calls, quick.calls);
    take("--sleepers", options.sleepers, quick.sleepers);
    take("--backlog", options.backlog, quick.backlog);
    take("--idle-seconds", options.idle_seconds, quick.idle_seconds);
    take("--soak-seconds", options.soak_seconds, quick.soak_seconds);
    take("--closed", options.closed, quick.closed);
}

int list_workloads(const Session& session) {
    if (!session.for_people()) {
        Json list = Json::array();
        for (const auto& workload : bench::catalogue()) {
            list.push_back({{"name", workload.name}, {"measures", workload.summary}});
        }
        session.print_json(list);
        return exit_ok;
    }
    Table table({"NAME", "MEASURES"});
    for (const auto& workload : bench::catalogue()) {
        table.add({{std::string{workload.name}, Color::bold}, {std::string{workload.summary}}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

int measure(const Session& session, const BenchArguments& arguments) {
    BenchProgress progress{session};
    bench::BenchReport report;
    try {
        report = bench::run_bench(arguments.options, [&](const std::string& line) { progress.show(line); });
    } catch (const bench::UnsafeServer& unsafe) {
        throw CommandError(exit_refused, unsafe.what(),
                           "switch them on, or --allow-unsafe for a report that is marked so");
    }
    progress.clear();
    print_report(session, report);
    return arguments.check && !report.missed().empty() ? exit_failed : exit_ok;
}

std::vector<std::string> names_of_workloads() {
    std::vector<std::string> names;
    for (const auto& workload : bench::catalogue()) names.emplace_back(workload.name);
    return names;
}

}  // namespace

void define_bench(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<BenchArguments>();
    app.add_option("NAME", arguments->names, "Workloads, see --list [all]")
        ->check(CLI::IsMember(names_of_workloads()));
    app.add_option("--only", arguments->options.only, "The same, separated by commas")
        ->type_name("NAMES")
        ->delimiter(',')
        ->check(CLI::IsMember(names_of_workloads()));
    app.add_flag("--list", arguments->list, "Tells what can be measured");
    app.add_flag("--quick", arguments->quick,
                 "Small sizes, one round: to see that it works, in about a minute");
    app.add_flag("--check", arguments->check, "Exit code 1 when a figure misses the bar that is set for it");
    app.add_flag("--allow-unsafe", arguments->options.allow_unsafe,
                 "Measure a server that may lose acknowledged commits, and mark the report");
    add_sizes(app, *arguments);
    manual(
        app,
        "Measures what the engine and the product do on this machine, with durable commits, and the ratio to "
        "a "
        "floor of bare inserts taken in the same run. Starts a private cluster, unless --database-url names "
        "a "
        "server on which this role may create databases (DATABASE_URL is not used, so that production is "
        "never "
        "measured by accident); a server with fsync, full_page_writes or synchronous_commit off is refused. "
        "JSON: {machine, honest, figures: [{workload, name, label, value, unit, note, bar, holds}], "
        "<workload>: "
        "{<name>: value}}, such as .w10.floor_ratio, .latency.p50_ms, .ingress.requests_per_second. "
        "docs/guide/benchmarks.md says how to read it.",
        {{"callflex bench", "everything, some minutes"},
         {"callflex bench --list", "what there is"},
         {"callflex bench w10 --check", "one workload; exit code 1 if its bar is missed"},
         {"callflex bench closed --closed 10k,1M,10M", "growth at full size: some 15 GB of disk"},
         {"callflex bench soak --soak-seconds 3600", "an hour of calls: does anything grow?"},
         {"callflex bench w10 --rounds 1 -o json | jq .w10", "one figure, quickly"}});
    app.callback([arguments, &app, &session] {
        auto& chosen = arguments->options;
        if (arguments->list) {
            session.exit_code = list_workloads(session);
            return;
        }
        if (!arguments->closed.empty()) chosen.closed.clear();
        for (const auto& size : arguments->closed) chosen.closed.push_back(parse_count(size));
        if (arguments->quick) make_quick(app, chosen);
        chosen.only.insert(chosen.only.end(), arguments->names.begin(), arguments->names.end());
        chosen.program = session.program();
        chosen.database_url = session.options.database_url;
        session.exit_code = measure(session, *arguments);
    });
}

}  // namespace callflex::cli

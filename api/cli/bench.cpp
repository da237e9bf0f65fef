#include "api/bench/bench.hpp"

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {

void define_bench(CLI::App& app, Session& session) {
    struct BenchArguments {
        bench::BenchOptions options;
        std::vector<std::string> only;
    };
    auto arguments = std::make_shared<BenchArguments>();
    auto& options = arguments->options;
    app.add_option("--only", arguments->only,
                   "Among w1, w10, latency, ingress and replay, separated by a comma [all]")
        ->type_name("PARTS")
        ->delimiter(',')
        ->check(CLI::IsMember({"w1", "w10", "latency", "ingress", "replay"}));
    app.add_option("--rounds", options.rounds, "Rounds of each; medians are printed")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    app.add_option("--runs", options.runs, "W10 runs a round; W1 has four times as many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000'000));
    app.add_option("--samples", options.samples, "Runs measured for latency")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--seconds", options.seconds, "Seconds of load on the ingress")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600));
    manual(app,
           "Measures workflows and steps a second, latency, the ingress and replay, with durable commits, "
           "and the ratio to "
           "a floor of bare inserts taken in the same run. Starts a private cluster, unless --database-url "
           "names a server "
           "on which this role may create databases (DATABASE_URL is not used, so that production is never "
           "measured by "
           "accident). JSON: {w1: {workflows_per_second}, w10: {steps_per_second, floor_ratio}, latency: "
           "{p50_ms, p99_ms}, "
           "wal_bytes_per_step, ingress: {requests_per_second}, replay: {events_per_second}}.",
           {{"callflex bench", "everything, some minutes"},
            {"callflex bench --only w10 --rounds 1 -o json | jq .w10", "one figure, quickly"}});
    app.callback([arguments, &session] {
        auto& chosen = arguments->options;
        chosen.only = {arguments->only.begin(), arguments->only.end()};
        chosen.database_url = session.options.database_url;
        chosen.json = !session.for_people();
        session.exit_code = bench::run_bench(chosen);
    });
}

}  // namespace callflex::cli

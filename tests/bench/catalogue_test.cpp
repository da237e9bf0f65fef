// `callflex bench`: that each workload measures what it says, at a size at which no figure means anything.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <set>

#include "api/bench/bench.hpp"
#include "api/bench/bench_server.hpp"
#include "api/bench/planted_runs.hpp"
#include "api/bench/step_costs.hpp"
#include "api/bench/workload.hpp"
#include "engine/store/check.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

using namespace callflex::bench;

namespace {

const std::vector<std::string> tiny_sizes = {
    "--rounds",  "1",   "--runs",    "5",      "--samples",      "3",  "--seconds",      "1",
    "--calls",   "3",   "--fan-out", "30",     "--sleepers",     "40", "--backlog",      "100",
    "--workers", "1,2", "--closed",  "200,1k", "--idle-seconds", "1",  "--soak-seconds", "3"};

std::vector<std::string> bench_command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    return arguments;
}

std::vector<std::string> tiny(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), tiny_sizes.begin(), tiny_sizes.end());
    return bench_command(std::move(arguments));
}

BenchReport report_with(Figure figure) {
    BenchReport report;
    report.measured.push_back({.workload = "w10", .figures = {std::move(figure)}});
    return report;
}

/// Every value below, whatever the level.
void check_numbers(const nlohmann::json& place, const std::string& path) {
    if (place.is_structured()) {
        for (const auto& [key, value] : place.items()) check_numbers(value, path + "." + key);
    } else if (place.is_number()) {
        const auto value = place.get<double>();
        CHECK_MESSAGE(std::isfinite(value), path);
        // What grows may shrink.
        CHECK_MESSAGE((value >= 0 || path.find("growth") != std::string::npos), path << " is " << value);
    }
}

std::set<std::string> steps_of(const nlohmann::json& calls) {
    std::set<std::string> steps;
    for (const auto& row : calls["steps"]) steps.insert(row["step"].get<std::string>());
    return steps;
}

}  // namespace

TEST_CASE("bench lists its workloads, and knows no others") {
    const auto listed = test::callflex({"bench", "--list", "-o", "json"});
    CHECK(listed.code == 0);
    std::set<std::string> names;
    for (const auto& line : listed.json()) names.insert(line["name"].get<std::string>());
    CHECK(names.size() == catalogue().size());
    CHECK(names.contains("w10"));
    CHECK(test::callflex({"bench", "--list"}).has("backlog"));
    CHECK(test::callflex({"bench", "nonsense"}).code == 2);
    CHECK(test::callflex({"bench", "--only", "nonsense"}).code == 2);
    CHECK(test::callflex({"bench", "closed", "--closed", "10x"}).code == 2);
    CHECK(test::callflex({"bench", "closed", "--closed", "0"}).code == 2);
}

TEST_CASE("every workload runs at a tiny size, on a durable Postgres, and its figures are sane") {
    const auto printed = test::callflex(tiny({"-o", "json"}));
    INFO(printed.err);
    REQUIRE(printed.code == 0);
    const auto report = printed.json();
    CHECK(report["honest"] == true);
    CHECK(report["machine"]["postgres"]["fsync"] == "on");
    CHECK(report["machine"]["postgres"]["synchronous_commit"] == "on");
    for (const auto& workload : catalogue()) {
        const std::string name{workload.name};
        INFO(name);
        REQUIRE(report.contains(name));
        CHECK_FALSE(report[name].empty());
        check_numbers(report[name], name);
    }
    for (const char* name : {"w1", "w10"}) {
        CHECK(report[name]["steps_per_second"] > 0);
        CHECK(report[name]["floor_ratio"] > 0);
        CHECK(report[name]["wal_bytes_per_step"] > 0);
        CHECK(report[name]["disk_bytes_per_step"] > 0);
        CHECK(report[name]["buffers_per_run"] > 1);
    }
    CHECK(report["latency"]["p50_ms"] <= report["latency"]["p99_ms"]);
    CHECK(report["latency"]["without_notifications"]["p50_ms"] > 0);
    CHECK(report["ingress"]["acknowledged"] > 0);
    CHECK(report["ingress"]["lost"] == 0);
    CHECK(report["fan-out"]["activities_per_second"] > 0);
    CHECK(report["timers"]["sleepers"] == 40);
    CHECK(report["timers"]["early"] == 0);
    CHECK(report["timers"]["late_p50_ms"] <= report["timers"]["late_p99_ms"]);
    CHECK(report["replay"]["events_per_second"] > 0);
    CHECK(report["workers"]["with_2"]["throughput_ratio"] > 0);
    CHECK(report["closed"]["at_200"]["throughput_ratio"] > 0);
    CHECK(report["closed"]["at_1000"]["buffers_ratio"] > 0);
    CHECK(report["closed"].contains("largest_throughput_ratio"));
    CHECK(report["backlog"]["claim_ratio"] > 0);
    CHECK(report["idle"].contains("worker_queries_per_second"));
    CHECK(report["soak"]["calls"] > 0);
    CHECK(report["soak"]["lost"] == 0);
    REQUIRE(report["soak"]["samples"].size() == 60);
    for (const auto& sample : report["soak"]["samples"]) {
        for (const char* what : {"worker_mb", "ingress_mb", "live_tables_mb"}) CHECK(sample[what] > 0);
    }
    CHECK(report["soak"]["samples"].back()["runs_closed"] > 0);

    SUBCASE("and what each step of a call costs is told, in time and by statement") {
        const auto& calls = report["calls"];
        CHECK(calls["runs_per_second"] > 0);
        const auto steps = steps_of(calls);
        for (const char* step : {"store_transcript", "summarize", "fetch_recording", "count_usage",
                                 "send_sms", "send_email", "create_deliveries"}) {
            INFO(step);
            CHECK(steps.contains(step));
        }
        REQUIRE(calls["statements"].size() > 3);
        const auto& in_all = calls["statements"].back();
        CHECK(in_all["statement"] == "in all");
        CHECK(in_all["calls_a_run"] > 10);
        CHECK(in_all["wal_bytes_a_run"] > 1000);
    }
}

TEST_CASE("a server that may lose what it acknowledged is refused, or the report is marked") {
    const test::EmptyDatabase database;
    const auto refused =
        test::callflex(tiny({"replay", "--database-url", database.owner_url(), "-o", "json"}));
    CHECK(refused.code == 6);
    CHECK(refused.err.find("fsync = off") != std::string::npos);
    CHECK(refused.out.empty());

    const auto marked =
        test::callflex(tiny({"replay", "--database-url", database.owner_url(), "--allow-unsafe"}));
    CHECK(marked.code == 0);
    CHECK(marked.has("NOT DURABLE"));
    CHECK(marked.has("events a second"));
}

TEST_CASE("standard output is the document alone, whatever an ingress has to say") {
    const test::EmptyDatabase database;
    std::string command = CALLFLEX_BINARY " 2> /dev/null";
    for (const auto& word :
         tiny({"ingress", "--allow-unsafe", "-o", "json", "--database-url", database.owner_url()})) {
        command += " '" + word + "'";
    }
    std::FILE* output = ::popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::string text;
    for (int letter = std::fgetc(output); letter != EOF; letter = std::fgetc(output)) {
        text += static_cast<char>(letter);
    }
    CHECK(::pclose(output) == 0);
    const auto document = nlohmann::json::parse(text);
    CHECK(document["ingress"]["acknowledged"] > 0);
}

TEST_CASE("on a terminal one line tells what goes on, and is gone afterwards") {
    const test::EmptyDatabase database;
    const auto printed = test::callflex_on_terminal(
        tiny({"replay", "--database-url", database.owner_url(), "--allow-unsafe"}));
    CHECK(printed.code == 0);
    CHECK(printed.err.find("\r\x1b[K") != std::string::npos);
    CHECK(printed.err.find("replay: round 1 of 1") != std::string::npos);
    CHECK(printed.err.find('\n') == std::string::npos);
    CHECK(printed.err.ends_with("\r\x1b[K"));
}

TEST_CASE("a figure misses its bar on the wrong side of it only") {
    CHECK(Bar{Bar::Side::at_least, 0.5}.holds(0.5));
    CHECK_FALSE(Bar{Bar::Side::at_least, 0.5}.holds(0.49));
    CHECK(Bar{Bar::Side::at_most, 6}.holds(6));
    CHECK_FALSE(Bar{Bar::Side::at_most, 6}.holds(6.1));
    CHECK_FALSE(Bar{Bar::Side::below, 1}.holds(1));
    CHECK_FALSE(Bar{Bar::Side::at_most, 6}.holds(std::nan("")));

    Figure figure{.name = "floor_ratio", .value = 0.41, .unit = "x", .label = "ratio to the floor"};
    CHECK(report_with(figure).missed().empty());
    figure.bar = Bar{Bar::Side::at_least, 0.5};
    REQUIRE(report_with(figure).missed().size() == 1);
    CHECK(report_with(figure).missed().front() == "w10 floor_ratio: 0.41 x, wanted >= 0.5");
    const auto json = report_with(figure).json();
    CHECK(json["w10"]["floor_ratio"] == 0.41);
    CHECK(json["figures"][0]["holds"] == false);
}

TEST_CASE("planted runs are as the engine would have left them: its own check finds nothing") {
    const test::EmptyDatabase cluster;
    BenchServer server{cluster.owner_url()};
    const auto database = server.make_database("planted");
    ClosedRuns closed{server, *database, 500};
    closed.plant_until(300, [](const std::string&) {});
    closed.plant_until(500, [](const std::string&) {});

    pqxx::connection connection{database->url()};
    for (const auto& line : durable::store::check(connection)) {
        INFO(line.id << ": " << line.sentence);
        CHECK(line.violated == 0);
    }
    const std::string url = database->url();
    const auto listed = test::callflex({"workflow", "count", "--database-url", url, "-o", "json"});
    CHECK(listed.code == 0);
    CHECK(listed.json()["total"] == 501);
    const auto shown = test::callflex({"workflow", "show", "planted-0000000499", "--database-url", url});
    CHECK(shown.code == 0);
    CHECK(shown.has("bench_no_op"));
}

TEST_CASE("the time of a step is that between the commits that schedule it and know its result") {
    using namespace durable;
    using namespace std::chrono_literals;
    const Timestamp begin{1'000s};
    const auto step = [](const char* type) {
        history::ActivityScheduled scheduled;
        scheduled.type = type;
        return scheduled;
    };
    history::Activation first;
    first.first_event = EventId{2};
    first.time = begin;
    first.commands = {step("write"), step("read")};  // events 2 and 3
    history::Activation second;
    second.first_event = EventId{4};
    second.time = begin + 7ms;
    second.arrived = {history::ActivityCompleted{.scheduled = EventId{3}, .result = {}}};
    second.commands = {step("write")};  // event 5
    history::Activation third;
    third.first_event = EventId{6};
    third.time = begin + 10ms;
    third.arrived = {history::ActivityCompleted{.scheduled = EventId{2}, .result = {}},
                     history::ActivityCompleted{.scheduled = EventId{5}, .result = {}}};

    const auto rows = step_times({{first, second, third}});
    REQUIRE(rows.size() == 2);
    CHECK(rows[0]["step"] == "read");
    CHECK(rows[0]["median_ms"] == 7);
    CHECK(rows[1]["step"] == "write");
    CHECK(rows[1]["times_a_run"] == 2);
    CHECK(rows[1]["median_ms"] == 3);
}

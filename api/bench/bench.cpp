#include "api/bench/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "api/bench/quiet_log.hpp"
#include "api/bench/workload.hpp"

namespace callflex::bench {
namespace {

/// In the catalogue's order, whatever order they were named in.
std::vector<const Workload*> chosen(const BenchOptions& options) {
    const auto workloads = catalogue();
    for (const auto& name : options.only) {
        if (std::ranges::none_of(workloads, [&](const Workload& known) { return known.name == name; })) {
            throw std::invalid_argument(
                fmt::format("there is no workload \"{}\": see callflex bench --list", name));
        }
    }
    std::vector<const Workload*> list;
    for (const auto& workload : workloads) {
        if (options.only.empty() || std::ranges::find(options.only, workload.name) != options.only.end()) {
            list.push_back(&workload);
        }
    }
    return list;
}

Json describe(const Figure& figure, const std::string& workload) {
    Json line = {{"workload", workload},
                 {"name", figure.name},
                 {"label", figure.label},
                 {"value", figure.value},
                 {"unit", figure.unit}};
    if (!figure.note.empty()) line["note"] = figure.note;
    if (figure.bar) line["bar"] = figure.bar->text();
    if (figure.bar) line["limit"] = figure.bar->limit;
    if (figure.bar) line["holds"] = figure.holds();
    if (!figure.chart.empty()) line["chart"] = figure.chart;
    return line;
}

}  // namespace

std::vector<std::string> BenchReport::missed() const {
    std::vector<std::string> lines;
    for (const auto& workload : measured) {
        for (const auto& figure : workload.figures) {
            if (figure.holds()) continue;
            lines.push_back(fmt::format("{} {}: {} {}, wanted {}", workload.workload, figure.name,
                                        rounded(figure.value), figure.unit, figure.bar->text()));
        }
    }
    return lines;
}

Json BenchReport::json() const {
    Json document = {{"machine", machine}, {"honest", honest}};
    Json lines = Json::array();
    for (const auto& workload : measured) {
        document[workload.workload] = workload.values();
        for (const auto& figure : workload.figures) lines.push_back(describe(figure, workload.workload));
    }
    document["figures"] = std::move(lines);
    return document;
}

BenchReport run_bench(const BenchOptions& options, const Say& say) {
    const auto workloads = chosen(options);
    const QuietLog quiet;
    say("starting Postgres");
    BenchServer server{options.database_url};
    BenchReport report;
    const ServerSettings settings = server.settings();
    report.honest = settings.unsafe.empty();
    if (!report.honest && !options.allow_unsafe) {
        throw UnsafeServer(
            fmt::format("this server may lose commits that it has acknowledged ({}): its "
                        "figures would flatter",
                        fmt::join(settings.unsafe, ", ")));
    }
    report.machine = {{"cores", std::thread::hardware_concurrency()}, {"postgres", settings.values}};
    for (const Workload* workload : workloads) {
        const Say named = [&](const std::string& text) { say(fmt::format("{}: {}", workload->name, text)); };
        report.measured.push_back(workload->measure({server, options, named}));
        report.measured.back().workload = workload->name;
    }
    return report;
}

}  // namespace callflex::bench

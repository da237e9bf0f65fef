#include <fmt/format.h>

#include <algorithm>

#include "api/build_id.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/deployments.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"
#include "engine/deploy/groups.hpp"

namespace callflex::cli {
namespace {

namespace deploy = durable::deploy;

struct CheckArguments {
    std::string queue = "default";
    int closed = 1000;
    bool all = false;
    bool strict = false;
    bool keep_to_yourself = false;
};

/// Runs that are named for each group unless --all is given.
constexpr std::size_t examples_shown = 10;
/// And in the verdict, which outlives them.
constexpr std::size_t examples_kept = 100;

/// An exception's text may quote what a customer said: it is shown, but not kept.
bool may_be_kept(const deploy::Breakage& breakage) {
    return breakage.kind != durable::replay::Blocked::Kind::escaped_exception;
}

Json to_json(const deploy::BreakageGroup& group, std::size_t runs_max, bool to_be_kept) {
    const deploy::Breakage& first = group.first;
    Json json{{"type", first.type},
              {"open", first.open},
              {"runs", group.runs.size()},
              {"stage", deploy::to_string(first.stage)},
              {"kind", deploy::to_string(first.kind)}};
    if (!to_be_kept || may_be_kept(first)) json["reason"] = first.reason;
    if (first.event.value > 0) json["event"] = first.event.value;
    if (!first.recorded.empty()) json["recorded"] = first.recorded;
    if (!first.found.empty()) json["found"] = first.found;
    if (!first.source.empty()) json["source"] = first.source;
    if (!first.recorded_source.empty()) json["recorded_source"] = first.recorded_source;
    if (!first.recorded_build.empty()) json["recorded_build"] = first.recorded_build;
    Json runs = Json::array();
    for (std::size_t i = 0; i < std::min(group.runs.size(), runs_max); ++i) {
        runs.push_back({{"run_id", group.runs[i].value.to_string()}});
        if (!to_be_kept) runs.back()["workflow_id"] = group.workflows[i].value;
    }
    json["broken"] = std::move(runs);
    return json;
}

Json to_json(const std::vector<deploy::BreakageGroup>& groups, std::size_t runs_max, bool to_be_kept) {
    Json array = Json::array();
    for (const auto& group : groups) array.push_back(to_json(group, runs_max, to_be_kept));
    return array;
}

durable::store::NewVerdict verdict_of(const deploy::Rehearsal& result, const CheckArguments& arguments,
                                      const std::vector<deploy::BreakageGroup>& groups) {
    durable::store::NewVerdict verdict;
    verdict.queue = arguments.queue;
    verdict.build = std::string{build_id()};
    verdict.at = result.at;
    verdict.open_runs = static_cast<int>(result.open_runs);
    verdict.broken_runs =
        static_cast<int>(result.broken_open() + (arguments.strict ? result.broken_closed() : 0));
    verdict.closed_runs = static_cast<int>(result.closed_runs);
    verdict.closed_broken = static_cast<int>(result.broken_closed());
    verdict.types = result.types;
    verdict.builds = result.builds;
    verdict.breakages =
        to_json(groups, examples_kept, true).dump(-1, ' ', false, Json::error_handler_t::replace);
    return verdict;
}

void print_mismatch(const Session& session, const deploy::Breakage& first) {
    auto& out = session.out();
    out << fmt::format("  event     {}\n  recorded  {}  (build {}{})\n  found     {}\n", first.event.value,
                       harmless(first.recorded), harmless(first.recorded_build),
                       first.recorded_source.empty() ? "" : ", " + harmless(first.recorded_source),
                       harmless(first.found));
}

void print_group(const Session& session, const deploy::BreakageGroup& group, bool all) {
    const auto style = session.style();
    auto& out = session.out();
    const deploy::Breakage& first = group.first;
    const auto heading = first.open ? style(Color::red, "breaks ") : style(Color::yellow, "closed ");
    out << heading << style(Color::bold, harmless(first.type))
        << fmt::format(" · {} {} · {}{}\n", group.runs.size(), group.runs.size() == 1 ? "run" : "runs",
                       deploy::to_string(first.kind),
                       first.stage == deploy::Breakage::Stage::history
                           ? ""
                           : fmt::format(" of its {}", deploy::to_string(first.stage)));
    if (first.recorded.empty()) {
        out << "  why       " << harmless(first.reason) << '\n';
    } else {
        print_mismatch(session, first);
    }
    if (!first.source.empty()) out << "  at        " << style(Color::cyan, harmless(first.source)) << '\n';
    const std::size_t shown = all ? group.runs.size() : std::min(group.runs.size(), examples_shown);
    for (std::size_t i = 0; i < shown; ++i) {
        out << (i == 0 ? "  runs      " : "            ") << harmless(group.workflows[i].value) << ' '
            << style(Color::dim, group.runs[i].value.to_string()) << '\n';
    }
    if (shown < group.runs.size())
        out << fmt::format("            and {} more (--all)\n", group.runs.size() - shown);
}

void print_people(const Session& session, const deploy::Rehearsal& result,
                  const std::vector<deploy::BreakageGroup>& groups, const CheckArguments& arguments,
                  bool passed) {
    for (const auto& group : groups) print_group(session, group, arguments.all);
    const auto style = session.style();
    auto& out = session.out();
    out << (passed ? style(Color::green, "passed ") : style(Color::red, "failed "))
        << style(Color::bold, std::string{build_id()})
        << fmt::format(": {} of {} open runs break, {} of {} shapes of closed ones; {} events in {}\n",
                       result.broken_open(), result.open_runs, result.broken_closed(), result.closed_runs,
                       result.events, durable::client::human_duration(result.took));
    if (result.elsewhere > 0)
        out << fmt::format("{} open runs belong to other builds and were left out\n", result.elsewhere);
    if (passed && result.broken_closed() > 0) {
        out << "closed runs of those shapes cannot be queried or reset by this build, and an open run that "
               "takes the same\nway before the promotion would break: check again right before, or use "
               "--strict\n";
    }
}

void print_programs(const Session& session, const deploy::Rehearsal& result,
                    const std::vector<deploy::BreakageGroup>& groups, bool passed) {
    session.print_json({{"build", build_id()},
                        {"passed", passed},
                        {"at", json_time(result.at)},
                        {"open_runs", result.open_runs},
                        {"broken_runs", result.broken_open()},
                        {"elsewhere", result.elsewhere},
                        {"closed_runs", result.closed_runs},
                        {"closed_broken", result.broken_closed()},
                        {"events", result.events},
                        {"microseconds", result.took.count()},
                        {"types", result.types},
                        {"breakages", to_json(groups, std::string::npos, false)}});
}

int check(Session& session, const CheckArguments& arguments) {
    deploy::RehearsalOptions options;
    options.queue = arguments.queue;
    options.build = std::string{build_id()};
    options.closed_each = arguments.closed;
    const deploy::Rehearsal result = rehearse_here(session, std::move(options));
    const auto groups = deploy::group(result.breakages);
    const auto verdict = verdict_of(result, arguments, groups);
    const bool passed = verdict.broken_runs == 0;
    if (!arguments.keep_to_yourself) deployment_client(session).record(verdict);
    if (session.for_people()) {
        print_people(session, result, groups, arguments, passed);
    } else {
        print_programs(session, result, groups, passed);
    }
    return passed ? exit_ok : exit_failed;
}

}  // namespace

void define_deploy_check(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<CheckArguments>();
    add_queue_option(app, arguments->queue);
    app.add_option("--closed", arguments->closed,
                   "Newest closed runs of each type among which shapes of history are looked for; 0: none")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0, 1'000'000));
    app.add_flag("--all,-a", arguments->all, "Name every broken run");
    app.add_flag("--strict", arguments->strict, "A closed run that breaks fails the check, too");
    app.add_flag("--no-verdict", arguments->keep_to_yourself, "Do not store the verdict");
    manual(app,
           "Replays every open run of the queue, and one closed run of each shape of history, with the code "
           "of this program: read-only, on all cores, in one snapshot. Also tries inputs of runs that have "
           "not begun and messages that wait in inboxes: does it all still decode? Says which runs break, at "
           "which event, what is recorded, what this build does, and in which line; equal breakages are told "
           "once. The verdict is stored by build id, for `deploy promote`. Nothing that the runs would do is "
           "done. Exit code 0: no open run breaks; 1: some do. JSON: {build, passed, at, open_runs, "
           "broken_runs, elsewhere, closed_runs, closed_broken, events, microseconds, types, breakages: "
           "[{type, open, runs, stage, kind, reason, event?, recorded?, found?, source?, recorded_source?, "
           "recorded_build?, broken: [{run_id, workflow_id}]}]}.",
           {{"callflex deploy check", "may this program take over the open runs?"},
            {"callflex deploy check --no-verdict -o json | jq '.breakages[].source'",
             "in a pipeline, against a copy of production"}});
    app.callback([arguments, &session] { session.exit_code = check(session, *arguments); });
}

}  // namespace callflex::cli

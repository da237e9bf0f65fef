// deploy list and status: what runs where.

#include <fmt/format.h>

#include "api/build_id.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/deployments.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

namespace callflex::cli {
namespace {

using durable::store::BuildInfo;
using durable::store::Deployment;

int list(Session& session) {
    const auto found = deployment_client(session).list();
    if (print_rows(session, found, [](const auto& one) { return to_json(one); })) return exit_ok;
    if (found.empty()) {
        session.err() << "no queue is routed: every worker takes every run\n";
    } else {
        Table table({"QUEUE", "CURRENT", "RAMPING", "SINCE"});
        for (const Deployment& one : found) {
            table.add({{one.queue, Color::bold},
                       {one.current},
                       {one.ramping ? fmt::format("{} ({} %)", *one.ramping, one.percent) : ""},
                       {session.moment(one.changed_at, local_now())}});
        }
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

Json to_json(const BuildInfo& build) {
    Json json{{"build", build.build},
              {"state", to_string(build.state)},
              {"workers", build.workers},
              {"pinned_runs", build.pinned_runs},
              {"ramped_runs", build.ramped_runs}};
    if (build.percent > 0) json["percent"] = build.percent;
    if (build.let_in_at) json["let_in_at"] = json_time(*build.let_in_at);
    if (build.left_at) json["left_at"] = json_time(*build.left_at);
    if (build.forced) json["forced"] = *build.forced;
    if (build.verdict) {
        json["verdict"] = {{"passed", build.verdict->passed},
                           {"at", json_time(build.verdict->at)},
                           {"open_runs", build.verdict->open_runs},
                           {"broken_runs", build.verdict->broken_runs},
                           {"closed_broken", build.verdict->closed_broken}};
    }
    return json;
}

Color color_of(BuildInfo::State state) {
    if (state == BuildInfo::State::current) return Color::green;
    if (state == BuildInfo::State::ramping) return Color::cyan;
    return state == BuildInfo::State::draining ? Color::yellow : Color::dim;
}

std::string state_text(const BuildInfo& build) {
    const std::string name{to_string(build.state)};
    return build.percent > 0 ? fmt::format("{} {} %", name, build.percent) : name;
}

Cell verdict_cell(const Session& session, const BuildInfo& build) {
    if (!build.verdict) return {"none", Color::dim};
    const auto when = session.moment(build.verdict->at, local_now());
    if (build.verdict->passed) return {"passed " + when, Color::green};
    return {fmt::format("{} of {} break, {}", build.verdict->broken_runs, build.verdict->open_runs, when),
            Color::red};
}

int status(Session& session, const std::string& queue) {
    const auto builds = deployment_client(session).builds(queue);
    if (print_rows(session, builds, [](const auto& build) { return to_json(build); })) return exit_ok;
    if (builds.empty()) {
        session.err() << fmt::format("no build is known on queue {}: no worker, no verdict, no promotion\n",
                                     harmless(queue));
    } else {
        Table table({"BUILD", "STATE", "WORKERS", "PINNED RUNS", "VERDICT", "LET IN"});
        for (const BuildInfo& build : builds) {
            const bool here = build.build == build_id();
            table.add(
                {{build.build + (here ? " (this)" : ""), Color::bold},
                 {state_text(build), color_of(build.state)},
                 {std::to_string(build.workers), build.workers == 0 ? Color::dim : Color::plain},
                 {std::to_string(build.pinned_runs), build.pinned_runs == 0 ? Color::dim : Color::plain},
                 verdict_cell(session, build),
                 {build.forced      ? "by force: " + *build.forced
                  : build.let_in_at ? session.moment(*build.let_in_at, local_now())
                                    : ""}});
        }
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

}  // namespace

void define_deploy_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(app,
           "Lists the queues whose runs are routed to builds; on every other queue every worker takes every "
           "run. JSON: [{queue, current, ramping?, percent?, changed_at}].",
           {{"callflex deploy list", "what is current where?"}});
    app.callback([watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return list(session); });
    });
}

void define_deploy_status(CLI::App& app, Session& session) {
    auto queue = std::make_shared<std::string>("default");
    auto watch = std::make_shared<WatchArguments>();
    add_queue_option(app, *queue);
    add_watch_arguments(app, *watch);
    manual(
        app,
        "Shows every build that is known on a queue: current, ramping, draining (open runs are pinned to "
        "it), drained, or waiting to be let in; its live workers, and what `deploy check` has said of it. "
        "JSON: [{build, state, workers, pinned_runs, ramped_runs, percent?, let_in_at?, left_at?, forced?, "
        "verdict?: {passed, at, open_runs, broken_runs, closed_broken}}].",
        {{"callflex deploy status", "may the old workers be stopped?"}});
    app.callback([queue, watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return status(session, *queue); });
    });
}

}  // namespace callflex::cli

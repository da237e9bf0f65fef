#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/trace.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

constexpr std::size_t note_width = 100;

struct TraceArguments {
    RunArgument run;
    TraceOptions options;
    bool no_fold = false;
    WatchArguments watch;
};

std::string elapsed(const TraceNode& node, durable::Timestamp now) {
    const auto duration = std::max(node.ended.value_or(now) - node.began, durable::Duration{});
    return durable::client::human_duration(duration);
}

void print_node(const Session& session, const TraceNode& node, const std::string& before,
                const std::string& below, durable::Timestamp now) {
    const auto style = session.style();
    session.out() << style(Color::dim, before) << style(color_of(node), icon_of(node)) << ' '
                  << style(node.kind == TraceNode::Kind::workflow ? Color::bold : Color::plain,
                           harmless(node.name))
                  << "  " << style(Color::dim, elapsed(node, now));
    if (!node.note.empty()) {
        const bool bad = node.state == TraceNode::State::failed || node.state == TraceNode::State::timed_out;
        session.out() << "  "
                      << style(bad ? Color::red : Color::yellow, cut(harmless(node.note), note_width));
    }
    session.out() << '\n';
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const TraceNode& child = node.children[i];
        const bool last = i + 1 == node.children.size();
        const bool is_run = child.kind == TraceNode::Kind::workflow;
        const std::string branch = last ? (is_run ? "╚═ " : "└─ ") : (is_run ? "╠═ " : "├─ ");
        print_node(session, child, below + branch, below + (last ? "   " : "│  "), now);
    }
}

Json to_json(const TraceNode& node) {
    static constexpr const char* kinds[] = {"workflow", "activity", "timer"};
    Json json{{"kind", kinds[static_cast<std::size_t>(node.kind)]},
              {"name", node.name},
              {"state", state_name(node.state)},
              {"began", json_time(node.began)}};
    if (node.run) json["run_id"] = node.run->value.to_string();
    if (node.ended) json["ended"] = json_time(*node.ended);
    if (!node.note.empty()) json["note"] = node.note;
    Json children = Json::array();
    for (const TraceNode& child : node.children) children.push_back(to_json(child));
    if (!children.empty()) json["children"] = std::move(children);
    return json;
}

int show(Session& session, const TraceArguments& arguments, bool& over) {
    const auto run = session.client().resolve(arguments.run.ref());
    if (!run) throw durable::client::NotFound("there is no run or workflow " + arguments.run.name);
    TraceOptions options = arguments.options;
    options.fold = !arguments.no_fold;
    const TraceNode root = trace(session, *run, options);
    over = root.state != TraceNode::State::running;
    if (session.for_people()) {
        print_node(session, root, "", "", local_now());
    } else {
        session.print_json(to_json(root));
    }
    return exit_ok;
}

}  // namespace

void define_workflow_trace(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<TraceArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("--depth", arguments->options.depth, "So many levels of children")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0, 64));
    app.add_flag("--no-fold", arguments->no_fold, "Show the inside of children that have completed, too");
    add_watch_arguments(app, arguments->watch);
    manual(app,
           "Shows a run as a tree of its activities, timers and children, theirs below them. ▷ running, ✓ "
           "completed, "
           "! failed, x canceled or terminated, ⏱ timed out, » continued as new, ⧖ timer. Made from "
           "histories: no worker "
           "is needed. With --watch it ends when the run does. JSON: {kind, name, state, began, ended?, "
           "run_id?, note?, "
           "children?}.",
           {{"callflex workflow trace billing-cycle-2026-11 --watch", "see it work"},
            {"callflex workflow trace billing-cycle-2026-11 --no-fold -o json", "all of it, for a program"}});
    app.callback([arguments, &session] {
        session.exit_code =
            watched(session, arguments->watch, [&](bool& over) { return show(session, *arguments, over); });
    });
}

}  // namespace callflex::cli

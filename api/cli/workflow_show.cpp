#include <fmt/format.h>

#include <thread>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/timeline.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

namespace history = durable::history;

constexpr std::chrono::milliseconds follow_interval{100};

struct ShowArguments {
    RunArgument run;
    bool follow = false;
    bool payloads = false;
    std::optional<std::int32_t> from;
    std::optional<int> limit;
    bool reverse = false;

    [[nodiscard]] bool paged() const { return from || limit || reverse; }
};

bool ends(const history::Activation& activation) {
    const auto& last = activation.commands.empty() ? activation.arrived : activation.commands;
    return !last.empty() && history::is_end(last.back());
}

void print_lines(const Session& session, const history::Activation& activation) {
    durable::EventId id = activation.first_event;
    for (const auto* events : {&activation.arrived, &activation.commands}) {
        for (const auto& event : *events) {
            Json line{{"event", id.value},
                      {"time", json_time(activation.time)},
                      {"kind", history::kind_name(event)},
                      {"build", activation.build}};
            line.update(fields_of(event));
            session.print_json(line);
            id = durable::next(id);
        }
    }
    session.out() << std::flush;
}

/// One piece: whole activations, until so many events are shown.
int show_page(Session& session, durable::RunId run, const ShowArguments& arguments) {
    durable::store::HistoryPage page;
    page.backwards = arguments.reverse;
    page.from = arguments.from      ? durable::EventId{*arguments.from}
                : arguments.reverse ? durable::store::newest_event
                                    : durable::EventId{1};
    page.activations = arguments.limit.value_or(1000);
    const auto info = session.client().describe({.run = run});
    Timeline timeline(session, arguments.payloads, info ? std::optional{info->started_at} : std::nullopt);
    std::int32_t shown = 0;
    for (const auto& activation : session.client().history_page(run, page)) {
        if (arguments.limit && shown >= *arguments.limit) break;
        session.for_people() ? timeline.print(activation) : print_lines(session, activation);
        shown += activation.event_count();
    }
    return exit_ok;
}

/// Prints what there is, and with --follow what comes, until the end.
int show_events(Session& session, durable::RunId run, const ShowArguments& arguments) {
    Timeline timeline(session, arguments.payloads);
    durable::EventId next{1};
    while (true) {
        bool ended = false;
        for (const auto& activation : session.client().history(run, next)) {
            if (session.for_people()) {
                timeline.print(activation);
            } else {
                print_lines(session, activation);
            }
            next = activation.next_event();
            ended = ends(activation);
        }
        if (ended || !arguments.follow) return exit_ok;
        std::this_thread::sleep_for(follow_interval);
    }
}

int show(Session& session, const ShowArguments& arguments) {
    if (session.options.format == Format::csv)
        throw CommandError(exit_usage, "events have different fields: they make no rows", "--output jsonl");
    const auto run = session.client().resolve(arguments.run.ref());
    if (!run) throw durable::client::NotFound("there is no run or workflow " + arguments.run.name);
    if (arguments.paged() && (arguments.follow || session.options.format == Format::json)) {
        throw CommandError(exit_usage, "--from, --limit and --reverse show a piece",
                           "leave out --follow and -o json");
    }
    if (arguments.paged()) return show_page(session, *run, arguments);
    if (session.options.format != Format::json) return show_events(session, *run, arguments);
    if (arguments.follow)
        throw CommandError(exit_usage, "--follow streams: one document has no end", "--output jsonl");
    const auto recorded = session.client().history(*run);
    session.out() << harmless_json(history::export_json(*run, recorded));
    return exit_ok;
}

}  // namespace

void define_workflow_show(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ShowArguments>();
    add_run_argument(app, arguments->run);
    app.add_flag("--follow,-f", arguments->follow, "Go on with new events until the run ends");
    app.add_flag("--payloads,-p", arguments->payloads, "Show inputs, results and messages");
    app.add_option("--from", arguments->from, "Begin with the commit that holds this event")
        ->type_name("EVENT")
        ->check(CLI::Range(1, 2'000'000'000));
    app.add_option("--limit", arguments->limit, "Whole commits, until so many events are shown")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000));
    app.add_flag("--reverse", arguments->reverse, "The newest commit first");
    manual(app,
           "Shows a run's history as a timeline; events of one commit share a time. With --output json it "
           "exports the "
           "history, which `callflex replay` takes; it holds all payloads. JSON: {run_id, activations: "
           "[{first_event, t, b, "
           "a, c}]}: time in microseconds, build, events that arrived, commands. JSONL: one event a line, "
           "{event, time, "
           "kind, build, …fields}.",
           {{"callflex workflow show call-processing-7 --follow", "watch it run"},
            {"callflex workflow show poller-7 --reverse --limit 20",
             "the end of a long one, at the cost of twenty events"},
            {"callflex workflow show call-processing-7 -o json > run.json && callflex replay run.json",
             "does today's code still answer as recorded?"}});
    app.callback([arguments, &session] { session.exit_code = show(session, *arguments); });
}

}  // namespace callflex::cli

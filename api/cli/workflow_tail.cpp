#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/filter_query.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

namespace history = durable::history;
using durable::EventId;
using durable::RunId;

constexpr std::int32_t runs_max = 1000;
constexpr int pages_max = 100;  ///< in one look, before it is seen which runs there are

struct TailArguments {
    std::string name_space = "default";
    std::string query;
    std::string type;
    std::vector<std::string> kinds;
    std::string every = "500ms";
    int rounds = 0;
};

/// A text as the filter language writes it.
std::string quoted(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

/// Runs that are open, or have ended since `since`, and match.
std::string filter_of(const TailArguments& arguments, durable::Timestamp since) {
    std::string filter =
        fmt::format("(Status = 'running' or CloseTime >= '{}')", durable::client::iso_time(since));
    if (!arguments.query.empty()) filter += " and (" + arguments.query + ")";
    if (!arguments.type.empty()) filter += " and Type = " + quoted(arguments.type);
    return filter;
}

/// One phrase on an event: which activity, which signal, why it failed.
std::string brief(const Json& fields) {
    if (fields.contains("failure")) {
        const Json& failure = fields.at("failure");
        return fmt::format("{} {}: {}", failure.value("activity", ""), failure.value("type", ""),
                           failure.value("message", ""));
    }
    for (const char* name : {"type", "name", "key"}) {
        if (fields.contains(name) && fields.at(name).is_string()) return fields.at(name).get<std::string>();
    }
    for (const char* name : {"scheduled", "started", "initiated", "ordered", "accepted"}) {
        if (fields.contains(name)) return fmt::format("(event {})", fields.at(name).dump());
    }
    return {};
}

class Tail {
  public:
    Tail(Session& session, const TailArguments& arguments) : session_(session), arguments_(arguments) {
        static_cast<void>(durable::search::parse(arguments.query));  // its own places in its own error
        for (const RunId& run : look()) known_.insert(run);
        positions_ = session.client().history_ends({known_.begin(), known_.end()});
    }

    /// Prints what has come since the last time.
    void round() {
        for (const RunId& run : look()) {
            if (known_.insert(run).second) positions_.emplace(run, EventId{1});
        }
        for (int page = 0; page < pages_max && print_page(); ++page) {
        }
        forget();
        session_.out() << std::flush;
    }

  private:
    /// True: there is more.
    bool print_page() {
        const auto page = session_.client().tail(positions_);
        for (const auto& [run, activation] : page.activations) {
            positions_[run] = activation.next_event();
            print(run, activation);
        }
        return page.more;
    }

    std::vector<RunId> look() {
        std::vector<RunId> runs;
        names_.clear();
        for (const auto& run :
             session_.client().search({arguments_.name_space, filter_of(arguments_, since_), runs_max, {}})) {
            runs.push_back(run.run);
            names_[run.run] = run.workflow.value;
        }
        return runs;
    }

    /// What has ended, and was printed to its end, matches no more after a while.
    void forget() {
        std::erase_if(positions_, [&](const auto& position) { return !names_.contains(position.first); });
    }

    void print(RunId run, const history::Activation& activation) {
        EventId id = activation.first_event;
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const auto& event : *events) {
                print(run, id, activation, event);
                id = durable::next(id);
            }
        }
    }

    void print(RunId run, EventId id, const history::Activation& activation, const history::Event& event) {
        const std::string kind{history::kind_name(event)};
        const auto& kinds = arguments_.kinds;
        if (!kinds.empty() && std::ranges::find(kinds, kind) == kinds.end()) return;
        const std::string& name = names_[run];
        if (!session_.for_people()) {
            Json line{{"run_id", run.value.to_string()},
                      {"workflow_id", name},
                      {"event", id.value},
                      {"time", json_time(activation.time)},
                      {"kind", kind}};
            line.update(fields_of(event));
            session_.out() << harmless_json(line.dump(-1, ' ', false, Json::error_handler_t::replace))
                           << '\n';
            return;
        }
        const auto style = session_.style();
        session_.out() << style(Color::dim, durable::client::iso_time(activation.time)) << "  "
                       << style(Color::bold, padded(cut(harmless(name), 32), 32))
                       << fmt::format(" {:>5}  {:<24} ", id.value, kind)
                       << cut(harmless(brief(fields_of(event))), 80) << '\n';
    }

    Session& session_;
    const TailArguments& arguments_;
    const durable::Timestamp since_ = local_now();
    std::set<RunId> known_;
    durable::store::Positions positions_;
    std::map<RunId, std::string> names_;
};

int tail(Session& session, const TailArguments& arguments) {
    if (session.options.format == Format::json || session.options.format == Format::csv) {
        throw CommandError(exit_usage, "tail streams: one document has no end", "--output jsonl");
    }
    const auto pause = parse_duration(arguments.every);
    Tail tail{session, arguments};
    for (int round = 1;; ++round) {
        tail.round();
        if (round == arguments.rounds) return exit_ok;
        std::this_thread::sleep_for(std::max<durable::Duration>(pause, std::chrono::milliseconds{50}));
    }
}

}  // namespace

void define_workflow_tail(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<TailArguments>();
    app.add_option("--namespace,-n", arguments->name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    add_query_option(app, arguments->query);
    app.add_option("--type,-t", arguments->type, "Only this workflow type")->type_name("TYPE");
    app.add_option("--kind,-k", arguments->kinds, "Only events of these kinds: ActivityFailed,WorkflowFailed")
        ->type_name("KINDS")
        ->delimiter(',');
    app.add_option("--every", arguments->every, "How often to look")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--rounds", arguments->rounds, "Stop after so many looks [never]")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
    manual(
        app,
        "Prints events of many runs as they are committed, from now on, until interrupted: those of every "
        "run that is "
        "open and matches, at most the newest 1000, in the order of time. JSONL: one event a line, {run_id, "
        "workflow_id, event, "
        "time, kind, "
        "…fields}.",
        {{"callflex workflow tail --kind ActivityFailed,WorkflowFailed", "what goes wrong, as it happens"},
         {"callflex workflow tail -q \"OrganizationId = 'org-7'\" -o jsonl | jq .kind", "of one customer"}});
    app.callback([arguments, &session] { session.exit_code = tail(session, *arguments); });
}

}  // namespace callflex::cli

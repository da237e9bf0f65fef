#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

using HandlerList = std::vector<durable::replay::Handler>;
using States = std::vector<durable::store::PublishedState>;

Json json_of(const HandlerList& handlers) {
    Json list = Json::array();
    for (const auto& each : handlers)
        list.push_back(Json{{"name", each.name}, {"description", each.description}});
    return list;
}

Json json_of(const States& states) {
    Json list = Json::array();
    for (const auto& each : states) list.push_back(Json{{"key", each.key}, {"value", to_json(each.value)}});
    return list;
}

void print(Session& session, const durable::replay::Handlers& handlers, const States& states) {
    Table table({"KIND", "NAME", "WHAT IT IS"});
    const auto add = [&table](const char* kind, const HandlerList& list) {
        for (const auto& each : list) table.add({{kind}, {each.name, Color::bold}, {each.description}});
    };
    add("signal", handlers.signals);
    add("query", handlers.queries);
    add("update", handlers.updates);
    for (const auto& each : states) table.add({{"state"}, {each.key, Color::bold}, {each.value.json}});
    if (table.empty()) {
        session.out() << "as far as it has run, its code takes no messages and has published nothing\n";
    } else {
        table.print(session.out(), session.style());
    }
}

int metadata(Session& session, const RunArgument& run) {
    auto& client = session.client();
    const auto handlers = client.handlers(session.workflows(), run.ref());
    const auto states = client.published(run.ref());
    if (session.for_people()) {
        print(session, handlers, states);
    } else {
        session.print_json({{"run", run.name},
                            {"signals", json_of(handlers.signals)},
                            {"queries", json_of(handlers.queries)},
                            {"updates", json_of(handlers.updates)},
                            {"state", json_of(states)}});
    }
    return exit_ok;
}

}  // namespace

void define_workflow_metadata(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    add_run_argument(app, *run);
    manual(
        app,
        "Lists the signals that the run's code has listened to so far, the queries and updates that it "
        "answers, each with its author's description, and the state that it has published. Needs no worker: "
        "the committed history is replayed by this program. JSON: {run, signals: [{name, description}], "
        "queries, updates, state: [{key, value}]}.",
        {{"callflex workflow metadata cart-7", "what can it be told and asked, and where is it?"}});
    app.callback([run, &session] {
        try {
            session.exit_code = metadata(session, *run);
        } catch (const durable::client::NeedsBuild& error) {
            throw CommandError(exit_refused, error.what(), fmt::format("build {}", error.build()));
        }
    });
}

}  // namespace callflex::cli

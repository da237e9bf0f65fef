#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

struct PublishedArguments {
    RunArgument run;
    std::string key;
};

int published(Session& session, const PublishedArguments& arguments) {
    const auto run = session.client().resolve(arguments.run.ref());
    if (!run) throw durable::client::NotFound("there is no run or workflow " + arguments.run.name);
    std::optional<std::string> key;
    if (!arguments.key.empty()) key = arguments.key;
    const auto states = session.client().published({arguments.run.name_space, run, {}}, key);
    if (key && states.empty()) {
        throw CommandError(exit_not_found, arguments.run.name + " has published nothing under that key",
                           "callflex workflow published " + arguments.run.name);
    }
    if (!session.for_people()) {
        Json json{{"run", arguments.run.name}, {"published", Json::array()}};
        for (const auto& state : states) {
            json["published"].push_back({{"key", state.key},
                                         {"value", to_json(state.value)},
                                         {"run_id", state.run.value.to_string()},
                                         {"published_at", json_time(state.at)}});
        }
        session.print_json(json);
        return exit_ok;
    }
    if (states.empty()) session.out() << "it has published nothing\n";
    Table table({"KEY", "PUBLISHED", "VALUE"});
    for (const auto& state : states) {
        table.add({{state.key, Color::bold}, {session.moment(state.at, local_now())}, {state.value.json}});
    }
    if (!table.empty()) table.print(session.out(), session.style());
    return exit_ok;
}

}  // namespace

void define_workflow_published(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PublishedArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("KEY", arguments->key, "Only this key [all]");
    manual(app,
           "Shows the state that a run's code has published, the last value of each key. Nothing is "
           "replayed; a run "
           "that continues as new shares what it has published with the runs that continue it. JSON: {run, "
           "published: "
           "[{key, value, run_id, published_at}]}.",
           {{"callflex workflow published onboarding-acme", "everything"},
            {"callflex workflow published onboarding-acme progress -o json | jq '.published[0].value'",
             "one value"}});
    app.callback([arguments, &session] { session.exit_code = published(session, *arguments); });
}

}  // namespace callflex::cli

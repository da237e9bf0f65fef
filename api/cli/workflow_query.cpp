#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"

namespace callflex::cli {
namespace {

struct QueryArguments {
    RunArgument run;
    std::string name;
    PayloadArgument input;
    std::optional<int> at_event;
    std::string reject_if = "never";
};

durable::client::RejectIf reject_of(const std::string& name) {
    using durable::client::RejectIf;
    if (name == "not-open") return RejectIf::not_open;
    if (name == "not-completed-cleanly") return RejectIf::not_completed_cleanly;
    return name == "paused" ? RejectIf::paused : RejectIf::never;
}

durable::client::QueryResult ask(Session& session, const QueryArguments& arguments) {
    std::optional<durable::EventId> at;
    if (arguments.at_event) at = durable::EventId{*arguments.at_event};
    try {
        return session.client().query(session.workflows(), arguments.run.ref(), arguments.name,
                                      arguments.input.payload(), at, reject_of(arguments.reject_if));
    } catch (const durable::client::NeedsBuild& error) {
        throw CommandError(exit_refused, error.what(), fmt::format("build {}", error.build()));
    } catch (const durable::client::QueryRefused& error) {
        throw CommandError(exit_refused, error.what());
    }
}

int query(Session& session, const QueryArguments& arguments) {
    const auto answer = ask(session, arguments);
    if (!session.for_people()) {
        session.print_json({{"run", arguments.run.name},
                            {"query", arguments.name},
                            {"at_event", answer.at_event.value},
                            {"result", to_json(answer.result)}});
        return exit_ok;
    }
    session.print_json(to_json(answer.result));
    if (arguments.at_event) {
        session.err() << session.err_style()(Color::dim, fmt::format("after event {}", answer.at_event.value))
                      << '\n';
    }
    return exit_ok;
}

}  // namespace

void define_workflow_query(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<QueryArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("QUERY", arguments->name, "The query's name")->required();
    add_payload_arguments(app, arguments->input, "The question");
    app.add_option("--at-event", arguments->at_event,
                   "As it stood after this event, rounded down to the end of an activation [now]")
        ->type_name("N");
    app.add_option("--reject-if", arguments->reject_if,
                   "Do not ask a run in this state: not-open, not-completed-cleanly or paused")
        ->type_name("STATE")
        ->capture_default_str()
        ->check(CLI::IsMember({"never", "not-open", "not-completed-cleanly", "paused"}));
    manual(
        app,
        "Asks a run's code and prints its answer as JSON. Needs no worker: the committed history is replayed "
        "by "
        "this program, whether the run is open or closed. If this build does not answer as recorded it says "
        "which "
        "build is needed; that, and a query that the code does not know, is exit code 6. JSON: {run, query, "
        "at_event, result}.",
        {{"callflex workflow query onboarding-acme progress", "how far is it?"},
         {"callflex workflow query onboarding-acme progress --at-event 12", "how far was it then?"}});
    app.callback([arguments, &session] { session.exit_code = query(session, *arguments); });
}

}  // namespace callflex::cli

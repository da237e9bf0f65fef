#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

struct DeleteArguments {
    RunsArgument runs;
    std::string reason;
    bool terminate = false;
};

int remove(Session& session, const DeleteArguments& arguments) {
    using durable::client::RemoveResult;
    if (arguments.runs.is_query()) {
        return start_batch(session, arguments.runs, durable::client::BatchVerb::remove,
                           {.terminate_first = arguments.terminate}, arguments.reason);
    }
    const RunArgument& run = arguments.runs.run;
    const auto result = session.client().remove(run.ref(), arguments.terminate, arguments.reason, identity());
    if (result == RemoveResult::not_found) {
        throw durable::client::NotFound("there is no run or workflow " + run.name);
    }
    if (result == RemoveResult::open) {
        throw CommandError(exit_refused, run.name + " is open",
                           "wait for its end, or --terminate to end it first");
    }
    if (!session.for_people()) {
        session.print_json({{"run", run.name}, {"deleted", true}});
    } else {
        session.out() << session.style()(Color::green, "deleted ") << harmless(run.name) << '\n';
    }
    return exit_ok;
}

}  // namespace

void define_workflow_delete(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeleteArguments>();
    add_runs_argument(app, arguments->runs);
    app.add_option("--reason,-r", arguments->reason, "Why; recorded")->type_name("TEXT");
    app.add_flag("--terminate", arguments->terminate, "End it first if it is open; with -q: open runs, too");
    manual(
        app,
        "Removes a run, its history, and its name if that leads to it; for good. Other runs of its chain "
        "stay. "
        "What remains is the audit row. With -q: of the runs that match, those that have ended by now. JSON: "
        "{run, deleted}.",
        {{"callflex workflow delete test-7 --reason 'made by mistake'", "a closed run"},
         {"callflex workflow delete test-7 --terminate", "an open one"},
         {"callflex workflow delete -q \"WorkflowId starts_with 'test-'\" --reason 'load test' --yes",
          "all that have ended, by a batch job: prints its id"}});
    app.callback([arguments, &session] { session.exit_code = remove(session, *arguments); });
}

}  // namespace callflex::cli

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

struct DeleteArguments {
    RunArgument run;
    std::string reason;
    bool terminate = false;
};

int remove(Session& session, const DeleteArguments& arguments) {
    using durable::client::RemoveResult;
    const auto result =
        session.client().remove(arguments.run.ref(), arguments.terminate, arguments.reason, identity());
    if (result == RemoveResult::not_found) {
        throw durable::client::NotFound("there is no run or workflow " + arguments.run.name);
    }
    if (result == RemoveResult::open) {
        throw CommandError(exit_refused, arguments.run.name + " is open",
                           "wait for its end, or --terminate to end it first");
    }
    if (!session.for_people()) {
        session.print_json({{"run", arguments.run.name}, {"deleted", true}});
    } else {
        session.out() << session.style()(Color::green, "deleted ") << harmless(arguments.run.name) << '\n';
    }
    return exit_ok;
}

}  // namespace

void define_workflow_delete(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeleteArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("--reason,-r", arguments->reason, "Why; recorded")->type_name("TEXT");
    app.add_flag("--terminate", arguments->terminate, "End it first if it is open");
    manual(app,
           "Removes a run, its history, and its name if that leads to it; for good. Other runs of its chain "
           "stay. "
           "What remains is the audit row. JSON: {run, deleted}.",
           {{"callflex workflow delete test-7 --reason 'made by mistake'", "a closed run"},
            {"callflex workflow delete test-7 --terminate", "an open one"}});
    app.callback([arguments, &session] { session.exit_code = remove(session, *arguments); });
}

}  // namespace callflex::cli

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/progress.hpp"

namespace callflex::cli {

void define_workflow_result(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    auto timeout = std::make_shared<std::string>();
    add_run_argument(app, *run);
    app.add_option("--timeout", *timeout, "Give up after this time: exit code 4 [never]")->type_name("TIME");
    manual(app,
           "Waits until the run ends and prints its result as JSON. If it ended in another way than "
           "completed, the failure "
           "goes to standard error and the exit code is 1. JSON: {run_id, status, result | failure}.",
           {{"callflex workflow result call-processing-7", "wait as long as it takes"},
            {"callflex workflow result call-processing-7 --timeout 30s || echo $?",
             "4 if it still runs by then"}});
    app.callback([run, timeout, &session] {
        session.exit_code = print_result(session, wait_with_progress(session, run->ref(), *timeout));
    });
}

}  // namespace callflex::cli

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {

void define_workflow_terminate(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    auto reason = std::make_shared<std::string>();
    add_run_argument(app, *run);
    app.add_option("--reason,-r", *reason, "Recorded in the history")->type_name("TEXT");
    manual(app,
           "Ends a run now. None of its code runs, so nothing is cleaned up: prefer `workflow cancel`. Works "
           "for blocked "
           "runs and without any worker. JSON: {run, delivered, duplicate}.",
           {{"callflex workflow terminate call-processing-7 --reason 'stuck since the outage'", "end it"}});
    app.callback([run, reason, &session] {
        const auto result = session.client().terminate(run->ref(), *reason, identity());
        session.exit_code = report_sent(session, *run, result, "terminated");
    });
}

}  // namespace callflex::cli

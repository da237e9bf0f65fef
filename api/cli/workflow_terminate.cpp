#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {

void define_workflow_terminate(CLI::App& app, Session& session) {
    auto runs = std::make_shared<RunsArgument>();
    auto reason = std::make_shared<std::string>();
    add_runs_argument(app, *runs);
    app.add_option("--reason,-r", *reason, "Recorded in the history")->type_name("TEXT");
    manual(app,
           "Ends a run now. None of its code runs, so nothing is cleaned up: prefer `workflow cancel`. Works "
           "for blocked "
           "runs and without any worker. JSON: {run, delivered, duplicate}.",
           {{"callflex workflow terminate call-processing-7 --reason 'stuck since the outage'", "end it"},
            {"callflex workflow terminate -q \"Blocked = true and Type = 'billing-cycle'\"",
             "many, by a batch job"}});
    app.callback([runs, reason, &session] {
        if (runs->is_query()) {
            session.exit_code =
                start_batch(session, *runs, durable::client::BatchVerb::terminate, {}, *reason);
            return;
        }
        const auto result = session.client().terminate(runs->run.ref(), *reason, identity());
        session.exit_code = report_sent(session, runs->run, result, "terminated");
    });
}

}  // namespace callflex::cli

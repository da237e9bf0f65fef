#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {

void define_workflow_cancel(CLI::App& app, Session& session) {
    auto runs = std::make_shared<RunsArgument>();
    auto reason = std::make_shared<std::string>();
    add_runs_argument(app, *runs);
    app.add_option("--reason,-r", *reason, "Recorded in the history")->type_name("TEXT");
    manual(app,
           "Asks a run to stop. Its code is told, may clean up, and decides how it ends; `workflow result` "
           "waits for that. "
           "JSON: {run, delivered, duplicate}.",
           {{"callflex workflow cancel call-processing-7 --reason 'caller asked for deletion'",
             "ask it to stop"},
            {"callflex workflow cancel -q \"Type = 'billing-cycle' and StartTime < '1d ago'\" --rps 20 --yes",
             "all of them, by a batch job: prints its id"}});
    app.callback([runs, reason, &session] {
        if (runs->is_query()) {
            session.exit_code = start_batch(session, *runs, durable::client::BatchVerb::cancel, {}, *reason);
            return;
        }
        const auto result = session.client().cancel(runs->run.ref(), *reason, identity());
        session.exit_code = report_sent(session, runs->run, result, "asked to cancel");
    });
}

}  // namespace callflex::cli

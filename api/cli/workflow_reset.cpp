#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/reset_arguments.hpp"

namespace callflex::cli {

void define_workflow_reset(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ResetArguments>();
    auto runs = std::make_shared<RunsArgument>();
    add_reset_arguments(app, *arguments);
    add_query_arguments(app, *runs, app.get_option("RUN")->required(false));
    app.add_option("--reapply-exclude", arguments->exclude,
                   "What came after the point and is not delivered again")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"signals", "cancels", "updates", "all"}));
    manual(
        app,
        "The workflow goes on from the point in a new run, under the same workflow id; a run that is open is "
        "terminated. Signals, cancel requests and updates that came after the point are delivered again, in "
        "order. Activities that were pending at the point run again; results that had arrived are kept. "
        "Children "
        "from before the point report to the new run, those from after it are terminated. Closed runs can be "
        "reset too. JSON: {run_id, base_run_id, after, resent, children_ended, repeated, "
        "terminated_run_id?}.",
        {{"callflex workflow reset billing-cycle-7 --to mismatch --reason 'deployed the fix'",
          "after a build that broke it"},
         {"callflex workflow reset onboarding-7 --event 12 --reapply-exclude signals",
          "from event 12, without what was sent since"},
         {"callflex workflow reset -q \"Blocked = true\" --to mismatch --yes", "many, by a batch job"}});
    app.callback([arguments, runs, &session] {
        runs->run = arguments->run;
        if (runs->is_query()) {
            session.exit_code = start_batch(session, *runs, durable::client::BatchVerb::reset,
                                            {arguments->to, {}}, arguments->reason);
            return;
        }
        const auto options = arguments->options();
        const auto result = or_explain(
            [&] { return session.client().reset(session.workflows(), arguments->run.ref(), options); });
        session.exit_code = report_reset(session, result, "reset", arguments->event);
    });
}

}  // namespace callflex::cli

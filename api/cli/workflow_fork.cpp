#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/reset_arguments.hpp"

namespace callflex::cli {

void define_workflow_fork(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ResetArguments>();
    auto id = std::make_shared<std::string>();
    add_reset_arguments(app, *arguments);
    app.add_option("--id,-w", *id, "Workflow id of the fork")->type_name("ID")->required();
    manual(
        app,
        "Begins a run with a copy of another one's history up to the point, under a workflow id of its own. "
        "The "
        "other run is not touched. No message is delivered again; pending activities run, with all their "
        "effects. "
        "Children that were open at the point stay with the other run: the fork is told how they ended, or "
        "that "
        "they are not its own. JSON: {run_id, base_run_id, after, resent, children_ended, repeated}.",
        {{"callflex workflow fork onboarding-7 --event 12 --id what-if-7", "what would happen from there?"}});
    app.callback([arguments, id, &session] {
        const auto options = arguments->options();
        const auto result = or_explain([&] {
            return session.client().fork(session.workflows(), arguments->run.ref(), durable::WorkflowId{*id},
                                         options);
        });
        session.exit_code = report_reset(session, result, "forked", arguments->event);
    });
}

}  // namespace callflex::cli

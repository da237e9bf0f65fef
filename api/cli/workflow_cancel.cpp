#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {

void define_workflow_cancel(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    auto reason = std::make_shared<std::string>();
    add_run_argument(app, *run);
    app.add_option("--reason,-r", *reason, "Recorded in the history")->type_name("TEXT");
    manual(app,
           "Asks a run to stop. Its code is told, may clean up, and decides how it ends; `workflow result` "
           "waits for that. "
           "JSON: {run, delivered, duplicate}.",
           {{"callflex workflow cancel call-processing-7 --reason 'caller asked for deletion'",
             "ask it to stop"}});
    app.callback([run, reason, &session] {
        const auto result = session.client().cancel(run->ref(), *reason, identity());
        session.exit_code = report_sent(session, *run, result, "asked to cancel");
    });
}

}  // namespace callflex::cli

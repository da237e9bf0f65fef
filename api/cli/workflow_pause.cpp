// workflow pause and unpause.

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {
namespace {

struct PauseArguments {
    RunArgument run;
    std::string reason;
};

std::shared_ptr<PauseArguments> add_arguments(CLI::App& app) {
    auto arguments = std::make_shared<PauseArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("--reason,-r", arguments->reason, "Why; recorded, and shown to whoever asks")
        ->type_name("TEXT");
    return arguments;
}

}  // namespace

void define_workflow_pause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(app,
           "None of the run's code runs until `workflow unpause`. Attempts of activities that run now finish "
           "and "
           "their results wait; retries and timers wait; messages are collected; queries are answered; "
           "children go "
           "on. Time-outs are looked at when it is unpaused. JSON: {run, delivered, duplicate}; duplicate: "
           "it was "
           "paused already.",
           {{"callflex workflow pause billing-cycle-7 --reason 'ticket 12: wrong tax'", "hold it"},
            {"callflex workflow why billing-cycle-7", "says who has paused it, and why"}});
    app.callback([arguments, &session] {
        const auto result = session.client().pause(arguments->run.ref(), arguments->reason, identity());
        session.exit_code = report_sent(session, arguments->run, result, "paused");
    });
}

void define_workflow_unpause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(app,
           "Lets a paused run go on: with what has arrived meanwhile, and with timers whose time has passed. "
           "JSON: "
           "{run, delivered, duplicate}; duplicate: it was not paused.",
           {{"callflex workflow unpause billing-cycle-7 --reason 'tax table mended'", "go on"}});
    app.callback([arguments, &session] {
        const auto result = session.client().unpause(arguments->run.ref(), arguments->reason, identity());
        session.exit_code = report_sent(session, arguments->run, result, "unpaused");
    });
}

}  // namespace callflex::cli

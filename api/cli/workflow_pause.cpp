// workflow pause and unpause.

#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {
namespace {

using durable::client::BatchVerb;

struct PauseArguments {
    RunsArgument runs;
    std::string reason;
};

std::shared_ptr<PauseArguments> add_arguments(CLI::App& app) {
    auto arguments = std::make_shared<PauseArguments>();
    add_runs_argument(app, arguments->runs);
    app.add_option("--reason,-r", arguments->reason, "Why; recorded, and shown to whoever asks")
        ->type_name("TEXT");
    return arguments;
}

/// Pauses or unpauses the run that is named, at once (`act`), or all that a query finds, by a batch job.
template <class Act>
int hold(Session& session, const PauseArguments& arguments, BatchVerb verb, const char* done, Act act) {
    if (arguments.runs.is_query()) return start_batch(session, arguments.runs, verb, {}, arguments.reason);
    const RunArgument& run = arguments.runs.run;
    return report_sent(session, run, act(session.client(), run.ref()), done);
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
            {"callflex workflow why billing-cycle-7", "says who has paused it, and why"},
            {"callflex workflow pause -q \"Type = 'billing-cycle'\" --reason 'ticket 12' --yes",
             "all of them, by a batch job"}});
    app.callback([arguments, &session] {
        session.exit_code = hold(
            session, *arguments, BatchVerb::pause, "paused",
            [&](auto& client, const auto& run) { return client.pause(run, arguments->reason, identity()); });
    });
}

void define_workflow_unpause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(app,
           "Lets a paused run go on: with what has arrived meanwhile, and with timers whose time has passed. "
           "JSON: "
           "{run, delivered, duplicate}; duplicate: it was not paused.",
           {{"callflex workflow unpause billing-cycle-7 --reason 'tax table mended'", "go on"},
            {"callflex workflow unpause -q \"Paused = true and Type = 'billing-cycle'\" --rps 10 --yes",
             "all of them, not all at once"}});
    app.callback([arguments, &session] {
        session.exit_code =
            hold(session, *arguments, BatchVerb::unpause, "unpaused", [&](auto& client, const auto& run) {
                return client.unpause(run, arguments->reason, identity());
            });
    });
}

}  // namespace callflex::cli

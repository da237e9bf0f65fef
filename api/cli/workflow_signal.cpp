#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {
namespace {

struct SignalArguments {
    RunsArgument runs;
    std::string name;
    std::string batch_name;
    PayloadArgument input;
    std::string request_id;
};

int signal_many(Session& session, const SignalArguments& arguments) {
    if (arguments.batch_name.empty()) {
        throw CommandError(exit_usage, "with -q the signal is named by --signal",
                           "callflex workflow signal --help");
    }
    return start_batch(session, arguments.runs, durable::client::BatchVerb::signal,
                       {arguments.batch_name, arguments.input.payload()}, "");
}

}  // namespace

void define_workflow_signal(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SignalArguments>();
    add_runs_argument(app, arguments->runs);
    app.add_option("SIGNAL", arguments->name, "The signal's name; with -q: --signal");
    app.add_option("--signal", arguments->batch_name, "With -q: the signal's name")->type_name("NAME");
    add_payload_arguments(app, arguments->input, "The message");
    app.add_option("--request-id", arguments->request_id, "The same request id again is received once only")
        ->type_name("ID");
    manual(app,
           "Puts a message into a run's inbox. When the command returns it is there for good, also if no "
           "worker runs. A "
           "run that has ended refuses it (exit code 6). JSON: {run, delivered, duplicate}.",
           {{"callflex workflow signal onboarding-acme retry", "a signal without a message"},
            {"callflex workflow signal onboarding-acme changeAreaCode -i '\"415\"' --request-id ticket-12",
             "with a message, received once however often it is sent"},
            {"callflex workflow signal -q \"Type = 'onboarding'\" --signal retry --yes",
             "all of them, by a batch job"}});
    app.callback([arguments, &session] {
        if (arguments->runs.is_query()) {
            session.exit_code = signal_many(session, *arguments);
            return;
        }
        if (arguments->name.empty())
            throw CommandError(exit_usage, "SIGNAL is required", "callflex workflow signal --help");
        const auto result = session.client().signal(arguments->runs.run.ref(), arguments->name,
                                                    arguments->input.payload(), arguments->request_id);
        session.exit_code = report_sent(session, arguments->runs.run, result, "signalled");
    });
}

}  // namespace callflex::cli

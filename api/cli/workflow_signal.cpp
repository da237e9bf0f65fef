#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {
namespace {

struct SignalArguments {
    RunArgument run;
    std::string name;
    PayloadArgument input;
    std::string request_id;
};

}  // namespace

void define_workflow_signal(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SignalArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("SIGNAL", arguments->name, "The signal's name")->required();
    add_payload_arguments(app, arguments->input, "The message");
    app.add_option("--request-id", arguments->request_id, "The same request id again is received once only")
        ->type_name("ID");
    manual(app,
           "Puts a message into a run's inbox. When the command returns it is there for good, also if no "
           "worker runs. A "
           "run that has ended refuses it (exit code 6). JSON: {run, delivered, duplicate}.",
           {{"callflex workflow signal onboarding-acme retry", "a signal without a message"},
            {"callflex workflow signal onboarding-acme changeAreaCode -i '\"415\"' --request-id ticket-12",
             "with a message, received once however often it is sent"}});
    app.callback([arguments, &session] {
        const auto result = session.client().signal(arguments->run.ref(), arguments->name,
                                                    arguments->input.payload(), arguments->request_id);
        session.exit_code = report_sent(session, arguments->run, result, "signalled");
    });
}

}  // namespace callflex::cli

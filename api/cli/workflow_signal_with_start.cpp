#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/start_arguments.hpp"

namespace callflex::cli {
namespace {

using durable::client::SendResult;
using durable::client::SignalWithStartResult;
using durable::client::StartResult;

struct SignalWithStartArguments {
    std::string type;
    std::string signal;
    StartArguments start;
    PayloadArgument input;
    PayloadArgument message;
};

SignalWithStartResult send_or_refuse(Session& session, const SignalWithStartArguments& arguments) {
    check_type(session, arguments.type, arguments.start.unknown_type);
    const auto options = arguments.start.resolved(arguments.type, session);
    try {
        auto result = session.client().signal_with_start(arguments.type, arguments.input.payload(), options,
                                                         arguments.signal, arguments.message.payload());
        check_started(result.start, arguments.start, options);
        return result;
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

int signal_with_start(Session& session, const SignalWithStartArguments& arguments) {
    const auto result = send_or_refuse(session, arguments);
    const bool started = result.start.outcome == StartResult::Outcome::started;
    const bool duplicate = result.signal == SendResult::duplicate;
    const auto run = result.start.run.value.to_string();
    const auto& id = arguments.start.id;
    if (!session.for_people()) {
        session.print_json({{"workflow_id", id},
                            {"run_id", run},
                            {"started", started},
                            {"delivered", !duplicate},
                            {"duplicate", duplicate}});
        return exit_ok;
    }
    const auto style = session.style();
    const std::string what = duplicate ? "had been received before "
                             : started ? "started and signalled "
                                       : "signalled ";
    session.out() << style(duplicate ? Color::yellow : Color::green, what) << style(Color::bold, harmless(id))
                  << "  run " << run << '\n';
    return exit_ok;
}

}  // namespace

void define_workflow_signal_with_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SignalWithStartArguments>();
    app.add_option("TYPE", arguments->type, "Workflow type, if one has to be started")->required();
    app.add_option("SIGNAL", arguments->signal, "The signal's name")->required();
    add_shared_id(app, arguments->start);
    add_payload_arguments(app, arguments->input, "The workflow's input, if it has to be started");
    app.add_option("--message,-m", arguments->message.text, "The message, as JSON")->type_name("JSON");
    add_start_arguments(app, arguments->start, Started::workflow);
    manual(
        app,
        "Signals the open run that has the workflow id, or starts one that finds the signal waiting: both or "
        "nothing. JSON: {workflow_id, run_id, started, delivered, duplicate}.",
        {{"callflex workflow signal-with-start conversation message --id conversation-7 -m '{\"text\": "
          "\"hello\"}'",
          "whether or not the conversation is open"},
         {"callflex workflow signal-with-start conversation message -w c-7 -m '1' --request-id sms-12",
          "once, however often it is sent"}});
    app.callback([arguments, &session] { session.exit_code = signal_with_start(session, *arguments); });
}

}  // namespace callflex::cli

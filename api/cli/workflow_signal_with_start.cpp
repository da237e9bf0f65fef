#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

using durable::client::SendResult;
using durable::client::SignalWithStartResult;
using durable::client::StartResult;

struct SignalWithStartArguments {
    std::string type;
    std::string signal;
    PayloadArgument input;
    PayloadArgument message;
    durable::client::StartOptions options;
    std::string reuse = "allow";
    bool terminate_existing = false;
    bool unknown_type = false;
};

durable::client::StartOptions options_of(const SignalWithStartArguments& arguments) {
    using durable::client::ConflictPolicy;
    using durable::client::ReusePolicy;
    auto options = arguments.options;
    options.conflict =
        arguments.terminate_existing ? ConflictPolicy::terminate_existing : ConflictPolicy::use_existing;
    if (arguments.reuse == "allow-if-not-completed") options.reuse = ReusePolicy::allow_if_not_completed;
    if (arguments.reuse == "reject") options.reuse = ReusePolicy::reject;
    return options;
}

SignalWithStartResult send_or_refuse(Session& session, const SignalWithStartArguments& arguments) {
    if (!arguments.unknown_type && !session.workflows().knows(arguments.type)) {
        throw CommandError(exit_usage,
                           fmt::format("this build has no workflow type \"{}\"; it has: {}", arguments.type,
                                       fmt::join(session.workflows().names(), ", ")),
                           "one of these, or --unknown-type if another build's workers know it");
    }
    const auto options = options_of(arguments);
    try {
        const auto result =
            session.client().signal_with_start(arguments.type, arguments.input.payload(), options,
                                               arguments.signal, arguments.message.payload());
        if (result.start.outcome != StartResult::Outcome::already_closed) return result;
        throw CommandError(
            exit_refused,
            fmt::format("workflow {} had a run, {}, and --reuse {} forbids another", options.workflow.value,
                        result.start.run.value.to_string(), arguments.reuse),
            "another --id, or --reuse allow");
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

int signal_with_start(Session& session, const SignalWithStartArguments& arguments) {
    const auto result = send_or_refuse(session, arguments);
    const bool started = result.start.outcome == StartResult::Outcome::started;
    const bool duplicate = result.signal == SendResult::duplicate;
    const auto run = result.start.run.value.to_string();
    const auto& id = arguments.options.workflow.value;
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
    app.add_option("--id,-w", arguments->options.workflow.value, "Workflow id")->type_name("ID")->required();
    add_payload_arguments(app, arguments->input, "The workflow's input, if it has to be started");
    app.add_option("--message,-m", arguments->message.text, "The message, as JSON")->type_name("JSON");
    app.add_option("--namespace,-n", arguments->options.name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--tenant", arguments->options.tenant.value,
                   "Whose data it is (the product: organization id)")
        ->type_name("ID");
    app.add_option("--queue,-q", arguments->options.queue, "Queue of the workers that run it")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--request-id", arguments->options.request_id,
                   "The same request id again does nothing again")
        ->type_name("ID");
    app.add_option("--reuse", arguments->reuse,
                   "When a closed run had the id: allow, allow-if-not-completed or reject")
        ->type_name("POLICY")
        ->capture_default_str()
        ->check(CLI::IsMember({"allow", "allow-if-not-completed", "reject"}));
    app.add_flag("--terminate-existing", arguments->terminate_existing,
                 "Do not signal an open run but end it, and start another one");
    app.add_flag("--unknown-type", arguments->unknown_type,
                 "Start it even though this build does not know the type");
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

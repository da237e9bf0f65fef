#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/start_arguments.hpp"

namespace callflex::cli {
namespace {

using durable::client::StartResult;

struct Arguments {
    std::string type;
    StartArguments start;
    PayloadArgument input;
    std::string timeout;
    bool wait = false;
};

StartResult start_or_refuse(Session& session, const Arguments& arguments,
                            const durable::client::StartOptions& options) {
    try {
        const auto started = session.client().start(arguments.type, arguments.input.payload(), options);
        check_started(started, arguments.start, options);
        return started;
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

int start(Session& session, const Arguments& arguments) {
    check_type(session, arguments.type, arguments.start.unknown_type);
    const auto options = arguments.start.resolved(arguments.type, session);
    const auto started = start_or_refuse(session, arguments, options);
    const bool is_new = started.outcome == StartResult::Outcome::started;
    const auto run = started.run.value.to_string();
    if (arguments.wait) {
        return print_result(
            session, wait_with_progress(session, {options.name_space, started.run, {}}, arguments.timeout));
    }
    if (!session.for_people()) {
        session.print_json({{"workflow_id", options.workflow.value}, {"run_id", run}, {"started", is_new}});
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(is_new ? Color::green : Color::yellow, is_new ? "started " : "existing ")
                  << style(Color::bold, harmless(options.workflow.value)) << "  run " << run << '\n';
    return exit_ok;
}

}  // namespace

void define_workflow_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<Arguments>();
    app.add_option("TYPE", arguments->type, "Workflow type, such as call-processing")->required();
    add_new_id(app, arguments->start, "Workflow id: at most one open run has it");
    add_payload_arguments(app, arguments->input, "The workflow's input");
    add_start_arguments(app, arguments->start, Started::workflow);
    app.add_flag("--wait", arguments->wait,
                 "Wait for the end and print the result, as `workflow result` does");
    app.add_option("--timeout", arguments->timeout, "With --wait: give up after this time")
        ->type_name("TIME");
    manual(app,
           "Starts a run and prints its ids; with --wait, waits for it. It is started when the command "
           "returns: workers "
           "find it at once. JSON: {workflow_id, run_id, started}; started is false when an existing run was "
           "used.",
           {{"callflex workflow start call-processing --id call-processing-7 --input-file call.json",
             "input from a file"},
            {"callflex workflow start call-processing -i '{\"…\": 1}' --wait --timeout 1m",
             "and wait for the result"},
            {"callflex workflow start call-processing -i '{}' --tenant 7 --subject +15550100 --priority 1",
             "before others, and erased with that caller"}});
    app.callback([arguments, &session] { session.exit_code = start(session, *arguments); });
}

}  // namespace callflex::cli

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/search_attributes.hpp"
#include "engine/store/id_source.hpp"

namespace callflex::cli {
namespace {

using durable::client::ConflictPolicy;
using durable::client::ReusePolicy;
using durable::client::StartResult;

struct StartArguments {
    std::string type;
    std::string id;
    PayloadArgument input;
    durable::client::StartOptions options;
    std::string tenant;
    std::vector<std::string> attributes;
    std::string conflict = "fail";
    std::string reuse = "allow";
    std::string run_timeout;
    std::string execution_timeout;
    int retry_attempts = 1;
    std::string retry_interval = "1s";
    std::string on_mismatch;
    std::string delay;
    std::string timeout;
    bool wait = false;
    bool unknown_type = false;
};

void check_type(Session& session, const StartArguments& arguments) {
    if (arguments.unknown_type || session.workflows().knows(arguments.type)) return;
    throw CommandError(exit_usage,
                       fmt::format("this build has no workflow type \"{}\"; it has: {}", arguments.type,
                                   fmt::join(session.workflows().names(), ", ")),
                       "one of these, or --unknown-type if another build's workers know it");
}

durable::client::StartOptions options_of(const StartArguments& arguments) {
    auto options = arguments.options;
    options.workflow.value = arguments.id.empty()
                                 ? arguments.type + "-" + durable::store::IdSource{}.uuid_v7().to_string()
                                 : arguments.id;
    options.tenant.value = arguments.tenant;
    if (arguments.conflict == "use-existing") options.conflict = ConflictPolicy::use_existing;
    if (arguments.conflict == "terminate-existing") options.conflict = ConflictPolicy::terminate_existing;
    if (arguments.reuse == "allow-if-not-completed") options.reuse = ReusePolicy::allow_if_not_completed;
    if (arguments.reuse == "reject") options.reuse = ReusePolicy::reject;
    if (!arguments.run_timeout.empty()) options.run_timeout = parse_duration(arguments.run_timeout);
    if (!arguments.delay.empty()) options.start_delay = parse_duration(arguments.delay);
    if (!arguments.execution_timeout.empty()) {
        options.execution_timeout = parse_duration(arguments.execution_timeout);
    }
    if (arguments.retry_attempts != 1) {
        options.retry = durable::RetryPolicy{.initial_interval = parse_duration(arguments.retry_interval),
                                             .maximum_attempts = arguments.retry_attempts};
    }
    if (arguments.on_mismatch == "fail") options.on_mismatch = durable::MismatchPolicy::fail;
    if (arguments.on_mismatch == "suspend") options.on_mismatch = durable::MismatchPolicy::suspend;
    return options;
}

StartResult start_or_refuse(Session& session, const StartArguments& arguments,
                            const durable::client::StartOptions& options) {
    try {
        const auto started = session.client().start(arguments.type, arguments.input.payload(), options);
        const auto run = started.run.value.to_string();
        if (started.outcome == StartResult::Outcome::already_open) {
            throw CommandError(exit_refused,
                               fmt::format("workflow {} has an open run, {}", options.workflow.value, run),
                               "--conflict use-existing or --conflict terminate-existing");
        }
        if (started.outcome == StartResult::Outcome::already_closed) {
            throw CommandError(exit_refused,
                               fmt::format("workflow {} had a run, {}, and --reuse {} forbids another",
                                           options.workflow.value, run, arguments.reuse),
                               "another --id, or --reuse allow");
        }
        return started;
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

int start(Session& session, const StartArguments& arguments) {
    check_type(session, arguments);
    auto options = options_of(arguments);
    if (!arguments.attributes.empty()) {
        options.attributes = parse_attributes(arguments.attributes, session.client().search_catalog());
    }
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
    auto arguments = std::make_shared<StartArguments>();
    app.add_option("TYPE", arguments->type, "Workflow type, such as call-processing")->required();
    app.add_option("--id,-w", arguments->id, "Workflow id: at most one open run has it [made up]")
        ->type_name("ID");
    add_payload_arguments(app, arguments->input, "The workflow's input");
    app.add_option("--namespace,-n", arguments->options.name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--tenant", arguments->tenant, "Whose data it is (the product: organization id)")
        ->type_name("ID");
    app.add_option("--queue,-q", arguments->options.queue, "Queue of the workers that run it")
        ->type_name("NAME")
        ->capture_default_str();
    add_attribute_option(app, arguments->attributes);
    app.add_option("--request-id", arguments->options.request_id,
                   "The same request id again gives the first run")
        ->type_name("ID");
    app.add_option("--conflict", arguments->conflict,
                   "When an open run has the id: fail, use-existing or terminate-existing")
        ->type_name("POLICY")
        ->capture_default_str()
        ->check(CLI::IsMember({"fail", "use-existing", "terminate-existing"}));
    app.add_option("--reuse", arguments->reuse,
                   "When a closed run had the id: allow, allow-if-not-completed or reject")
        ->type_name("POLICY")
        ->capture_default_str()
        ->check(CLI::IsMember({"allow", "allow-if-not-completed", "reject"}));
    app.add_option("--run-timeout", arguments->run_timeout, "The run ends as timed_out after this time")
        ->type_name("TIME");
    app.add_option("--execution-timeout", arguments->execution_timeout,
                   "The whole chain, retries and continue-as-new included, ends as timed_out after this time")
        ->type_name("TIME");
    app.add_option("--retry-attempts", arguments->retry_attempts,
                   "Runs that fail are tried again from the start, so many in all; 0: without limit")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    app.add_option("--retry-interval", arguments->retry_interval,
                   "The pause before the second attempt; doubles with each, up to 100 times")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--on-mismatch", arguments->on_mismatch,
                   "When code does not answer as recorded: suspend or fail [as the type is registered]")
        ->type_name("POLICY")
        ->check(CLI::IsMember({"suspend", "fail"}));
    app.add_option("--delay", arguments->delay, "Start the code only after this time")->type_name("TIME");
    app.add_flag("--wait", arguments->wait,
                 "Wait for the end and print the result, as `workflow result` does");
    app.add_option("--timeout", arguments->timeout, "With --wait: give up after this time")
        ->type_name("TIME");
    app.add_flag("--unknown-type", arguments->unknown_type,
                 "Start it even though this build does not know the type");
    manual(app,
           "Starts a run and prints its ids; with --wait, waits for it. It is started when the command "
           "returns: workers "
           "find it at once. JSON: {workflow_id, run_id, started}; started is false when an existing run was "
           "used.",
           {{"callflex workflow start call-processing --id call-processing-7 --input-file call.json",
             "input from a file"},
            {"callflex workflow start call-processing -i '{\"…\": 1}' --wait --timeout 1m",
             "and wait for the result"}});
    app.callback([arguments, &session] { session.exit_code = start(session, *arguments); });
}

}  // namespace callflex::cli

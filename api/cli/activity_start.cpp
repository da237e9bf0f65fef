// start, execute and result: activities on their own, without a workflow.

#include "api/cli/activity_arguments.hpp"
#include "api/cli/activity_options.hpp"
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
    ActivityOptionArguments options;
    std::string limit_key;
    int limit = 0;
    std::string timeout;
};

durable::ActivityOptions options_of(const Arguments& arguments) {
    const auto given = arguments.options.changes();
    durable::ActivityOptions options;
    options.schedule_to_close = given.schedule_to_close.value_or(durable::Duration::zero());
    options.schedule_to_start = given.schedule_to_start.value_or(durable::Duration::zero());
    options.start_to_close = given.start_to_close.value_or(durable::Duration::zero());
    options.heartbeat = given.heartbeat.value_or(durable::Duration::zero());
    options.retry.initial_interval = given.initial_interval.value_or(options.retry.initial_interval);
    options.retry.maximum_interval = given.maximum_interval.value_or(durable::Duration::zero());
    options.retry.backoff_coefficient = given.backoff_coefficient.value_or(options.retry.backoff_coefficient);
    options.retry.maximum_attempts = given.maximum_attempts.value_or(0);
    options.priority = given.priority.value_or(options.priority);
    if (!arguments.limit_key.empty())
        options.limit = durable::ActivityLimit{arguments.limit_key, arguments.limit, 0, 1};
    return options;
}

StartResult start_or_refuse(const Session& session, const Arguments& arguments,
                            const durable::client::StartOptions& start) {
    auto client = activity_client(session);
    try {
        const auto started =
            client.start(arguments.type, arguments.input.payload(), options_of(arguments), start);
        check_started(started, arguments.start, start);
        return started;
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what(), "for example --start-to-close 30s");
    }
}

int start(Session& session, const Arguments& arguments) {
    const auto options = arguments.start.resolved(arguments.type, session);
    const auto started = start_or_refuse(session, arguments, options);
    const bool is_new = started.outcome == StartResult::Outcome::started;
    const auto run = started.run.value.to_string();
    if (!session.for_people()) {
        session.print_json({{"activity_id", options.workflow.value}, {"run_id", run}, {"started", is_new}});
        return exit_ok;
    }
    session.out() << session.style()(is_new ? Color::green : Color::yellow, is_new ? "started " : "existing ")
                  << session.style()(Color::bold, harmless(options.workflow.value)) << "  run " << run
                  << '\n';
    return exit_ok;
}

int execute(Session& session, const Arguments& arguments) {
    const auto options = arguments.start.resolved(arguments.type, session);
    const auto started = start_or_refuse(session, arguments, options);
    return print_result(
        session, wait_with_progress(session, {options.name_space, started.run, {}}, arguments.timeout));
}

void add_arguments(CLI::App& app, Arguments& arguments) {
    app.add_option("TYPE", arguments.type, "The activity's name")->required();
    add_new_id(app, arguments.start, "Its id: at most one open run has it, workflows included");
    add_payload_arguments(app, arguments.input, "The activity's input");
    add_start_arguments(app, arguments.start, Started::job);
    add_activity_options(app, arguments.options);
    auto* key =
        app.add_option("--limit-key", arguments.limit_key, "What it shares --limit with")->type_name("KEY");
    app.add_option("--limit", arguments.limit, "How many with that key run at once")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->needs(key);
}

}  // namespace

void define_activity_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<Arguments>();
    add_arguments(app, *arguments);
    manual(
        app,
        "Starts an activity on its own, as a durable job without a workflow: retried, timed out, limited and "
        "cancelled like any other. It has a run like a workflow, so workflow describe, show, why, cancel and "
        "terminate take its id. JSON: {activity_id, run_id, started}.",
        {{"callflex activity start send_sms -i '{\"to\":\"+14155550100\",\"body\":\"hello\"}' "
          "--start-to-close 30s",
          "a job"},
         {"callflex activity start aggregate --id aggregate-2026-11 --reuse reject --schedule-to-close 1d",
          "once and never again"}});
    app.callback([arguments, &session] { session.exit_code = start(session, *arguments); });
}

void define_activity_execute(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<Arguments>();
    add_arguments(app, *arguments);
    app.add_option("--timeout", arguments->timeout, "Give up waiting after this time: exit code 4 [never]")
        ->type_name("TIME");
    manual(
        app,
        "Starts an activity on its own, waits for its end and prints its result. If it did not complete, the "
        "failure goes to standard error and the exit code is 1. JSON: {run_id, status, result | failure}.",
        {{"callflex activity execute send_sms -i '{\"to\":\"+14155550100\",\"body\":\"hello\"}' "
          "--start-to-close 30s",
          "and see"}});
    app.callback([arguments, &session] { session.exit_code = execute(session, *arguments); });
}

void define_activity_result(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    auto timeout = std::make_shared<std::string>();
    add_run_argument(app, *run);
    app.add_option("--timeout", *timeout, "Give up after this time: exit code 4 [never]")->type_name("TIME");
    manual(app,
           "Waits until an activity that was started on its own has ended, and prints its result. JSON: "
           "{run_id, "
           "status, result | failure}.",
           {{"callflex activity result aggregate-2026-11 --timeout 1h", "wait for it"}});
    app.callback([run, timeout, &session] {
        session.exit_code = print_result(session, wait_with_progress(session, run->ref(), *timeout));
    });
}

}  // namespace callflex::cli

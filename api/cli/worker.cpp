#include <algorithm>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/payload_settings.hpp"
#include "api/cli/startup.hpp"
#include "api/config/examine.hpp"
#include "api/worker_daemon.hpp"
#include "engine/client/connection_pool.hpp"
#include "schema/migrate.hpp"

namespace callflex::cli {
namespace {

struct WorkerArguments {
    WorkerDaemonOptions options;
    std::vector<std::string> roles{"workflows", "activities"};
    // What the command line does not say, the configuration does.
    std::optional<std::string> queue;
    std::optional<int> run_slots;
    std::optional<int> async_slots;
    std::optional<int> transactional_threads;
    std::optional<std::string> grace;
    int metrics_port = -1;
    bool dispatcher = false;
    bool json_log = false;
    bool no_notifications = false;
};

std::string dispatchers_queue(const config::Settings& settings) {
    const auto queue = settings.find("WEBHOOK_QUEUE");
    if (queue) return queue->value;
    throw CommandError(exit_usage,
                       "the calls of customers' systems have no queue of their own: every worker makes them",
                       "set webhooks.queue = \"webhooks\" (WEBHOOK_QUEUE) for this worker and all others");
}

void configure(const config::Settings& settings, WorkerArguments& arguments) {
    auto& options = arguments.options;
    options.queue = arguments.queue.value_or(settings.text("CALLFLEX_WORKER_QUEUE"));
    options.run_slots = arguments.run_slots.value_or(settings.number("CALLFLEX_WORKER_RUN_SLOTS"));
    options.async_slots = arguments.async_slots.value_or(settings.number("CALLFLEX_WORKER_ASYNC_SLOTS"));
    options.transactional_threads =
        arguments.transactional_threads.value_or(settings.number("CALLFLEX_WORKER_TRANSACTIONAL_THREADS"));
    options.grace =
        arguments.grace
            ? std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(*arguments.grace))
            : std::chrono::seconds{settings.number("CALLFLEX_WORKER_GRACE_SECONDS")};
    const bool json = arguments.json_log || settings.text("CALLFLEX_WORKER_LOG") == "json";
    options.log_format = json ? durable::worker::LogFormat::json : durable::worker::LogFormat::console;
    options.storage_root = settings.text("CALLFLEX_STORAGE_ROOT");
    options.settings = settings.environment();
    if (!arguments.dispatcher) return;
    options.queue = dispatchers_queue(settings);
    arguments.roles = {"activities"};
}

/// A worker of a release that does not fit the schema ends with a sentence, instead of failing call by call. A database
/// that is away is waited for by the worker itself.
void require_usable_schema(const std::string& url) {
    try {
        pqxx::connection connection{durable::client::with_deadlines(url)};
        schema::require_usable(connection);
    } catch (const pqxx::broken_connection&) {
    }
}

int work(const Session& session, WorkerArguments& arguments) {
    auto& options = arguments.options;
    const auto& settings = session.settings_as_found();
    refuse(config::problems_of_workers(settings));
    configure(settings, arguments);
    const auto has = [&](const char* role) {
        return std::ranges::find(arguments.roles, role) != arguments.roles.end();
    };
    options.database_url = session.database_url();
    options.run_workflows = has("workflows");
    options.run_activities = has("activities");
    if (arguments.metrics_port >= 0) options.metrics_port = arguments.metrics_port;
    options.notifications = !arguments.no_notifications;
    options.payloads = payload_settings(session);
    require_usable_schema(options.database_url);
    try {
        return run_worker(options);
    } catch (const std::filesystem::filesystem_error& error) {
        throw CommandError(exit_failed, std::string{"recordings cannot be kept: "} + error.what(),
                           "set CALLFLEX_STORAGE_ROOT to a folder that this user may write");
    }
}

void add_tuning(CLI::App& app, WorkerArguments& arguments) {
    app.add_option("--run-slots", arguments.run_slots, "Runs held at a time [worker.run_slots, 1536]")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--async-slots", arguments.async_slots,
                   "Vendor activities at a time [worker.async_slots, 1500]")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option(
           "--transactional-threads", arguments.transactional_threads,
           "Transactional activities at a time; each has a connection [worker.transactional_threads, 4]")
        ->type_name("N")
        ->check(CLI::Range(1, 1000));
    app.add_flag("--no-notifications", arguments.no_notifications, "Find work by polling alone");
}

}  // namespace

void define_worker(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<WorkerArguments>();
    auto* roles =
        app.add_option("--roles", arguments->roles, "workflows, activities, or both, separated by a comma")
            ->type_name("ROLES")
            ->delimiter(',')
            ->default_str("workflows,activities")
            ->check(CLI::IsMember({"workflows", "activities"}));
    auto* queue =
        app.add_option("--queue,-q", arguments->queue, "The queue it serves [worker.queue, default]")
            ->type_name("NAME");
    app.add_flag("--dispatcher", arguments->dispatcher,
                 "Do nothing but call customers' systems: the activities of webhooks.queue")
        ->excludes(queue)
        ->excludes(roles);
    app.add_option("--name", arguments->options.name,
                   "Label for people, shown as NAME@process [the host's name]")
        ->type_name("NAME");
    app.add_option("--metrics-port", arguments->metrics_port,
                   "Serve /healthz, /readyz and /metrics; 0 for any free port [off]")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65535));
    app.add_option("--metrics-address", arguments->options.metrics_address, "Address of that port")
        ->type_name("IP")
        ->capture_default_str();
    app.add_option("--grace", arguments->grace,
                   "After SIGTERM: time for running activities to end [worker.grace, 30s]")
        ->type_name("TIME");
    app.add_flag("--json-log", arguments->json_log, "Log one JSON object a line");
    add_tuning(app, *arguments);
    manual(app,
           "Runs workflows and activities until SIGTERM or Ctrl-C, then drains: no new claims, running "
           "activities may end "
           "within the grace, runs go back for others to take; a second signal ends the grace. Start as many "
           "as you like. "
           "Needs Postgres itself, not a transaction pooler. What the "
           "command line does not say, the configuration does (`callflex config print`); a configuration "
           "that is "
           "wrong is refused, with all that is wrong.",
           {{"callflex worker --metrics-port 9100", "everything, with metrics"},
            {"callflex worker --roles activities --async-slots 4000",
             "vendor calls only, on a machine that holds the keys"},
            {"callflex worker --dispatcher",
             "the only one that calls customers' URLs; others need webhooks.queue, too"}});
    // "worker list" and its kind are commands of their own below this one.
    app.callback([arguments, &app, &session] {
        if (app.get_subcommands().empty()) session.exit_code = work(session, *arguments);
    });
}

}  // namespace callflex::cli

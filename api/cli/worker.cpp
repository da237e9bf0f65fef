#include <algorithm>

#include "activities/config.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/environment.hpp"
#include "api/cli/payload_settings.hpp"
#include "api/worker_daemon.hpp"

namespace callflex::cli {
namespace {

struct WorkerArguments {
    WorkerDaemonOptions options;
    std::vector<std::string> roles{"workflows", "activities"};
    int metrics_port = -1;
    std::string grace = "30s";
    bool json_log = false;
    bool no_notifications = false;
};

int work(const Session& session, WorkerArguments& arguments) {
    auto& options = arguments.options;
    const auto has = [&](const char* role) {
        return std::ranges::find(arguments.roles, role) != arguments.roles.end();
    };
    options.database_url = session.database_url();
    options.run_workflows = has("workflows");
    options.run_activities = has("activities");
    if (arguments.metrics_port >= 0) options.metrics_port = arguments.metrics_port;
    options.grace = std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(arguments.grace));
    options.notifications = !arguments.no_notifications;
    options.log_format =
        arguments.json_log ? durable::worker::LogFormat::json : durable::worker::LogFormat::console;
    options.payloads = payload_settings();
    const auto storage = find_setting("CALLFLEX_STORAGE_ROOT");
    options.storage_root = storage ? storage->value : "/var/lib/callflex/recordings";
    try {
        return run_worker(options);
    } catch (const ConfigError& error) {
        throw CommandError(exit_usage, error.what(), "callflex doctor");
    } catch (const std::filesystem::filesystem_error& error) {
        throw CommandError(exit_failed, std::string{"recordings cannot be kept: "} + error.what(),
                           "set CALLFLEX_STORAGE_ROOT to a folder that this user may write");
    }
}

void add_tuning(CLI::App& app, WorkerArguments& arguments) {
    app.add_option("--run-slots", arguments.options.run_slots, "Runs held at a time")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--async-slots", arguments.options.async_slots, "Vendor activities at a time")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--transactional-threads", arguments.options.transactional_threads,
                   "Transactional activities at a time; each has a connection")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    app.add_flag("--no-notifications", arguments.no_notifications, "Find work by polling alone");
}

}  // namespace

void define_worker(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<WorkerArguments>();
    app.add_option("--roles", arguments->roles, "workflows, activities, or both, separated by a comma")
        ->type_name("ROLES")
        ->delimiter(',')
        ->default_str("workflows,activities")
        ->check(CLI::IsMember({"workflows", "activities"}));
    app.add_option("--queue,-q", arguments->options.queue, "The queue it serves")
        ->type_name("NAME")
        ->capture_default_str();
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
    app.add_option("--grace", arguments->grace, "After SIGTERM: time for running activities to end")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_flag("--json-log", arguments->json_log, "Log one JSON object a line");
    add_tuning(app, *arguments);
    manual(app,
           "Runs workflows and activities until SIGTERM or Ctrl-C, then drains: no new claims, running "
           "activities may end "
           "within the grace, runs go back for others to take; a second signal ends the grace. Start as many "
           "as you like. "
           "Needs Postgres itself, not a transaction pooler. Reads DATABASE_URL, CALLFLEX_STORAGE_ROOT and "
           "the vendors' "
           "settings (`callflex doctor` lists them).",
           {{"callflex worker --metrics-port 9100", "everything, with metrics"},
            {"callflex worker --roles activities --async-slots 4000",
             "vendor calls only, on a machine that holds the keys"}});
    // "worker list" and its kind are commands of their own below this one.
    app.callback([arguments, &app, &session] {
        if (app.get_subcommands().empty()) session.exit_code = work(session, *arguments);
    });
}

}  // namespace callflex::cli

#include <fmt/format.h>

#include "api/cli/activity_arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/workflow/standalone.hpp"

namespace callflex::cli {
namespace {

using durable::store::PendingActivity;
using durable::store::UnknownOutcome;

struct ListArguments {
    std::string name_space = "default";
    std::string type, queue, state, prefix, tenant;
    std::string since = "7d";
    bool unknown = false;
    bool jobs = false;
    std::int32_t limit = 50;
    WatchArguments watch;
};

std::optional<std::string> given(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

durable::client::ActivityFilter filter_of(const ListArguments& arguments) {
    durable::client::ActivityFilter filter;
    filter.name_space = arguments.name_space;
    filter.type = given(arguments.type);
    filter.queue = given(arguments.queue);
    filter.state = given(arguments.state);
    filter.workflow_id_prefix = given(arguments.prefix);
    if (!arguments.tenant.empty()) filter.tenant = durable::Tenant{arguments.tenant};
    filter.limit = arguments.limit;
    return filter;
}

std::string attempt_text(const PendingActivity& activity) {
    const int most = activity.task.options.retry.maximum_attempts;
    std::string text = std::to_string(activity.attempt) + (most > 0 ? " of " + std::to_string(most) : "");
    if (activity.lost_attempts > 0) text += fmt::format(" (+{} lost)", activity.lost_attempts);
    return text;
}

/// What holds it up, or who has it.
std::string why_text(const Session& session, const PendingActivity& activity) {
    if (activity.worker) return *activity.worker + (activity.paused_at ? ", paused after this" : "");
    if (activity.paused_at) {
        const auto reason = activity.pause_reason.value_or("");
        return "by " + activity.paused_by.value_or("") + (reason.empty() ? "" : ": " + reason);
    }
    const bool later = activity.available_at && *activity.available_at > activity.now;
    if (later) return "due " + session.moment(*activity.available_at, activity.now);
    return activity.limit_key ? "limit " + *activity.limit_key : "";
}

int list_pending(const Session& session, const ListArguments& arguments) {
    auto client = activity_client(session);
    const auto found = client.list(filter_of(arguments));
    if (print_rows(session, found, [](const PendingActivity& one) { return to_json(one); })) return exit_ok;
    if (found.empty()) {
        session.err() << "no activity waits or runs on its own; what a run's worker runs itself is shown by "
                         "workflow why\n";
        return exit_ok;
    }
    Table table(
        {"WORKFLOW ID", "EVENT", "TYPE", "STATE", "ATTEMPT", "SCHEDULED", "TIMES OUT", "QUEUE", "DETAIL"});
    for (const PendingActivity& one : found) {
        table.add({{one.workflow.value, Color::bold},
                   {std::to_string(one.activity.value)},
                   {one.type},
                   {one.state, state_color(one.state)},
                   {attempt_text(one)},
                   {session.moment(one.scheduled_at, one.now)},
                   {one.times_out_at ? session.moment(*one.times_out_at, one.now) : ""},
                   {one.queue},
                   {why_text(session, one)}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

Json unknown_json(const UnknownOutcome& one) {
    return {{"run_id", one.run.value.to_string()},
            {"event", one.activity.value},
            {"workflow_id", one.workflow.value},
            {"tenant", one.tenant.value},
            {"type", one.type},
            {"attempts", one.attempts},
            {"at", json_time(one.at)},
            {"message", one.message}};
}

int list_unknown(const Session& session, const ListArguments& arguments) {
    auto client = activity_client(session);
    const auto now = local_now();
    const auto found = client.unknown(parse_moment(arguments.since, now), arguments.limit);
    if (print_rows(session, found, unknown_json)) return exit_ok;
    if (found.empty()) {
        session.err() << "every at-most-once activity has a known outcome\n";
        return exit_ok;
    }
    Table table({"WORKFLOW ID", "EVENT", "TYPE", "ATTEMPTS", "SINCE", "WHAT WAS SEEN"});
    for (const UnknownOutcome& one : found) {
        table.add({{one.workflow.value, Color::bold},
                   {std::to_string(one.activity.value)},
                   {one.type, Color::yellow},
                   {std::to_string(one.attempts)},
                   {session.moment(one.at, now)},
                   {one.message}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

int list_jobs(Session& session, const ListArguments& arguments) {
    durable::client::ListFilter filter;
    filter.name_space = arguments.name_space;
    filter.type = std::string{durable::standalone_activity.name};
    filter.workflow_id_prefix = given(arguments.prefix);
    if (!arguments.tenant.empty()) filter.tenant = durable::Tenant{arguments.tenant};
    filter.limit = std::min(arguments.limit, 1000);
    const auto found = session.client().list(filter);
    if (print_rows(session, found, [](const durable::store::ListedRun& one) { return to_json(one); }))
        return exit_ok;
    Table table({"ACTIVITY ID", "STATUS", "STARTED", "CLOSED", "RUN ID"});
    const auto now = local_now();
    for (const auto& one : found) {
        table.add({{one.workflow.value, Color::bold},
                   {status_text(one.status, one.blocked), status_color(one.status, one.blocked)},
                   {session.moment(one.started_at, now)},
                   {one.closed_at ? session.moment(*one.closed_at, now) : ""},
                   {one.run.value.to_string()}});
    }
    if (table.empty()) session.err() << "no activity was started on its own\n";
    if (!table.empty()) table.print(session.out(), session.style());
    return exit_ok;
}

int list(Session& session, const ListArguments& arguments) {
    if (arguments.unknown) return list_unknown(session, arguments);
    return arguments.jobs ? list_jobs(session, arguments) : list_pending(session, arguments);
}

}  // namespace

void define_activity_list(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ListArguments>();
    app.add_option("--namespace,-n", arguments->name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--type,-t", arguments->type, "Only activities of this type")->type_name("TYPE");
    app.add_option("--queue,-q", arguments->queue, "Only of this queue")->type_name("NAME");
    app.add_option("--state,-s", arguments->state, "waiting, retrying, running, awaiting or paused")
        ->type_name("STATE")
        ->check(CLI::IsMember({"waiting", "retrying", "running", "awaiting", "paused"}));
    app.add_option("--prefix", arguments->prefix, "Only workflow ids that begin so")->type_name("TEXT");
    app.add_option("--tenant", arguments->tenant, "Only of this tenant")->type_name("ID");
    app.add_option("--limit", arguments->limit, "At most so many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    auto* unknown = app.add_flag("--unknown", arguments->unknown,
                                 "At-most-once activities that ended without a known outcome");
    app.add_option("--since", arguments->since, "With --unknown: of runs started since this time or age")
        ->type_name("TIME")
        ->capture_default_str()
        ->needs(unknown);
    app.add_flag("--jobs", arguments->jobs, "Activities that were started on their own, without a workflow")
        ->excludes(unknown);
    add_watch_arguments(app, arguments->watch);
    manual(
        app,
        "Lists pending activities that wait, are tried again, run on their own, were handed out (awaiting) "
        "or "
        "are paused; those that have waited longest first. An activity that the worker of its run runs "
        "itself "
        "is not listed: workflow why shows it. JSON: [{run_id, event, workflow_id, type, queue, tenant?, "
        "state, "
        "attempt, lost_attempts, priority, limit_key?, scheduled_at, available_at?, times_out_at?, worker?, "
        "cancel_requested?, paused?: {at, by, reason}, last_failure?}].",
        {{"callflex activity list --state retrying", "what fails again and again?"},
         {"callflex activity list --state awaiting", "what waits for somebody outside?"},
         {"callflex activity list --unknown --since 30d", "effects that may or may not have happened"}});
    app.callback([arguments, &session] {
        session.exit_code =
            watched(session, arguments->watch, [&](bool&) { return list(session, *arguments); });
    });
}

}  // namespace callflex::cli

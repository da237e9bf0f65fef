#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/search_attributes.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::client::human_duration;
using durable::store::RunInfo;

/// Both forms: people compare with their watch and with a log.
std::string when(durable::Timestamp time, durable::Timestamp now) {
    return durable::client::due_time(time, now);
}

void add_lifecycle(Table& facts, const RunInfo& info) {
    const auto& life = info.lifecycle;
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        facts.add({{name, Color::dim}, {value, color}});
    };
    if (info.paused) {
        const auto reason = info.paused->reason.empty() ? "" : ": " + info.paused->reason;
        add("paused",
            fmt::format("by {} {}{}", info.paused->identity, when(info.paused->since, info.now), reason),
            Color::yellow);
    }
    if (life.retry) {
        const int most = life.retry->maximum_attempts;
        add("attempt", most > 0 ? fmt::format("{} of {}", life.attempt, most) : std::to_string(life.attempt));
    }
    if (life.run_deadline) add("run deadline", when(*life.run_deadline, info.now));
    if (life.execution_deadline) add("deadline of all", when(*life.execution_deadline, info.now));
    if (!life.forked) return;
    const auto reason = life.forked->reason.empty() ? "" : ": " + life.forked->reason;
    add(life.forked->reset ? "reset from" : "forked from",
        fmt::format("run {} after event {}{}", life.forked->base.value.to_string(), life.forked->after.value,
                    reason));
}

void print_facts(const Session& session, const RunInfo& info) {
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        if (!value.empty()) facts.add({{name, Color::dim}, {value, color}});
    };
    const bool blocked = info.blocked.has_value();
    add("workflow id", info.workflow.value, Color::bold);
    add("run id", info.run.value.to_string());
    if (info.chain != info.run) add("first run", info.chain.value.to_string());
    if (info.continued_as) add("goes on as", info.continued_as->value.to_string());
    if (info.parent) add("parent run", info.parent->value.to_string());
    add("type", info.type);
    add("status", status_text(info.status, blocked), status_color(info.status, blocked));
    if (info.name_space != "default") add("namespace", info.name_space);
    add("tenant", info.tenant.value);
    add("queue", info.queue);
    if (info.for_build) add("build", *info.for_build + (info.pinned ? " (pinned)" : ""));
    add("started", when(info.started_at, info.now));
    if (info.closed_at) add("closed", when(*info.closed_at, info.now));
    add("duration", human_duration(info.closed_at.value_or(info.now) - info.started_at));
    add("history", fmt::format("{} events in {} activations", info.events, info.activations));
    add("worker", info.owner.value_or(""));
    if (info.wake_at && !info.closed_at) add("wakes", when(*info.wake_at, info.now));
    if (info.inbox_waiting > 0) add("messages", fmt::format("{} waiting", info.inbox_waiting));
    if (info.cancel_requested) add("cancel", "requested", Color::yellow);
    add_lifecycle(facts, info);
    facts.print(session.out(), session.style());
}

void print_blocked(const Session& session, const RunInfo& info) {
    const auto style = session.style();
    const auto& blocked = *info.blocked;
    session.out() << '\n'
                  << style(Color::yellow, fmt::format("Blocked ({})", harmless(blocked.kind))) << " since "
                  << when(blocked.since, info.now) << ", failed "
                  << (blocked.failures == 1 ? "once" : fmt::format("{} times", blocked.failures))
                  << ", build " << harmless(blocked.build) << "\n  " << harmless(blocked.reason) << '\n';
}

void print_activities(const Session& session, const RunInfo& info) {
    const auto style = session.style();
    session.out() << '\n'
                  << style(Color::bold, fmt::format("Pending activities: {}", info.activities.size()))
                  << '\n';
    Table table({"EVENT", "TYPE", "STATE", "ATTEMPT", "SCHEDULED", "DUE", "WORKER"});
    for (const auto& activity : info.activities) {
        std::string attempt = std::to_string(activity.attempt);
        if (activity.lost_attempts > 0) attempt += fmt::format(" (+{} lost)", activity.lost_attempts);
        const bool retrying = activity.last_failure.has_value();
        table.add({{std::to_string(activity.activity.value)},
                   {activity.type, Color::bold},
                   {activity.paused_at ? "paused by " + activity.paused_by : activity.state,
                    retrying || activity.paused_at ? Color::yellow : Color::cyan},
                   {attempt},
                   {session.moment(activity.scheduled_at, info.now)},
                   {activity.available_at ? session.moment(*activity.available_at, info.now) : ""},
                   {activity.worker.value_or("")}});
    }
    table.print(session.out(), style, 2);
    for (const auto& activity : info.activities) {
        if (!activity.last_failure) continue;
        session.out() << "  event " << activity.activity.value
                      << " last failure: " << style(Color::red, harmless(activity.last_failure->to_string()))
                      << '\n';
    }
}

void print_children(const Session& session, const RunInfo& info) {
    const auto style = session.style();
    session.out() << '\n'
                  << style(Color::bold, fmt::format("Open children: {}", info.children.size())) << '\n';
    Table table({"EVENT", "WORKFLOW ID", "WHEN THIS CLOSES"});
    for (const auto& child : info.children) {
        table.add({{std::to_string(child.initiated.value)},
                   {child.workflow.value, Color::bold},
                   {child.parent_close}});
    }
    table.print(session.out(), style, 2);
}

void print_attributes(const Session& session, const std::vector<durable::SearchAttribute>& attributes) {
    session.out() << '\n' << session.style()(Color::bold, "Search attributes") << '\n';
    Table table({"", ""});
    for (const auto& attribute : attributes) {
        table.add({{attribute.key, Color::dim}, {attribute_text(attribute)}});
    }
    table.print(session.out(), session.style(), 2);
}

int describe(Session& session, const RunArgument& argument, bool& over) {
    const auto info = session.client().describe(argument.ref());
    if (!info) throw durable::client::NotFound("there is no run or workflow " + argument.name);
    over = info->closed_at.has_value();
    const auto attributes = session.client().attributes(info->run);
    if (!session.for_people()) {
        Json json = to_json(*info);
        if (!attributes.empty()) json["attributes"] = to_json(attributes);
        session.print_json(json);
        return exit_ok;
    }
    print_facts(session, *info);
    if (info->blocked) print_blocked(session, *info);
    if (!info->activities.empty()) print_activities(session, *info);
    if (!info->children.empty()) print_children(session, *info);
    if (!attributes.empty()) print_attributes(session, attributes);
    return exit_ok;
}

}  // namespace

void define_workflow_describe(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    auto watch = std::make_shared<WatchArguments>();
    add_run_argument(app, *run);
    add_watch_arguments(app, *watch);
    manual(app,
           "Shows the facts about a run, what blocks it, and its activities that have left the worker which "
           "scheduled them "
           "(waiting, retrying, or running elsewhere) with attempts and last failure. JSON: {run_id, "
           "chain_id, namespace, "
           "workflow_id, type, tenant, queue, status, started_at, closed_at?, activations, events, owner?, "
           "for_build?, pinned?, "
           "wake_at?, "
           "inbox_waiting, cancel_requested, blocked, blocked_by?, parent_run_id?, continued_as?, paused?: "
           "{since, by, reason}, attempt, run_deadline?, execution_deadline?, forked_from?: {run_id, after, "
           "reset, "
           "reason}, activities, "
           "children: [{workflow_id, chain_id, initiated, parent_close}], attributes?: {…}, now}.",
           {{"callflex workflow describe call-processing-7", "the facts"},
            {"callflex workflow describe call-processing-7 -o json | jq -r .owner", "which worker has it"}});
    app.callback([run, watch, &session] {
        session.exit_code =
            watched(session, *watch, [&](bool& over) { return describe(session, *run, over); });
    });
}

}  // namespace callflex::cli

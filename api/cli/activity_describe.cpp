#include <fmt/format.h>

#include "api/cli/activity_arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::client::due_time;
using durable::client::human_duration;
using durable::store::PendingActivity;

std::string limit_text(durable::Duration time) {
    return time > durable::Duration::zero() ? human_duration(time) : "";
}

void print(const Session& session, const PendingActivity& activity) {
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        if (!value.empty()) facts.add({{name, Color::dim}, {value, color}});
    };
    const auto& options = activity.task.options;
    add("activity", fmt::format("{} (event {})", activity.type, activity.activity.value), Color::bold);
    add("workflow id", activity.workflow.value);
    add("run id", activity.run.value.to_string());
    add("tenant", activity.tenant.value);
    add("queue", activity.queue);
    add("state", activity.state, state_color(activity.state));
    if (activity.paused_at) {
        add("paused", due_time(*activity.paused_at, activity.now) + " by " + activity.paused_by.value_or(""));
        add("pause reason", activity.pause_reason.value_or(""));
    }
    if (activity.cancel_requested) add("cancel", "requested", Color::yellow);
    const int most = options.retry.maximum_attempts;
    add("attempt", std::to_string(activity.attempt) + (most > 0 ? " of " + std::to_string(most) : ""));
    if (activity.lost_attempts > 0) add("lost attempts", std::to_string(activity.lost_attempts));
    add("worker", activity.worker.value_or(""));
    add("scheduled", due_time(activity.scheduled_at, activity.now) + "  " + activity.task.source);
    if (activity.available_at && !activity.worker) add("due", due_time(*activity.available_at, activity.now));
    if (activity.times_out_at) add("times out", due_time(*activity.times_out_at, activity.now));
    add("schedule-to-close", limit_text(options.schedule_to_close));
    add("schedule-to-start", limit_text(options.schedule_to_start));
    add("start-to-close", limit_text(options.start_to_close));
    add("heartbeat", limit_text(options.heartbeat));
    add("priority", std::to_string(activity.priority));
    add("limit key", activity.limit_key.value_or(""));
    if (activity.last_failure) add("last failure", activity.last_failure->to_string(), Color::red);
    add("input", cut(to_json(activity.task.input).dump(), 400));
    if (activity.heartbeat_details) add("details", cut(to_json(*activity.heartbeat_details).dump(), 400));
    facts.print(session.out(), session.style());
}

int describe(const Session& session, const ActivityArgument& argument) {
    auto client = activity_client(session);
    const auto found = client.describe(argument.ref());
    if (!found) {
        throw CommandError(
            exit_not_found,
            fmt::format("activity {} of {} has no row: it has ended, or the worker of its run runs "
                        "it itself",
                        argument.event, argument.run.name),
            "callflex workflow why " + argument.run.name);
    }
    if (session.for_people()) {
        print(session, *found);
        return exit_ok;
    }
    Json json = to_json(*found);
    json["input"] = to_json(found->task.input);
    if (found->heartbeat_details) json["heartbeat_details"] = to_json(*found->heartbeat_details);
    session.print_json(json);
    return exit_ok;
}

}  // namespace

void define_activity_describe(CLI::App& app, Session& session) {
    auto activity = std::make_shared<ActivityArgument>();
    add_activity_argument(app, *activity);
    manual(app,
           "Shows what is known about a pending activity that has left the worker of its run: state, who "
           "paused it "
           "and why, attempts, time-outs, last failure, input and heartbeat details, as operators have left "
           "them. "
           "JSON: as activity list, with input and heartbeat_details?.",
           {{"callflex activity describe onboarding-acme 12", "the activity that event 12 has scheduled"}});
    app.callback([activity, &session] { session.exit_code = describe(session, *activity); });
}

}  // namespace callflex::cli

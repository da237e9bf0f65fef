#include "api/cli/activity_arguments.hpp"

#include <fmt/format.h>

#include "api/cli/payload_settings.hpp"
#include "api/cli/run_json.hpp"

namespace callflex::cli {
namespace {

using durable::client::Answer;
using durable::client::Ordered;
using durable::store::AnswerOutcome;
using durable::store::OrderOutcome;

void add_options(Json& json, const durable::ActivityOptions& options) {
    const auto seconds = [&](const char* name, durable::Duration time) {
        if (time > durable::Duration::zero()) json[name] = std::chrono::duration<double>(time).count();
    };
    seconds("schedule_to_close_s", options.schedule_to_close);
    seconds("schedule_to_start_s", options.schedule_to_start);
    seconds("start_to_close_s", options.start_to_close);
    seconds("heartbeat_s", options.heartbeat);
    if (options.retry.maximum_attempts > 0) json["maximum_attempts"] = options.retry.maximum_attempts;
}

}  // namespace

void add_activity_argument(CLI::App& app, ActivityArgument& activity) {
    add_run_argument(app, activity.run);
    app.add_option("EVENT", activity.event, "Number of the event that scheduled it: see activity list")
        ->required()
        ->check(CLI::Range(1, 2'147'483'647));
}

void add_order_arguments(CLI::App& app, OrderArguments& order) {
    add_activity_argument(app, order.activity);
    app.add_option("--reason,-r", order.reason, "Why: recorded with your name")->type_name("TEXT");
}

durable::client::ActivityClient activity_client(const Session& session) {
    durable::client::ClientOptions options{session.database_url()};
    options.payloads = payload_settings(session);
    return durable::client::ActivityClient{options};
}

int report_ordered(const Session& session, const ActivityArgument& activity, const Ordered& ordered,
                   const std::string& done) {
    if (ordered.outcome == OrderOutcome::not_found) {
        throw CommandError(exit_not_found, ordered.problem, "callflex activity list");
    }
    if (!ordered.good()) throw CommandError(exit_refused, ordered.problem);
    const bool changed = ordered.outcome == OrderOutcome::done;
    if (!session.for_people()) {
        Json json{{"run_id", ordered.run.value.to_string()}, {"event", activity.event}, {"changed", changed}};
        if (!ordered.note.empty()) json["note"] = ordered.note;
        session.print_json(json);
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(changed ? Color::green : Color::yellow, changed ? done : "it was so already")
                  << "  activity " << activity.event << " of " << harmless(activity.run.name) << '\n';
    if (!ordered.note.empty()) session.out() << style(Color::dim, "  " + harmless(ordered.note)) << '\n';
    return exit_ok;
}

int report_answer(const Session& session, const Answer& answer, const std::string& done) {
    if (answer.outcome == AnswerOutcome::not_found) throw CommandError(exit_not_found, answer.problem);
    if (!answer.good()) throw CommandError(exit_refused, answer.problem);
    const bool repeated = answer.outcome == AnswerOutcome::repeated;
    if (!session.for_people()) {
        session.print_json({{"accepted", !repeated}, {"repeated", repeated}});
        return exit_ok;
    }
    session.out() << session.style()(repeated ? Color::yellow : Color::green,
                                     repeated ? "had been accepted before" : done)
                  << '\n';
    return exit_ok;
}

Json to_json(const durable::store::PendingActivity& activity) {
    Json json{{"run_id", activity.run.value.to_string()},
              {"event", activity.activity.value},
              {"workflow_id", activity.workflow.value},
              {"type", activity.type},
              {"queue", activity.queue}};
    if (!activity.tenant.value.empty()) json["tenant"] = activity.tenant.value;
    json["state"] = activity.state;
    json["attempt"] = activity.attempt;
    json["lost_attempts"] = activity.lost_attempts;
    json["priority"] = activity.priority;
    if (activity.limit_key) json["limit_key"] = *activity.limit_key;
    json["scheduled_at"] = json_time(activity.scheduled_at);
    if (activity.available_at) json["available_at"] = json_time(*activity.available_at);
    if (activity.times_out_at) json["times_out_at"] = json_time(*activity.times_out_at);
    if (activity.worker) json["worker"] = *activity.worker;
    if (activity.cancel_requested) json["cancel_requested"] = true;
    if (activity.paused_at) {
        json["paused"] = {{"at", json_time(*activity.paused_at)},
                          {"by", activity.paused_by.value_or("")},
                          {"reason", activity.pause_reason.value_or("")}};
    }
    add_options(json, activity.task.options);
    if (activity.last_failure) json["last_failure"] = to_json(*activity.last_failure);
    return json;
}

Color state_color(const std::string& state) {
    if (state == "paused") return Color::yellow;
    if (state == "retrying") return Color::red;
    if (state == "awaiting") return Color::blue;
    return Color::cyan;
}

}  // namespace callflex::cli

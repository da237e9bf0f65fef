#include "api/cli/schedules.hpp"

#include <fmt/format.h>

#include "api/cli/payload_settings.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"
#include "engine/schedule/schedule_error.hpp"

namespace callflex::cli {

using durable::OverlapPolicy;

void with_schedules(const Session& session, const std::function<void(ScheduleClient&)>& act) {
    ScheduleClient client{{.connection_string = session.database_url(),
                           .connections_max = 1,
                           .patience = std::chrono::milliseconds{2000},
                           .payloads = payload_settings(session)}};
    try {
        act(client);
    } catch (const durable::client::NotFound& error) {
        throw CommandError(exit_not_found, error.what(), "callflex schedule list");
    } catch (const durable::schedule::ScheduleError& error) {
        throw CommandError(exit_usage, error.what(), "callflex schedule update");
    }
}

void add_schedule_argument(CLI::App& app, std::string& id) {
    app.add_option("SCHEDULE", id, "The schedule's id")->required();
}

void add_overlap_option(CLI::App& app, std::string& policy, const std::string& what) {
    std::vector<std::string> names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<OverlapPolicy>>(
        [&](auto enumerator) { names.emplace_back(enumerator.name); });
    app.add_option("--overlap", policy, what)->type_name("POLICY")->check(CLI::IsMember(names));
}

OverlapPolicy overlap_policy(const std::string& name) {
    OverlapPolicy policy{};
    if (!boost::describe::enum_from_string(name.c_str(), policy)) {
        throw CommandError(exit_usage, fmt::format("\"{}\" is no overlap policy", name));
    }
    return policy;
}

std::string state_of(const ScheduleInfo& schedule) {
    if (schedule.paused) return "paused";
    if (schedule.unread) return "new";
    return schedule.next_nominal ? "active" : "over";
}

Color state_color(const ScheduleInfo& schedule) {
    if (schedule.paused) return Color::yellow;
    if (schedule.unread) return Color::cyan;
    return schedule.next_nominal ? Color::green : Color::dim;
}

std::string rule_of(const ScheduleInfo& schedule) {
    const durable::ScheduleSpec& spec = schedule.spec;
    if (!spec.every) return fmt::format("{} ({})", spec.cron, spec.time_zone);
    std::string text = "every " + durable::client::human_duration(*spec.every);
    if (spec.offset.count() > 0) text += " + " + durable::client::human_duration(spec.offset);
    return text;
}

Json to_json(const ScheduleInfo& schedule) {
    const durable::ScheduleSpec& spec = schedule.spec;
    Json json{{"schedule_id", spec.id},
              {"rule", rule_of(schedule)},
              {"time_zone", spec.time_zone},
              {"overlap", name_of(spec.overlap)},
              {"workflow_type", spec.workflow.type},
              {"state", state_of(schedule)}};
    if (!schedule.note.empty()) json["note"] = schedule.note;
    if (schedule.next_nominal && !schedule.paused) json["next"] = json_time(*schedule.next_nominal);
    json["actions"] = schedule.actions;
    json["missed"] = schedule.missed;
    json["skipped"] = schedule.skipped;
    json["waiting"] = schedule.waiting;
    json["running"] = schedule.running;
    if (schedule.last) {
        json["last"] = {{"nominal", json_time(schedule.last->nominal)},
                        {"workflow_id", schedule.last->workflow.value},
                        {"run_id", schedule.last->run.value.to_string()}};
    }
    return json;
}

int report_done(const Session& session, const std::string& id, const std::string& what) {
    if (session.for_people()) {
        session.out() << session.style()(Color::green, what) << "  " << harmless(id) << '\n';
    } else {
        session.print_json({{"schedule_id", id}, {what, true}});
    }
    return exit_ok;
}

}  // namespace callflex::cli

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/schedules.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

namespace callflex::cli {
namespace {

void print_table(const Session& session, const std::vector<ScheduleInfo>& schedules) {
    Table table({"SCHEDULE", "RULE", "STATE", "NEXT", "LAST", "ACTIONS", "MISSED", "SKIPPED", "NOTE"});
    for (const auto& schedule : schedules) {
        const bool moves = schedule.next_nominal && !schedule.paused;
        table.add({{schedule.spec.id, Color::bold},
                   {rule_of(schedule)},
                   {state_of(schedule), state_color(schedule)},
                   {moves ? session.moment(*schedule.next_nominal, schedule.now) : ""},
                   {schedule.last ? session.moment(schedule.last->nominal, schedule.now) : ""},
                   {std::to_string(schedule.actions)},
                   {std::to_string(schedule.missed), schedule.missed > 0 ? Color::yellow : Color::plain},
                   {std::to_string(schedule.skipped)},
                   {cut(schedule.note, 60)}});
    }
    table.print(session.out(), session.style());
}

int list(const Session& session) {
    std::vector<ScheduleInfo> schedules;
    with_schedules(session, [&](ScheduleClient& client) { schedules = client.list(); });
    if (print_rows(session, schedules, [](const auto& schedule) { return to_json(schedule); }))
        return exit_ok;
    if (schedules.empty()) {
        session.err() << "no schedules\n";
    } else {
        print_table(session, schedules);
    }
    return exit_ok;
}

}  // namespace

void define_schedule_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(
        app,
        "Lists schedules by id: their rule, when the next run is due, how many runs there have been, how "
        "many "
        "nominal times were missed (nobody could act within the catch-up window) and skipped (by the overlap "
        "policy). JSON: an array of {schedule_id, rule, time_zone, overlap, workflow_type, state, note?, "
        "next?, "
        "actions, missed, skipped, waiting, running, last?: {nominal, workflow_id, run_id}}.",
        {{"callflex schedule list", "what runs by the clock"},
         {"callflex schedule list -o jsonl | jq -r 'select(.state == \"paused\").schedule_id'",
          "which ones are paused"}});
    app.callback([watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return list(session); });
    });
}

}  // namespace callflex::cli

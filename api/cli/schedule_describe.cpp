#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/schedules.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::client::due_time;
using durable::client::human_duration;

struct DescribeArguments {
    std::string id;
    std::size_t next = 5;
    WatchArguments watch;
};

Json full_json(const ScheduleInfo& schedule, const std::vector<durable::Timestamp>& next) {
    Json json = to_json(schedule);
    json["revision"] = schedule.revision;
    json["spec"] = Json::parse(durable::encode(schedule.spec).json);
    if (!schedule.unreadable.empty()) json["input_unreadable"] = schedule.unreadable;
    json["created_at"] = json_time(schedule.created_at);
    json["updated_at"] = json_time(schedule.updated_at);
    json["next_times"] = Json::array();
    for (const auto time : next) json["next_times"].push_back(json_time(time));
    return json;
}

void print_facts(const Session& session, const ScheduleInfo& schedule) {
    const durable::ScheduleSpec& spec = schedule.spec;
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        if (!value.empty()) facts.add({{name, Color::dim}, {value, color}});
    };
    add("schedule", spec.id, Color::bold);
    add("state", state_of(schedule), state_color(schedule));
    add("note", schedule.note);
    add("rule", rule_of(schedule));
    if (!spec.every) add("summer time", name_of(spec.dst));
    if (spec.start) add("from", due_time(*spec.start, schedule.now));
    if (spec.end) add("until", due_time(*spec.end, schedule.now));
    if (spec.jitter.count() > 0) add("jitter", "up to " + human_duration(spec.jitter));
    add("overlap", name_of(spec.overlap));
    add("catch-up", human_duration(spec.catch_up));
    if (spec.pause_on_failure) add("on failure", "pauses");
    add("starts", fmt::format("{} on queue {}", spec.workflow.type, spec.workflow.queue));
    add("tenant", spec.workflow.tenant.value);
    add("input", schedule.unreadable, Color::yellow);
    const std::string limit = spec.limited_actions ? fmt::format(" of {}", *spec.limited_actions) : "";
    add("revision", std::to_string(schedule.revision));
    add("actions", fmt::format("{}{}", schedule.actions, limit));
    add("missed", std::to_string(schedule.missed), schedule.missed > 0 ? Color::yellow : Color::plain);
    add("skipped", std::to_string(schedule.skipped));
    add("waiting", std::to_string(schedule.waiting));
    add("running", std::to_string(schedule.running));
    if (schedule.last) {
        add("last run", schedule.last->workflow.value);
        add("", due_time(schedule.last->nominal, schedule.now));
    }
    facts.print(session.out(), session.style());
}

int describe(const Session& session, const DescribeArguments& arguments) {
    ScheduleInfo schedule;
    with_schedules(session, [&](ScheduleClient& client) { schedule = client.describe(arguments.id); });
    const auto next = durable::client::next_times(schedule, arguments.next);
    if (!session.for_people()) {
        session.print_json(full_json(schedule, next));
        return exit_ok;
    }
    print_facts(session, schedule);
    if (next.empty()) return exit_ok;
    const char* const heading = schedule.paused ? "Next times, were it not paused" : "Next times";
    session.out() << '\n' << session.style()(Color::bold, heading) << '\n';
    for (const auto time : next) session.out() << "  " << due_time(time, schedule.now) << '\n';
    return exit_ok;
}

}  // namespace

void define_schedule_describe(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DescribeArguments>();
    add_schedule_argument(app, arguments->id);
    app.add_option("--next", arguments->next, "So many of the next nominal times")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000));
    add_watch_arguments(app, arguments->watch);
    manual(
        app,
        "Shows a schedule's rule and policies, what it has done, and when it runs next. JSON: what "
        "`schedule list` "
        "shows, and {spec, input_unreadable, created_at, updated_at, next_times}; durations in the spec are "
        "microseconds; input_unreadable says why an encrypted input is not shown.",
        {{"callflex schedule describe usage-aggregation", "the facts"},
         {"callflex schedule describe usage-aggregation --next 30", "the next thirty times"}});
    app.callback([arguments, &session] {
        session.exit_code =
            watched(session, arguments->watch, [&](bool&) { return describe(session, *arguments); });
    });
}

}  // namespace callflex::cli

// schedule create, update and next: what runs by the clock, said on the command line.

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/run_terms.hpp"
#include "api/cli/schedules.hpp"
#include "api/cli/start_arguments.hpp"
#include "engine/client/human_time.hpp"
#include "engine/schedule/schedule_error.hpp"
#include "engine/schedule/timetable.hpp"

namespace callflex::cli {
namespace {

using durable::ScheduleSpec;

/// What was given; the rest stays as it is (update) or as specs begin (create).
struct SpecArguments {
    std::string id;
    std::optional<std::string> cron, every, offset, time_zone, start, end, jitter, catch_up, type, input,
        tenant, queue, name_space, overlap, dst;
    RunTerms terms;
    std::optional<std::vector<std::string>> also, except;
    std::optional<std::int64_t> limited_actions;
    std::optional<bool> pause_on_failure;
    std::optional<std::int64_t> revision;
    bool unknown_type = false;
};

template <class Enum>
Enum named(const std::string& name, const std::string& option, const std::string& known) {
    Enum value{};
    if (boost::describe::enum_from_string(name.c_str(), value)) return value;
    throw CommandError(exit_usage, option + " knows no " + name, known);
}

void change_rule(ScheduleSpec& spec, const SpecArguments& given) {
    if (given.cron) {
        spec.cron = *given.cron;
        spec.every.reset();
    }
    if (given.every) {
        spec.every = parse_duration(*given.every);
        spec.cron.clear();
        spec.also.clear();
    }
    if (given.offset) spec.offset = parse_duration(*given.offset);
    if (given.also) spec.also = *given.also;
    if (given.except) spec.except = *given.except;
    if (given.time_zone) spec.time_zone = *given.time_zone;
    if (given.dst) spec.dst = named<durable::DstPolicy>(*given.dst, "--dst", "shift, skip, first or both");
    if (given.start) spec.start = parse_moment(*given.start, local_now());
    if (given.end) spec.end = parse_moment(*given.end, local_now());
}

void change(ScheduleSpec& spec, const SpecArguments& given) {
    change_rule(spec, given);
    if (given.jitter) spec.jitter = parse_duration(*given.jitter);
    if (given.catch_up) spec.catch_up = parse_duration(*given.catch_up);
    if (given.overlap) spec.overlap = overlap_policy(*given.overlap);
    if (given.limited_actions) spec.limited_actions = given.limited_actions;
    if (given.pause_on_failure) spec.pause_on_failure = *given.pause_on_failure;
    if (given.type) spec.workflow.type = *given.type;
    if (given.input) spec.workflow.input = durable::parse_payload(*given.input);
    if (given.tenant) spec.workflow.tenant = durable::Tenant{*given.tenant};
    if (given.queue) spec.workflow.queue = *given.queue;
    if (given.name_space) spec.workflow.name_space = *given.name_space;
}

/// A type that nobody knows would start a run for each nominal time, and each would block.
void check_new_type(Session& session, const SpecArguments& given) {
    if (given.type) check_type(session, *given.type, given.unknown_type);
}

template <class Act>
auto checked(const Act& act) {
    try {
        return act();
    } catch (const durable::schedule::ScheduleError& error) {
        throw CommandError(exit_usage, error.what(), "callflex schedule create --help");
    } catch (const durable::DecodeError& error) {
        throw CommandError(exit_usage, std::string{"the input is not JSON: "} + error.what(),
                           "--input '{…}'");
    }
}

int create(Session& session, const SpecArguments& arguments) {
    check_new_type(session, arguments);
    ScheduleSpec spec;
    spec.id = arguments.id;
    checked([&] { change(spec, arguments); });
    arguments.terms.put_into(spec.workflow, session);
    bool created = false;
    with_schedules(session,
                   [&](ScheduleClient& client) { created = checked([&] { return client.create(spec); }); });
    if (!created) {
        throw CommandError(exit_refused, "there is a schedule " + spec.id + " already",
                           "callflex schedule update");
    }
    return report_done(session, spec.id, "created");
}

int update(Session& session, const SpecArguments& arguments) {
    check_new_type(session, arguments);
    auto result = durable::store::ScheduleUpdate::unchanged;
    with_schedules(session, [&](ScheduleClient& client) {
        const ScheduleInfo known = client.describe(arguments.id);
        ScheduleSpec spec = known.spec;
        checked([&] { change(spec, arguments); });
        arguments.terms.put_into(spec.workflow, session);
        result = checked([&] { return client.update(spec, arguments.revision.value_or(known.revision)); });
    });
    if (result == durable::store::ScheduleUpdate::conflict) {
        throw CommandError(exit_refused, "schedule " + arguments.id + " has been changed meanwhile",
                           "look at it with callflex schedule describe, then try again");
    }
    const bool same = result == durable::store::ScheduleUpdate::unchanged;
    return report_done(session, arguments.id, same ? "unchanged" : "updated");
}

void add_rule(CLI::App& app, SpecArguments& arguments) {
    app.add_option("--cron", arguments.cron, "When: \"0 2 * * *\", \"*/10 * * * * *\", \"@daily\"")
        ->type_name("CRON");
    app.add_option("--also", arguments.also, "And then; repeatable")->type_name("CRON");
    app.add_option("--every", arguments.every, "Or so often: 15m")->type_name("DURATION");
    app.add_option("--offset", arguments.offset, "Of the interval, from 1970")->type_name("DURATION");
    app.add_option("--except", arguments.except, "But not then: a date or a cron expression; repeatable")
        ->type_name("DATE|CRON");
    app.add_option("--time-zone", arguments.time_zone, "IANA name [UTC]")->type_name("ZONE");
    app.add_option("--dst", arguments.dst,
                   "Times that the clock's change skips or repeats: shift, skip, first, both")
        ->type_name("POLICY");
    app.add_option("--start", arguments.start, "Not before")->type_name("TIME");
    app.add_option("--end", arguments.end, "Not at or after")->type_name("TIME");
}

void add_spec(CLI::App& app, SpecArguments& arguments) {
    add_schedule_argument(app, arguments.id);
    add_rule(app, arguments);
    app.add_option("--type", arguments.type, "The workflow to start")->type_name("TYPE");
    app.add_flag("--unknown-type", arguments.unknown_type, "Even though this build does not know the type");
    app.add_option("--input", arguments.input, "Its input")->type_name("JSON");
    app.add_option("--tenant", arguments.tenant, "Whose runs they are")->type_name("TENANT");
    app.add_option("--queue", arguments.queue, "Their queue [default]")->type_name("QUEUE");
    app.add_option("--namespace,-n", arguments.name_space, "Their namespace [default]")->type_name("NAME");
    add_run_terms(app, arguments.terms);
    app.add_option(
           "--overlap", arguments.overlap,
           "While a run goes on: skip, buffer_one, buffer_all, cancel_other, terminate_other, allow_all")
        ->type_name("POLICY");
    app.add_option("--jitter", arguments.jitter, "Start later by up to this")->type_name("DURATION");
    app.add_option("--catch-up", arguments.catch_up, "Make up for what passed unnoticed, so far back [1h]")
        ->type_name("DURATION");
    app.add_option("--limited-actions", arguments.limited_actions, "Over after so many runs")->type_name("N");
    app.add_option("--pause-on-failure", arguments.pause_on_failure, "Pause when a run fails: true, false");
}

}  // namespace

void define_schedule_create(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SpecArguments>();
    add_spec(app, *arguments);
    manual(app,
           "Makes a schedule: each time that its rules name starts one run, whose workflow id says which "
           "time it is "
           "for. JSON: {schedule_id, created}.",
           {{"callflex schedule create nightly --cron '0 2 * * *' --time-zone Europe/Berlin --type "
             "usage-aggregation",
             "every night at two"},
            {"callflex schedule create poll --every 15m --except 2026-12-25 --type usage-aggregation --input "
             "'{}'",
             "every quarter of an hour, but on Christmas"}});
    app.callback([arguments, &session] { session.exit_code = create(session, *arguments); });
}

void define_schedule_update(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SpecArguments>();
    add_spec(app, *arguments);
    app.add_option("--revision", arguments->revision, "Only if it is still the one that `describe` showed")
        ->type_name("N");
    manual(
        app,
        "Changes what is given of a schedule; the rest, its pause, note and counts stay. A schedule that the "
        "program declares gets its declaration back with the next deployment. JSON: {schedule_id, updated}.",
        {{"callflex schedule update nightly --cron '0 3 * * *'", "an hour later"},
         {"callflex schedule update nightly --overlap buffer_one --revision 4",
          "unless somebody was faster"}});
    app.callback([arguments, &session] { session.exit_code = update(session, *arguments); });
}

void define_schedule_next(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SpecArguments>();
    auto count = std::make_shared<std::size_t>(10);
    add_rule(app, *arguments);
    app.add_option("--count,-n", *count, "So many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    manual(app,
           "Shows the next times that a rule names, without a schedule and without a database. JSON: "
           "{next_times}.",
           {{"callflex schedule next --cron '30 2 * * *' --time-zone Europe/Berlin --start 2027-03-27",
             "what happens when the clocks change?"}});
    app.callback([arguments, count, &session] {
        ScheduleSpec spec;
        spec.id = "next";
        spec.workflow.type = "next";
        const auto times = checked([&] {
            change(spec, *arguments);
            return durable::schedule::Timetable{spec}.upcoming(local_now(), *count);
        });
        Json array = Json::array();
        for (const auto time : times) array.push_back(json_time(time));
        if (!session.for_people()) return session.print_json({{"next_times", array}});
        for (const auto time : times) session.out() << durable::client::iso_time(time) << '\n';
    });
}

}  // namespace callflex::cli

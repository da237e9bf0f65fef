#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/schedules.hpp"

namespace callflex::cli {
namespace {

struct BackfillArguments {
    std::string id;
    std::string from;
    std::string until;
    std::string overlap = "buffer_all";
};

int backfill(const Session& session, const BackfillArguments& arguments) {
    const auto from = parse_moment(arguments.from, local_now());
    const auto until = parse_moment(arguments.until, local_now());
    if (until <= from)
        throw CommandError(exit_usage, "the range ends before it begins", "--from is the earlier one");
    std::size_t count = 0;
    try {
        with_schedules(session, [&](ScheduleClient& client) {
            count = client.backfill(arguments.id, from, until, overlap_policy(arguments.overlap));
        });
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_refused, error.what(), "a shorter range");
    }
    if (!session.for_people()) {
        session.print_json({{"schedule_id", arguments.id}, {"nominal_times", count}});
        return exit_ok;
    }
    session.out() << session.style()(
                         count > 0 ? Color::green : Color::yellow,
                         fmt::format("{} nominal {} put in line", count, count == 1 ? "time" : "times"))
                  << "  " << harmless(arguments.id) << '\n';
    return exit_ok;
}

}  // namespace

void define_schedule_backfill(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<BackfillArguments>();
    add_schedule_argument(app, arguments->id);
    app.add_option("--from", arguments->from, "First moment of the range: time (ISO 8601), or an age: 7d")
        ->type_name("TIME")
        ->required();
    app.add_option("--until", arguments->until, "End of the range, not included")
        ->type_name("TIME")
        ->required();
    add_overlap_option(app, arguments->overlap,
                       "How its runs go with each other and with the others [buffer_all]");
    manual(app,
           "Runs the nominal times of a range, oldest first, whether the schedule is paused or not and "
           "however old "
           "they are. By default one at a time. A nominal time that has had its run does not get another "
           "one. At most "
           "1,000 may wait (exit code 6). JSON: {schedule_id, nominal_times}.",
           {{"callflex schedule backfill usage-aggregation --from 2026-11-01 --until 2026-11-08",
             "a week, again"},
            {"callflex schedule backfill usage-aggregation --from 30d --until 0s --overlap allow_all",
             "the last thirty days, all at once"}});
    app.callback([arguments, &session] { session.exit_code = backfill(session, *arguments); });
}

}  // namespace callflex::cli

// schedule pause and unpause.

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/schedules.hpp"

namespace callflex::cli {
namespace {

struct PauseArguments {
    std::string id;
    std::string note;
};

std::shared_ptr<PauseArguments> add_arguments(CLI::App& app) {
    auto arguments = std::make_shared<PauseArguments>();
    add_schedule_argument(app, arguments->id);
    app.add_option("--note,-n", arguments->note, "Why, for the next one who looks")->type_name("TEXT");
    return arguments;
}

}  // namespace

void define_schedule_pause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(
        app,
        "Starts nothing more until `schedule unpause`; runs that are under way go on. What passes during the "
        "pause "
        "is not made up for (`schedule backfill` does that); what waited already goes on waiting. Survives "
        "deployments. JSON: {schedule_id, paused}.",
        {{"callflex schedule pause usage-aggregation --note 'numbers look wrong, see ticket 12'",
          "hold it"}});
    app.callback([arguments, &session] {
        with_schedules(session,
                       [&](ScheduleClient& client) { client.pause(arguments->id, arguments->note); });
        session.exit_code = report_done(session, arguments->id, "paused");
    });
}

void define_schedule_unpause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(
        app,
        "Lets a paused schedule go on: first what waited, then its next nominal time from now. The note is "
        "replaced. JSON: {schedule_id, unpaused}.",
        {{"callflex schedule unpause usage-aggregation", "go on"}});
    app.callback([arguments, &session] {
        with_schedules(session,
                       [&](ScheduleClient& client) { client.unpause(arguments->id, arguments->note); });
        session.exit_code = report_done(session, arguments->id, "unpaused");
    });
}

}  // namespace callflex::cli

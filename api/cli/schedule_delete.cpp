#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/schedules.hpp"

namespace callflex::cli {

void define_schedule_delete(CLI::App& app, Session& session) {
    auto id = std::make_shared<std::string>();
    add_schedule_argument(app, *id);
    manual(app,
           "Removes a schedule with its counts, its pause and what waits in it; runs that are under way go "
           "on. One "
           "that this build declares comes back with the next worker or `callflex migrate`: pause it "
           "instead. JSON: "
           "{schedule_id, deleted}.",
           {{"callflex schedule delete old-report", "one that migrate names as not declared"}});
    app.callback([id, &session] {
        with_schedules(session, [&](ScheduleClient& client) { client.remove(*id); });
        session.exit_code = report_done(session, *id, "deleted");
    });
}

}  // namespace callflex::cli

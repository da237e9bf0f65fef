#include "api/cli/activity_arguments.hpp"
#include "api/cli/activity_options.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

struct UpdateArguments {
    OrderArguments order;
    ActivityOptionArguments options;
    std::string queue;
};

int update(const Session& session, const UpdateArguments& arguments) {
    auto changes = arguments.options.changes();
    if (!arguments.queue.empty()) changes.queue = arguments.queue;
    const auto& order = arguments.order;
    auto client = activity_client(session);
    return report_ordered(session, order.activity,
                          client.update_options(order.activity.ref(), changes, order.by()), "changed");
}

}  // namespace

void define_activity_update_options(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<UpdateArguments>();
    add_order_arguments(app, arguments->order);
    add_activity_options(app, arguments->options);
    app.add_option("--queue,-q", arguments->queue, "Whose workers run it")->type_name("NAME");
    manual(
        app,
        "Changes time-outs, retries, queue or priority of a pending activity, for the attempts to come; "
        "schedule-to-close counts from the schedule, at once. An attempt that is under way keeps what it was "
        "given, but its failure is not final. JSON: {run_id, event, changed, note?}.",
        {{"callflex activity update-options webhook-41 2 --maximum-attempts 0 --maximum-interval 1h",
          "try for ever, hourly"},
         {"callflex activity update-options report-7 3 --queue big --start-to-close 2h --reason 'too slow "
          "here'",
          "elsewhere, with more time"}});
    app.callback([arguments, &session] { session.exit_code = update(session, *arguments); });
}

}  // namespace callflex::cli

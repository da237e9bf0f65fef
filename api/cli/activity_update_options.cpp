#include "api/cli/activity_batches.hpp"
#include "api/cli/activity_options.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

struct UpdateArguments {
    OrdersArguments orders;
    ActivityOptionArguments options;
    std::string queue;
};

int update(Session& session, const UpdateArguments& arguments) {
    auto changes = arguments.options.changes();
    if (!arguments.queue.empty()) changes.queue = arguments.queue;
    if (arguments.orders.is_query()) {
        return order_many(session, arguments.orders, durable::client::BatchVerb::activity_update_options,
                          {.changes = changes});
    }
    const auto& order = arguments.orders.order;
    auto client = activity_client(session);
    return report_ordered(session, order.activity,
                          client.update_options(order.activity.ref(), changes, order.by()), "changed");
}

}  // namespace

void define_activity_update_options(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<UpdateArguments>();
    add_orders_arguments(app, arguments->orders);
    add_activity_options(app, arguments->options);
    app.add_option("--queue", arguments->queue, "Whose workers run it")->type_name("NAME");
    manual(
        app,
        "Changes time-outs, retries, queue or priority of a pending activity, for the attempts to come; "
        "schedule-to-close counts from the schedule, at once. An attempt that is under way keeps what it was "
        "given, but its failure is not final. JSON: {run_id, event, changed, note?}.",
        {{"callflex activity update-options webhook-41 2 --maximum-attempts 0 --maximum-interval 1h",
          "try for ever, hourly"},
         {"callflex activity update-options report-7 3 --queue big --start-to-close 2h --reason 'too slow "
          "here'",
          "elsewhere, with more time"},
         {"callflex activity update-options -q \"Type = 'notify'\" --type send_sms --initial-interval 5m "
          "--yes",
          "all of that type in many runs, by a batch job"}});
    app.callback([arguments, &session] { session.exit_code = update(session, *arguments); });
}

}  // namespace callflex::cli

#include "api/cli/activity_batches.hpp"

namespace callflex::cli {

bool OrdersArguments::is_query() const {
    if (!runs.query.empty()) return true;
    if (order.activity.run.name.empty() || order.activity.event == 0) {
        throw CommandError(exit_usage, "RUN and EVENT, or --query are required", "the same with --help");
    }
    return false;
}

void add_orders_arguments(CLI::App& app, OrdersArguments& orders) {
    add_order_arguments(app, orders.order);
    app.get_option("EVENT")->required(false);
    add_query_arguments(app, orders.runs, app.get_option("RUN")->required(false));
    app.add_option("--type,-t", orders.type, "With -q: only activities of this type")
        ->type_name("TYPE")
        ->needs(app.get_option("--query"));
}

int order_many(Session& session, const OrdersArguments& orders, durable::client::BatchVerb verb,
               durable::client::BatchArguments arguments) {
    RunsArgument runs = orders.runs;
    runs.run = orders.order.activity.run;
    if (!orders.type.empty()) arguments.activity_type = orders.type;
    return start_batch(session, runs, verb, std::move(arguments), orders.order.reason);
}

}  // namespace callflex::cli

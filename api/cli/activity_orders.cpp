// pause, unpause, reset, retry, skip and edit-input: an operator's hand on a pending activity. skip and edit-input take
// one activity only: a result and an input are an answer about that activity, not about all that are alike.

#include "api/cli/activity_batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

using durable::client::BatchVerb;

struct ResetArguments {
    OrdersArguments orders;
    bool keep_paused = false;
};
struct PayloadOrder {
    OrderArguments order;
    PayloadArgument payload;
};

/// Gives the order to the activity that is named, at once (`act`), or to all that a query finds, by a batch job.
template <class Act>
int give_order(Session& session, const OrdersArguments& orders, BatchVerb verb, const char* done, Act act,
               const durable::client::BatchArguments& more = {}) {
    if (orders.is_query()) return order_many(session, orders, verb, more);
    const OrderArguments& order = orders.order;
    auto client = activity_client(session);
    return report_ordered(session, order.activity, act(client, order), done);
}

}  // namespace

void define_activity_pause(CLI::App& app, Session& session) {
    auto orders = std::make_shared<OrdersArguments>();
    add_orders_arguments(app, *orders);
    manual(app,
           "Holds an activity back: an attempt that runs may end, no other one begins until it is unpaused. "
           "Schedule-to-close goes on running. JSON: {run_id, event, changed, note?}.",
           {{"callflex activity pause webhook-41 2 --reason 'their server is down until noon'", "hold it"},
            {"callflex activity pause -q \"Tenant = 'acme'\" --type send_email --reason 'wrong sender' --yes",
             "all of that type in many runs, by a batch job: prints its id"}});
    app.callback([orders, &session] {
        session.exit_code = give_order(session, *orders, BatchVerb::activity_pause, "paused",
                                       [](auto& client, const OrderArguments& order) {
                                           return client.pause(order.activity.ref(), order.by());
                                       });
    });
}

void define_activity_unpause(CLI::App& app, Session& session) {
    auto orders = std::make_shared<OrdersArguments>();
    add_orders_arguments(app, *orders);
    manual(app,
           "Lets a paused activity go on, now, whatever was left of its back-off. JSON: {run_id, event, "
           "changed, "
           "note?}.",
           {{"callflex activity unpause webhook-41 2", "let it go on"},
            {"callflex activity unpause -q \"Tenant = 'acme'\" --type send_email --rps 5 --yes",
             "many, not all at once"}});
    app.callback([orders, &session] {
        session.exit_code = give_order(session, *orders, BatchVerb::activity_unpause, "unpaused",
                                       [](auto& client, const OrderArguments& order) {
                                           return client.unpause(order.activity.ref(), order.by());
                                       });
    });
}

void define_activity_reset(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ResetArguments>();
    add_orders_arguments(app, arguments->orders);
    app.add_flag("--keep-paused", arguments->keep_paused, "A paused one stays paused");
    manual(
        app,
        "Begins an activity anew: attempt 1, no heartbeat details, all time-outs from now. A running attempt "
        "is "
        "asked to stop first; one that was handed out is taken back, its token is stale. JSON: {run_id, "
        "event, "
        "changed, note?}.",
        {{"callflex activity reset webhook-41 2 --reason 'their server is back'", "all attempts once more"},
         {"callflex activity reset -q \"RetryingActivity = 'webhook'\" --type webhook --yes",
          "of many runs"}});
    app.callback([arguments, &session] {
        const bool keep_paused = arguments->keep_paused;
        session.exit_code = give_order(session, arguments->orders, BatchVerb::activity_reset, "reset",
                                       [keep_paused](auto& client, const OrderArguments& order) {
                                           return client.reset(order.activity.ref(), keep_paused, order.by());
                                       },
                                       {.keep_paused = keep_paused});
    });
}

void define_activity_retry(CLI::App& app, Session& session) {
    auto orders = std::make_shared<OrdersArguments>();
    add_orders_arguments(app, *orders);
    manual(app,
           "Makes the next attempt of an activity that waits for its back-off now. JSON: {run_id, event, "
           "changed, "
           "note?}.",
           {{"callflex activity retry webhook-41 2", "do not wait"},
            {"callflex activity retry -q \"RetryingActivity = 'webhook'\" --type webhook --rps 20 --yes",
             "their server is back"}});
    app.callback([orders, &session] {
        session.exit_code = give_order(session, *orders, BatchVerb::activity_retry, "due now",
                                       [](auto& client, const OrderArguments& order) {
                                           return client.retry(order.activity.ref(), order.by());
                                       });
    });
}

void define_activity_skip(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PayloadOrder>();
    add_order_arguments(app, arguments->order);
    add_payload_arguments(app, arguments->payload, "The result that the workflow gets");
    manual(app,
           "Ends an activity with a result of yours, wherever it stands; an attempt that runs is asked to "
           "stop, and "
           "nobody listens to it any more. A result that the workflow's code cannot decode blocks its run. "
           "JSON: "
           "{run_id, event, changed, note?}.",
           {{"callflex activity skip onboarding-acme 12 -i '{\"number\":\"+14155550100\"}' --reason 'bought "
             "by hand'",
             "the step is done"}});
    app.callback([arguments, &session] {
        const auto& order = arguments->order;
        auto client = activity_client(session);
        session.exit_code = report_ordered(
            session, order.activity,
            client.skip(order.activity.ref(), arguments->payload.payload(), order.by()), "skipped");
    });
}

void define_activity_edit_input(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PayloadOrder>();
    add_order_arguments(app, arguments->order);
    add_payload_arguments(app, arguments->payload, "The input of the attempts to come");
    manual(
        app,
        "Gives the attempts to come another input. An attempt that is under way keeps what it was given; the "
        "history keeps what the workflow had given. JSON: {run_id, event, changed, note?}.",
        {{"callflex activity edit-input notify-7 2 -i '{\"to\":\"+14155550100\"}' --reason 'typing error'",
          "then: callflex activity retry notify-7 2"}});
    app.callback([arguments, &session] {
        const auto& order = arguments->order;
        auto client = activity_client(session);
        session.exit_code = report_ordered(
            session, order.activity,
            client.edit_input(order.activity.ref(), arguments->payload.payload(), order.by()), "changed");
    });
}

}  // namespace callflex::cli

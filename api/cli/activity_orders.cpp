// pause, unpause, reset, retry, skip and edit-input: an operator's hand on a pending activity.

#include "api/cli/activity_arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

struct ResetArguments {
    OrderArguments order;
    bool keep_paused = false;
};
struct PayloadOrder {
    OrderArguments order;
    PayloadArgument payload;
};

}  // namespace

void define_activity_pause(CLI::App& app, Session& session) {
    auto order = std::make_shared<OrderArguments>();
    add_order_arguments(app, *order);
    manual(app,
           "Holds an activity back: an attempt that runs may end, no other one begins until it is unpaused. "
           "Schedule-to-close goes on running. JSON: {run_id, event, changed, note?}.",
           {{"callflex activity pause webhook-41 2 --reason 'their server is down until noon'", "hold it"}});
    app.callback([order, &session] {
        auto client = activity_client(session);
        session.exit_code = report_ordered(session, order->activity,
                                           client.pause(order->activity.ref(), order->by()), "paused");
    });
}

void define_activity_unpause(CLI::App& app, Session& session) {
    auto order = std::make_shared<OrderArguments>();
    add_order_arguments(app, *order);
    manual(app,
           "Lets a paused activity go on, now, whatever was left of its back-off. JSON: {run_id, event, "
           "changed, "
           "note?}.",
           {{"callflex activity unpause webhook-41 2", "let it go on"}});
    app.callback([order, &session] {
        auto client = activity_client(session);
        session.exit_code = report_ordered(session, order->activity,
                                           client.unpause(order->activity.ref(), order->by()), "unpaused");
    });
}

void define_activity_reset(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ResetArguments>();
    add_order_arguments(app, arguments->order);
    app.add_flag("--keep-paused", arguments->keep_paused, "A paused one stays paused");
    manual(
        app,
        "Begins an activity anew: attempt 1, no heartbeat details, all time-outs from now. A running attempt "
        "is "
        "asked to stop first; one that was handed out is taken back, its token is stale. JSON: {run_id, "
        "event, "
        "changed, note?}.",
        {{"callflex activity reset webhook-41 2 --reason 'their server is back'", "all attempts once more"}});
    app.callback([arguments, &session] {
        const auto& order = arguments->order;
        auto client = activity_client(session);
        session.exit_code =
            report_ordered(session, order.activity,
                           client.reset(order.activity.ref(), arguments->keep_paused, order.by()), "reset");
    });
}

void define_activity_retry(CLI::App& app, Session& session) {
    auto order = std::make_shared<OrderArguments>();
    add_order_arguments(app, *order);
    manual(app,
           "Makes the next attempt of an activity that waits for its back-off now. JSON: {run_id, event, "
           "changed, "
           "note?}.",
           {{"callflex activity retry webhook-41 2", "do not wait"}});
    app.callback([order, &session] {
        auto client = activity_client(session);
        session.exit_code = report_ordered(session, order->activity,
                                           client.retry(order->activity.ref(), order->by()), "due now");
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

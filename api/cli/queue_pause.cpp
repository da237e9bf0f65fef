// queue pause and unpause.

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"

namespace callflex::cli {
namespace {

struct PauseArguments {
    std::string queue;
    std::string reason;
};

std::shared_ptr<PauseArguments> add_arguments(CLI::App& app) {
    auto arguments = std::make_shared<PauseArguments>();
    app.add_option("QUEUE", arguments->queue, "The queue's name")->required();
    add_reason_option(app, arguments->reason);
    return arguments;
}

}  // namespace

void define_queue_pause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(app,
           "From now on nothing is claimed from the queue, neither runs nor activities. What runs already "
           "ends, and "
           "its results are recorded; runs that workers hold go as far as their next activity. Starts and "
           "messages "
           "are taken as ever, and wait. `workflow why` says who paused it, and why. JSON: {queue, paused}.",
           {{"callflex queue pause default --reason 'vendor outage, ticket 12'", "hold everything"}});
    app.callback([arguments, &session] {
        with_queues(session, [&](QueueClient& client) {
            const bool done = client.pause(arguments->queue, {arguments->reason, identity()});
            session.exit_code = report_act(session, "queue", arguments->queue, "paused", done);
        });
    });
}

void define_queue_unpause(CLI::App& app, Session& session) {
    auto arguments = add_arguments(app);
    manual(app, "Lets a paused queue go on. JSON: {queue, unpaused}.",
           {{"callflex queue unpause default --reason 'vendor is back'", "go on"}});
    app.callback([arguments, &session] {
        with_queues(session, [&](QueueClient& client) {
            const bool done = client.unpause(arguments->queue, {arguments->reason, identity()});
            session.exit_code = report_act(session, "queue", arguments->queue, "unpaused", done);
        });
    });
}

}  // namespace callflex::cli

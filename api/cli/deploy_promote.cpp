// deploy promote, ramp, drain and end: who gets the runs.

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/deployments.hpp"

namespace callflex::cli {
namespace {

namespace store = durable::store;

struct PromoteArguments {
    DeployArguments deploy;
    int percent = 100;
    std::string verdict_age = "24h";
    bool force = false;
    bool without_workers = false;
};

void add_gates(CLI::App& app, PromoteArguments& arguments) {
    add_deploy_arguments(app, arguments.deploy);
    app.add_flag("--force", arguments.force, "Even without a good verdict; the audit trail keeps the reason");
    app.add_flag("--without-workers", arguments.without_workers, "Even if no live worker runs the build");
    app.add_option("--verdict-age", arguments.verdict_age, "How old the verdict may be")
        ->type_name("DURATION")
        ->capture_default_str();
}

std::string remedy_for(store::Promoted::Outcome outcome) {
    using Outcome = store::Promoted::Outcome;
    switch (outcome) {
        case Outcome::no_workers:
            return "start its workers first: they wait until it is promoted; or use --without-workers";
        case Outcome::bad_verdict:
            return "`callflex deploy check` of that build names them; --force promotes it all the same";
        case Outcome::nothing_to_ramp_beside:
            return "promote a first build: callflex deploy promote BUILD";
        default:
            return "run `callflex deploy check` with that build, or use --force with a reason";
    }
}

int promote(Session& session, const PromoteArguments& arguments) {
    store::Promotion promotion;
    promotion.queue = arguments.deploy.queue;
    promotion.build = arguments.deploy.build;
    promotion.percent = arguments.percent;
    promotion.verdict_age_max = parse_duration(arguments.verdict_age);
    promotion.force = arguments.force;
    promotion.without_workers = arguments.without_workers;
    promotion.act = arguments.deploy.act();
    const auto promoted = deployment_client(session).promote(promotion);
    using Outcome = store::Promoted::Outcome;
    if (promoted.outcome != Outcome::done && promoted.outcome != Outcome::unchanged)
        throw CommandError(exit_refused, promoted.detail, remedy_for(promoted.outcome));
    if (!session.for_people()) {
        session.print_json(to_json(promoted.deployment));
    } else if (promoted.outcome == Outcome::unchanged) {
        session.out() << fmt::format("it is so already: queue {}\n", harmless(promotion.queue));
    } else if (promotion.percent == 100) {
        session.out() << fmt::format("{} is the current build of queue {}\n", harmless(promotion.build),
                                     harmless(promotion.queue));
    } else {
        session.out() << fmt::format("{} gets {} % of the workflow ids that start on queue {}\n",
                                     harmless(promotion.build), promotion.percent, harmless(promotion.queue));
    }
    return exit_ok;
}

int drain(Session& session, const DeployArguments& arguments) {
    auto client = deployment_client(session);
    const auto stopped = client.stop_ramp(arguments.queue, arguments.build, arguments.act());
    if (stopped == store::Stopped::is_current) {
        throw CommandError(exit_refused, fmt::format("build {} is the current one", arguments.build),
                           "promote another build: this one drains then");
    }
    if (stopped == store::Stopped::not_routed) {
        throw CommandError(exit_not_found, fmt::format("queue {} has no deployment", arguments.queue),
                           "callflex deploy list");
    }
    std::int64_t pinned = 0;
    for (const auto& build : client.builds(arguments.queue)) {
        if (build.build == arguments.build) pinned = build.pinned_runs;
    }
    if (!session.for_people()) {
        session.print_json({{"queue", arguments.queue}, {"build", arguments.build}, {"pinned_runs", pinned}});
    } else if (pinned == 0) {
        session.out() << fmt::format("{} is drained: no open run is pinned to it\n",
                                     harmless(arguments.build));
    } else {
        session.out() << fmt::format(
            "{} drains: {} open runs are pinned to it; keep its workers until they "
            "end, or move them (workflow move)\n",
            harmless(arguments.build), pinned);
    }
    return exit_ok;
}

}  // namespace

void define_deploy_promote(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PromoteArguments>();
    add_gates(app, *arguments);
    manual(
        app,
        "Makes a build the current one of a queue: from the next claim on its workers, and no others, "
        "take new runs and the open ones that are not pinned to another build. Refused (exit code 6) "
        "without a good verdict of `deploy check`, if the verdict is too old, if since then a workflow type "
        "or a build has appeared that it has not seen, or if no live worker runs the build. The first "
        "promotion begins the routing of the queue; until then every worker takes every run. JSON: {queue, "
        "current, ramping?, percent?, changed_at}.",
        {{"callflex deploy promote 3f2a9c11d0aa --reason 'release 42'", "after its check has passed"},
         {"callflex deploy promote 3f2a9c11d0aa --force --reason 'hotfix for the outage'",
          "without a verdict"}});
    app.callback([arguments, &session] { session.exit_code = promote(session, *arguments); });
}

void define_deploy_ramp(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PromoteArguments>();
    add_gates(app, *arguments);
    app.add_option("--percent,-p", arguments->percent, "Share of the workflow ids that start")
        ->type_name("1..99")
        ->required()
        ->check(CLI::Range(1, 99));
    manual(
        app,
        "Gives a share of what starts to a build beside the current one. Which share a workflow id belongs "
        "to follows from its hash, so the same id goes the same way each time. What has started there "
        "stays there while it ramps. The gates are those of `deploy promote`. `deploy promote` makes it "
        "current, `deploy drain` takes it out. JSON: as of `deploy promote`.",
        {{"callflex deploy ramp 3f2a9c11d0aa --percent 5 --reason 'release 42, first step'",
          "one workflow id in twenty"}});
    app.callback([arguments, &session] { session.exit_code = promote(session, *arguments); });
}

void define_deploy_drain(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeployArguments>();
    add_deploy_arguments(app, *arguments);
    manual(app,
           "Takes a ramping build out: it gets nothing new, runs that are not pinned to it go to the current "
           "build within a second of their being let go of. Tells how many open runs are pinned to it; it is "
           "drained when there are none. JSON: {queue, build, pinned_runs}.",
           {{"callflex deploy drain 3f2a9c11d0aa --reason 'errors went up'", "stop a ramp"}});
    app.callback([arguments, &session] { session.exit_code = drain(session, *arguments); });
}

void define_deploy_end(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeployArguments>();
    add_queue_option(app, arguments->queue);
    app.add_option("--reason,-r", arguments->reason, "Why, for the audit trail")
        ->type_name("TEXT")
        ->required();
    manual(app,
           "Routes a queue no more: every worker takes every run, pinned ones included, as before the first "
           "promotion. JSON: {queue, ended}.",
           {{"callflex deploy end --reason 'back to one build at a time'", "forget about builds"}});
    app.callback([arguments, &session] {
        const bool ended = deployment_client(session).end(arguments->queue, arguments->act());
        if (!ended)
            throw CommandError(exit_not_found, fmt::format("queue {} has no deployment", arguments->queue),
                               "callflex deploy list");
        if (session.for_people()) {
            session.out() << fmt::format("every worker takes every run of queue {}\n",
                                         harmless(arguments->queue));
        } else {
            session.print_json({{"queue", arguments->queue}, {"ended", true}});
        }
    });
}

}  // namespace callflex::cli

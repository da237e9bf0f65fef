#include <fmt/format.h>

#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/deployments.hpp"

namespace callflex::cli {
namespace {

struct MoveArguments {
    RunsArgument runs;
    std::string build;
    bool current = false;
    std::string reason;
};

int move(Session& session, const MoveArguments& arguments) {
    using durable::store::Moved;
    std::optional<std::string> build;
    if (!arguments.current) build = arguments.build;
    if (arguments.runs.is_query()) {
        return start_batch(session, arguments.runs, durable::client::BatchVerb::move, {.build = build},
                           arguments.reason);
    }
    auto client = deployment_client(session);
    const auto moved = client.move(arguments.runs.run.ref(), build, {identity(), arguments.reason});
    const std::string& name = arguments.runs.run.name;
    if (moved == Moved::not_found)
        throw CommandError(exit_not_found, fmt::format("there is no run {}", name));
    if (moved == Moved::closed) throw CommandError(exit_refused, fmt::format("{} has ended", name));
    if (moved == Moved::not_routed) {
        throw CommandError(exit_refused, fmt::format("the queue of {} has no deployment", name),
                           "every worker takes every run there; `callflex deploy promote` begins one");
    }
    if (session.for_people()) {
        session.out() << fmt::format("{} goes on with {}\n", harmless(name),
                                     build ? "build " + harmless(*build) : "the current build");
    } else {
        Json json{{"run", name}, {"moved", true}};
        if (build) json["build"] = *build;
        session.print_json(json);
    }
    return exit_ok;
}

}  // namespace

void define_workflow_move(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<MoveArguments>();
    add_runs_argument(app, arguments->runs);
    auto* build = app.add_option("--build", arguments->build, "Only workers of this build may claim it")
                      ->type_name("BUILD");
    auto* current = app.add_flag("--current", arguments->current, "Whichever build is current may claim it");
    build->excludes(current);
    app.add_option("--reason,-r", arguments->reason, "Why, for the audit trail")
        ->type_name("TEXT")
        ->required();
    manual(
        app,
        "Gives one open run to another build than its type or the routing would, from its next claim on: a "
        "worker that holds it goes on until it lets go of it. A blocked run is tried again at once. JSON: "
        "{run, moved, build?}.",
        {{"callflex workflow move call-processing-7 --build 3f2a9c11d0aa --reason 'has the fix'",
          "try one run with another build"},
         {"callflex workflow move call-processing-7 --current --reason 'drain 77aa01'",
          "unpin a run of an old build"},
         {"callflex workflow move -q \"Build = '77aa01'\" --current --reason 'drain 77aa01' --yes",
          "all of them, by a batch job"}});
    app.callback([arguments, &session] {
        if (arguments->build.empty() && !arguments->current)
            throw CommandError(exit_usage, "where to? give --build BUILD or --current");
        session.exit_code = move(session, *arguments);
    });
}

}  // namespace callflex::cli

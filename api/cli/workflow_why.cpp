#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

int why(Session& session, const RunArgument& run) {
    const auto answer = session.client().why(session.workflows(), run.ref());
    if (!session.for_people()) {
        session.print_json(
            {{"run", run.name}, {"kind", answer.kind}, {"cause", answer.cause}, {"chain", answer.chain}});
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(Color::bold, harmless(answer.cause)) << '\n';
    for (const auto& sentence : answer.chain) {
        session.out() << style(Color::dim, "  · ") << harmless(sentence) << '\n';
    }
    return exit_ok;
}

}  // namespace

void define_workflow_why(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    add_run_argument(app, *run);
    manual(app,
           "Names the one thing that a run waits for: the reason that blocks it, a missing worker, a timer, "
           "an activity and "
           "who runs it, a retry and the failure before it, a signal or a condition with file and line. "
           "Needs no worker: "
           "the history is replayed by this program. JSON: {run, kind, cause, chain}; kind is closed, "
           "blocked, no_worker, "
           "not_claimed, start_delayed, worker_gone, message, running, activity_running, activity_waiting, "
           "activity_retrying, activity_paused, activity_awaited, timer, signal, condition or needs_build.",
           {{"callflex workflow why call-processing-7", "why does it not go on?"},
            {"callflex workflow list -s running -o jsonl | jq -r .run_id | xargs -n 1 callflex workflow why",
             "for everything that runs"}});
    app.callback([run, &session] { session.exit_code = why(session, *run); });
}

}  // namespace callflex::cli

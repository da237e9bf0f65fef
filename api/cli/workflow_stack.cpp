#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"

namespace callflex::cli {
namespace {

using Inspection = durable::client::Client::Inspection;

Json to_json(const RunArgument& run, const Inspection& inspection) {
    Json json{{"run", run.name}};
    if (inspection.blocked) {
        json["needs_build"] = inspection.needs_build;
        json["reason"] = inspection.blocked->reason;
        if (inspection.blocked->mismatch) json["mismatch"] = cli::to_json(*inspection.blocked->mismatch);
    }
    json["stack"] = Json::array();
    for (const auto& frame : inspection.stack) {
        json["stack"].push_back({{"coroutine", frame.coroutine},
                                 {"file", frame.file},
                                 {"line", frame.line},
                                 {"waits_for", frame.waits_for}});
    }
    json["pending"] = inspection.pending;
    if (!inspection.waits_for.empty()) json["waits_for"] = inspection.waits_for;
    return json;
}

void print_stack(const Session& session, const Inspection& inspection) {
    const auto style = session.style();
    for (std::size_t place = 0; place < inspection.stack.size(); ++place) {
        const auto& frame = inspection.stack[place];
        session.out() << style(Color::dim, fmt::format("#{:<2} ", place))
                      << style(Color::bold, harmless(frame.coroutine)) << '\n'
                      << "    at "
                      << style(Color::cyan, fmt::format("{}:{}", harmless(frame.file), frame.line)) << '\n';
        if (!frame.waits_for.empty()) session.out() << "    waits for " << harmless(frame.waits_for) << '\n';
    }
    if (inspection.stack.empty())
        session.out() << "no coroutine waits: " << harmless(inspection.waits_for) << '\n';
}

void print_pending(const Session& session, const Inspection& inspection) {
    if (inspection.pending.empty()) return;
    session.out() << '\n' << session.style()(Color::bold, "Pending") << '\n';
    for (const auto& line : inspection.pending) session.out() << "  " << harmless(line) << '\n';
}

int stack(Session& session, const RunArgument& argument) {
    const auto run = session.client().resolve(argument.ref());
    if (!run) throw durable::client::NotFound("there is no run or workflow " + argument.name);
    const auto inspection = session.client().inspect(session.workflows(), *run);
    if (!session.for_people()) {
        session.print_json(to_json(argument, inspection));
        return inspection.blocked ? exit_refused : exit_ok;
    }
    if (!inspection.blocked) print_stack(session, inspection);
    print_pending(session, inspection);
    if (inspection.blocked) {
        throw CommandError(
            exit_refused,
            fmt::format("this build cannot replay the run, so it cannot say where its code waits: {}",
                        inspection.blocked->reason),
            fmt::format("build {}, which recorded its newest activation", inspection.needs_build));
    }
    return exit_ok;
}

}  // namespace

void define_workflow_stack(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    add_run_argument(app, *run);
    manual(app,
           "Shows where each coroutine of a run waits, with file and line. Needs no worker: the committed "
           "history is "
           "replayed by this program. If this build does not answer as recorded it says which build is "
           "needed (exit code "
           "6) and never shows half a state. JSON: {run, stack: [{coroutine, file, line, waits_for}], "
           "pending, waits_for, "
           "needs_build?, reason?, mismatch?}.",
           {{"callflex workflow stack call-processing-7", "where is it?"}});
    app.callback([run, &session] { session.exit_code = stack(session, *run); });
}

}  // namespace callflex::cli

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"

namespace callflex::cli {
namespace {

int metadata(Session& session, const RunArgument& run) {
    const auto names = session.client().handlers(session.workflows(), run.ref());
    if (!session.for_people()) {
        session.print_json({{"run", run.name},
                            {"signals", names.signals},
                            {"queries", names.queries},
                            {"updates", names.updates}});
        return exit_ok;
    }
    const auto style = session.style();
    const auto line = [&](const char* what, const std::vector<std::string>& list) {
        const std::string text = list.empty() ? "none" : fmt::format("{}", fmt::join(list, ", "));
        session.out() << style(Color::bold, fmt::format("{:<8}", what)) << "  " << harmless(text) << '\n';
    };
    line("signals", names.signals);
    line("queries", names.queries);
    line("updates", names.updates);
    return exit_ok;
}

}  // namespace

void define_workflow_metadata(CLI::App& app, Session& session) {
    auto run = std::make_shared<RunArgument>();
    add_run_argument(app, *run);
    manual(
        app,
        "Lists the signals that the run's code has listened to so far, and the queries and updates that it "
        "answers. Needs no worker: the committed history is replayed by this program. JSON: {run, signals, "
        "queries, updates}.",
        {{"callflex workflow metadata cart-7", "what can it be told and asked?"}});
    app.callback([run, &session] {
        try {
            session.exit_code = metadata(session, *run);
        } catch (const durable::client::NeedsBuild& error) {
            throw CommandError(exit_refused, error.what(), fmt::format("build {}", error.build()));
        }
    });
}

}  // namespace callflex::cli

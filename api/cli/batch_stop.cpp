#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

void stop(Session& session, const std::string& text, const std::string& reason) {
    const durable::Uuid id = batch_id(text);
    with_batches(session, [&](BatchClient& client) {
        const bool stopped = client.stop(id, identity(), reason);
        const auto job = client.find(id);
        if (!job) throw CommandError(exit_not_found, "there is no batch job " + text, "callflex batch list");
        if (!stopped) {
            throw CommandError(exit_refused, "the batch job is over: " + name_of(job->state),
                               "callflex batch describe " + text);
        }
        if (!session.for_people()) return session.print_json(to_json(*job));
        session.out() << session.style()(Color::green, "stopped ") << text << "  " << progress_of(*job)
                      << '\n';
    });
}

}  // namespace

void define_batch_stop(CLI::App& app, Session& session) {
    auto id = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    add_batch_argument(app, *id);
    app.add_option("--reason,-r", *reason, "Recorded in the audit trail")->type_name("TEXT");
    manual(
        app, "Ends a batch job: no further run is touched. What it has done stays. JSON: as `batch list`.",
        {{"callflex batch stop 0198c0de-0000-7000-8000-000000000000 --reason 'wrong filter'", "no further"}});
    app.callback([id, reason, &session] { stop(session, *id, *reason); });
}

}  // namespace callflex::cli

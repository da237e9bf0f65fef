#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

namespace callflex::cli {
namespace {

int list(const Session& session, const std::vector<BatchJob>& jobs) {
    if (print_rows(session, jobs, [](const auto& job) { return to_json(job); })) return exit_ok;
    if (jobs.empty()) {
        session.err() << "there has been no batch job\n";
    } else {
        Table table({"JOB", "VERB", "STATE", "PROGRESS", "MADE", "FILTER"});
        for (const auto& job : jobs) {
            table.add({{job.request.job.to_string(), Color::dim},
                       {std::string{name_of(job.request.verb)}, Color::bold},
                       {name_of(job.state), state_color(job.state)},
                       {progress_of(job)},
                       {session.moment(job.created_at, job.now)},
                       {cut(job.request.filter, 60)}});
        }
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

}  // namespace

void define_batch_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    auto limit = std::make_shared<std::int32_t>(50);
    app.add_option("--limit,-l", *limit, "At most so many jobs")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    add_watch_arguments(app, *watch);
    manual(app,
           "Lists batch jobs, newest first. JSON: an array of {job_id, verb, filter, namespace, reason, "
           "identity, "
           "per_second, state, total, done, skipped, failed, created_at, ended_at?, trouble?}; state is "
           "running, "
           "completed, stopped or failed.",
           {{"callflex batch list", "what was done to many runs at once, and how far it is"}});
    app.callback([watch, limit, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) {
            int code = exit_ok;
            with_batches(session, [&](BatchClient& client) { code = list(session, client.list(*limit)); });
            return code;
        });
    });
}

}  // namespace callflex::cli

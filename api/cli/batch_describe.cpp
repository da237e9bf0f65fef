#include <fmt/format.h>

#include "api/cli/batches.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::client::BatchState;
using durable::store::BatchProblem;

void print_facts(const Session& session, const BatchJob& job) {
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        if (!value.empty()) facts.add({{name, Color::dim}, {value, color}});
    };
    add("job", job.request.job.to_string(), Color::bold);
    add("verb", name_of(job.request.verb));
    add("signal", job.request.arguments.name);
    add("filter", job.request.filter);
    if (job.request.name_space != "default") add("namespace", job.request.name_space);
    add("state", name_of(job.state), state_color(job.state));
    add("progress", progress_of(job));
    add("rate", fmt::format("{} runs a second", job.request.per_second));
    add("made", durable::client::due_time(job.created_at, job.now));
    add("by", job.request.identity);
    add("reason", job.request.reason);
    if (job.ended_at) add("ended", durable::client::due_time(*job.ended_at, job.now));
    add("trouble", job.trouble.value_or(""), Color::red);
    facts.print(session.out(), session.style());
}

void print_problems(const Session& session, const std::vector<BatchProblem>& problems) {
    session.out() << '\n' << session.style()(Color::bold, "Runs on which it failed") << '\n';
    Table table({"RUN", "PROBLEM"});
    for (const auto& problem : problems)
        table.add({{problem.run.value.to_string()}, {problem.problem, Color::red}});
    table.print(session.out(), session.style(), 2);
}

int describe(const Session& session, const BatchJob& job, const std::vector<BatchProblem>& problems) {
    if (session.for_people()) {
        print_facts(session, job);
        if (!problems.empty()) print_problems(session, problems);
    } else {
        Json json = to_json(job);
        json["problems"] = Json::array();
        for (const auto& problem : problems) {
            json["problems"].push_back(
                {{"run_id", problem.run.value.to_string()}, {"problem", problem.problem}});
        }
        session.print_json(json);
    }
    return job.state == BatchState::failed ? exit_failed : exit_ok;
}

}  // namespace

void define_batch_describe(CLI::App& app, Session& session) {
    auto id = std::make_shared<std::string>();
    auto watch = std::make_shared<WatchArguments>();
    add_batch_argument(app, *id);
    add_watch_arguments(app, *watch);
    manual(app,
           "Shows a batch job: how far it is, and the first of the runs on which its verb failed, with the "
           "reason. "
           "Skipped are runs that had ended when their turn came. JSON: as `batch list`, and problems: "
           "[{run_id, "
           "problem}].",
           {{"callflex batch describe 0198c0de-0000-7000-8000-000000000000 --watch", "until it is over"}});
    app.callback([id, watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool& over) {
            int code = exit_ok;
            with_batches(session, [&](BatchClient& client) {
                const auto job = client.find(batch_id(*id));
                if (!job)
                    throw CommandError(exit_not_found, "there is no batch job " + *id, "callflex batch list");
                over = job->state != BatchState::running;
                code = describe(session, *job, client.problems(job->request.job));
            });
            return code;
        });
    });
}

}  // namespace callflex::cli

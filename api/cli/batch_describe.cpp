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
    add("verb", std::string{name_of(job.request.verb)});
    const auto& arguments = job.request.arguments;
    add(job.request.verb == durable::client::BatchVerb::signal ? "signal" : "to", arguments.name);
    add("build", arguments.build.value_or(""));
    add("activities", arguments.activity_type.value_or(""));
    add("filter", job.request.filter);
    if (job.request.name_space != "default") add("namespace", job.request.name_space);
    add("state", name_of(job.state), state_color(job.state));
    add("progress", progress_of(job));
    add("rate", fmt::format("{} {} a second", job.request.per_second, noun_of(job)));
    add("made", durable::client::due_time(job.created_at, job.now));
    add("by", job.request.identity);
    add("reason", job.request.reason);
    if (job.ended_at) add("ended", durable::client::due_time(*job.ended_at, job.now));
    add("trouble", job.trouble.value_or(""), Color::red);
    facts.print(session.out(), session.style());
}

void print_problems(const Session& session, const std::vector<BatchProblem>& problems) {
    session.out() << '\n' << session.style()(Color::bold, "Failed or skipped") << '\n';
    Table table({"RUN", "EVENT", "", "WHY"});
    for (const auto& problem : problems) {
        const Color color = problem.failed ? Color::red : Color::yellow;
        table.add({{problem.run.value.to_string()},
                   {problem.activity ? std::to_string(problem.activity->value) : ""},
                   {problem.failed ? "failed" : "skipped", color},
                   {problem.problem, color}});
    }
    table.print(session.out(), session.style(), 2);
}

Json problem_json(const BatchProblem& problem) {
    Json json{{"run_id", problem.run.value.to_string()}};
    if (problem.activity) json["event"] = problem.activity->value;
    json["outcome"] = problem.failed ? "failed" : "skipped";
    json["problem"] = problem.problem;
    return json;
}

int describe(const Session& session, const BatchJob& job, const std::vector<BatchProblem>& problems) {
    if (session.for_people()) {
        print_facts(session, job);
        if (!problems.empty()) print_problems(session, problems);
    } else {
        Json json = to_json(job);
        json["problems"] = Json::array();
        for (const auto& problem : problems) json["problems"].push_back(problem_json(problem));
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
    manual(
        app,
        "Shows a batch job: how far it is, and the first of the runs or activities on which its verb failed, "
        "and of those that it skipped, with the reason: they had ended when their turn came, it was so "
        "already, or the verb does not fit. JSON: as `batch list`, and problems: [{run_id, event?, outcome, "
        "problem}]; outcome is failed or skipped.",
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

#include "api/cli/batches.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "api/cli/filter_query.hpp"
#include "api/cli/run_json.hpp"

namespace callflex::cli {

using durable::client::BatchRequest;
using durable::client::BatchScope;
using durable::client::BatchState;
using durable::client::BatchVerb;

void with_batches(const Session& session, const std::function<void(BatchClient&)>& act) {
    BatchClient client{{.connection_string = session.database_url(),
                        .connections_max = 1,
                        .patience = std::chrono::milliseconds{2000}}};
    act(client);
}

bool RunsArgument::is_query() const {
    if (query.empty() && run.name.empty()) {
        throw CommandError(exit_usage, "RUN or --query is required", "the same with --help");
    }
    return !query.empty();
}

void add_runs_argument(CLI::App& app, RunsArgument& runs) {
    auto* const run = app.add_option("RUN", runs.run.name,
                                     "Run id, or workflow id (then: its open run, else its newest one)");
    app.add_option("--namespace,-n", runs.run.name_space, "Namespace of the workflow id")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_flag("--workflow-id", runs.run.is_workflow_id,
                 "RUN is a workflow id even if it looks like a run id");
    add_query_arguments(app, runs, run);
}

void add_query_arguments(CLI::App& app, RunsArgument& runs, CLI::Option* run) {
    auto* const query = add_query_option(app, runs.query);
    query->excludes(run);
    app.add_option("--rps", runs.per_second, "With -q: at most so many a second")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 10'000.0))
        ->needs(query);
    app.add_flag("--yes,-y", runs.yes, "With -q: do not ask")->needs(query);
}

namespace {

const char* items_of(const BatchRequest& request) {
    switch (durable::store::scope_of(request)) {
        case BatchScope::open_runs:
            return "open runs";
        case BatchScope::ended_runs:
            return "closed runs";
        case BatchScope::all_runs:
            return "runs";
        case BatchScope::activities:
            break;
    }
    return "pending activities";
}

/// True: go on.
bool confirmed(const Session& session, bool yes, const BatchRequest& request, std::int64_t matching) {
    const std::string items = items_of(request);
    const std::string verb{durable::store::name_of(request.verb)};
    session.err() << fmt::format("{} {} match\n", matching, items);
    if (yes) return true;
    if (!session.err_is_terminal() || ::isatty(STDIN_FILENO) == 0) {
        throw CommandError(
            exit_refused,
            fmt::format("nothing was done: {} of {} {} has not been confirmed", verb, matching, items),
            "the same with --yes");
    }
    session.err() << fmt::format("{} them? [y/N] ", verb) << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

}  // namespace

int start_batch(Session& session, const RunsArgument& runs, BatchVerb verb,
                durable::store::BatchArguments arguments, const std::string& reason) {
    BatchRequest request;
    request.verb = verb;
    request.name_space = runs.run.name_space;
    request.filter = runs.query;
    request.arguments = std::move(arguments);
    request.reason = reason;
    request.identity = identity();
    request.per_second = runs.per_second;
    with_batches(session, [&](BatchClient& client) {
        const auto matching = client.count(request);
        if (!confirmed(session, runs.yes, request, matching)) {
            session.exit_code = exit_refused;
            return;
        }
        const BatchJob job = client.create(request);
        session.exit_code = exit_ok;
        if (!session.for_people()) return session.print_json(to_json(job));
        session.out() << session.style()(Color::green, "batch job ") << job.request.job.to_string()
                      << fmt::format("  {} {}, {} a second; see `callflex batch describe`\n", job.total,
                                     noun_of(job), job.request.per_second);
    });
    return session.exit_code;
}

durable::Uuid batch_id(const std::string& text) {
    const auto id = durable::Uuid::parse(text);
    if (!id) throw CommandError(exit_usage, text + " is no job id", "callflex batch list");
    return *id;
}

void add_batch_argument(CLI::App& app, std::string& id) {
    app.add_option("JOB", id, "Job id, as printed when it was made")->required();
}

std::string noun_of(const BatchJob& job) {
    return durable::store::scope_of(job.request) == BatchScope::activities ? "activities" : "runs";
}
std::string name_of(BatchState state) {
    return boost::describe::enum_to_string(state, "");
}

Color state_color(BatchState state) {
    switch (state) {
        case BatchState::running:
            return Color::cyan;
        case BatchState::completed:
            return Color::green;
        case BatchState::stopped:
            return Color::yellow;
        case BatchState::failed:
            break;
    }
    return Color::red;
}

std::string progress_of(const BatchJob& job) {
    // Activities without a row were not counted when it was made.
    const auto total = std::max(job.total, job.done + job.skipped + job.failed);
    std::string text = fmt::format("{} of {} done", job.done, total);
    if (job.skipped > 0) text += fmt::format(", {} skipped", job.skipped);
    if (job.failed > 0) text += fmt::format(", {} failed", job.failed);
    return text;
}

Json to_json(const BatchJob& job) {
    const auto& request = job.request;
    Json json{{"job_id", request.job.to_string()},
              {"verb", name_of(request.verb)},
              {"filter", request.filter},
              {"namespace", request.name_space},
              {"reason", request.reason},
              {"identity", request.identity},
              {"per_second", request.per_second},
              {"state", name_of(job.state)},
              {"total", job.total},
              {"done", job.done},
              {"skipped", job.skipped},
              {"failed", job.failed},
              {"created_at", json_time(job.created_at)}};
    const auto& arguments = request.arguments;
    if (!arguments.name.empty()) json["name"] = arguments.name;
    if (arguments.build) json["build"] = *arguments.build;
    if (arguments.activity_type) json["activity_type"] = *arguments.activity_type;
    if (job.ended_at) json["ended_at"] = json_time(*job.ended_at);
    if (job.trouble) json["trouble"] = *job.trouble;
    return json;
}

}  // namespace callflex::cli

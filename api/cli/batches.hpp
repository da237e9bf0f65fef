#pragma once
// What batch jobs look like, and how a verb becomes a job with -q.

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "api/cli/arguments.hpp"
#include "api/cli/session.hpp"
#include "engine/client/batches.hpp"

namespace callflex::cli {

using durable::client::BatchClient;
using durable::client::BatchJob;

/// A run, or -q and what a job needs.
struct RunsArgument {
    RunArgument run;
    std::string query;
    double per_second = 50;
    bool yes = false;

    /// Throws CommandError if neither was given.
    [[nodiscard]] bool is_query() const;
};
/// RUN or -q FILTER, one of them; --rps, --yes, --namespace.
void add_runs_argument(CLI::App& app, RunsArgument& runs);

/// -q and what goes with it, beside the option or argument that names one run.
void add_query_arguments(CLI::App& app, RunsArgument& runs, CLI::Option* run);

/// Shows how many runs or activities match, asks (a terminal) or wants --yes (a script), and makes the job. Prints
/// its id.
int start_batch(Session& session, const RunsArgument& runs, durable::client::BatchVerb verb,
                durable::store::BatchArguments arguments, const std::string& reason);

void with_batches(const Session& session, const std::function<void(BatchClient&)>& act);
/// The job's id as typed. Throws CommandError.
[[nodiscard]] durable::Uuid batch_id(const std::string& text);
void add_batch_argument(CLI::App& app, std::string& id);
/// {job_id, verb, filter, namespace, reason, identity, per_second, state, total, done, skipped, failed,
/// created_at, name?, build?, activity_type?, ended_at?, trouble?}
[[nodiscard]] Json to_json(const BatchJob& job);
/// "runs" or "activities": what the job counts.
[[nodiscard]] std::string noun_of(const BatchJob& job);
[[nodiscard]] std::string name_of(durable::client::BatchState state);
[[nodiscard]] Color state_color(durable::client::BatchState state);
/// "120 of 400 done, 3 skipped, 1 failed"
[[nodiscard]] std::string progress_of(const BatchJob& job);

}  // namespace callflex::cli

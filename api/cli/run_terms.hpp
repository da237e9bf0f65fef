#pragma once
// On which terms runs go, on the command line: time-outs, retries, whose turn it is, limits, attributes,
// whose data. The same for what is started now and for what a schedule starts.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/session.hpp"
#include "engine/client/client.hpp"
#include "engine/schedule/spec.hpp"

namespace callflex::cli {

/// What was given; the rest stays as it is.
struct RunTerms {
    std::optional<std::string> run_timeout, execution_timeout, retry_interval, fairness_key, limit_key,
        subject;
    std::optional<int> retry_attempts, priority, limit;
    std::optional<double> weight;
    std::optional<std::vector<std::string>> attributes;

    // Throw CommandError. `session`: asked for the types of attributes, if any are given.
    void put_into(durable::client::StartOptions& options, Session& session) const;
    void put_into(durable::ScheduledWorkflow& action, Session& session) const;
};

/// What a job, which has its activity's time-outs, retries, priority and limit, has too: --subject,
/// --attribute, --fairness-key, --weight.
void add_ownership_terms(CLI::App& app, RunTerms& terms);
/// All of them.
void add_run_terms(CLI::App& app, RunTerms& terms);

}  // namespace callflex::cli

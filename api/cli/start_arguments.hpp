#pragma once
// What can be said of a start, for every command that starts something: workflow start, signal-with-start and
// update-with-start, activity start and execute.

#include <CLI/CLI.hpp>
#include <string>

#include "api/cli/run_terms.hpp"
#include "api/cli/session.hpp"
#include "engine/client/client.hpp"

namespace callflex::cli {

/// What is started: a job has fewer terms (see run_terms.hpp).
enum class Started : std::uint8_t { workflow, job };

struct StartArguments {
    std::string id;  ///< "": made up from the type
    durable::client::StartOptions options;
    RunTerms terms;
    std::string conflict = "fail";
    std::string reuse = "allow";
    std::string on_mismatch;
    std::string delay;
    bool terminate_existing = false;
    bool unknown_type = false;

    /// Throws CommandError.
    [[nodiscard]] durable::client::StartOptions resolved(const std::string& type, Session& session) const;
};

/// Everything but the id and what happens when an open run has it.
void add_start_arguments(CLI::App& app, StartArguments& start, Started what);
/// --id, made up when it is not given, and --conflict.
void add_new_id(CLI::App& app, StartArguments& start, const std::string& help);
/// --id, required, and --terminate-existing: for what goes to the open run if there is one.
void add_shared_id(CLI::App& app, StartArguments& start);

/// Throws CommandError unless this build knows the workflow type, or `unknown_type`: --unknown-type was
/// given.
void check_type(Session& session, const std::string& type, bool unknown_type);
/// Throws CommandError for a start that was refused; `options` are what it was asked with.
void check_started(const durable::client::StartResult& result, const StartArguments& start,
                   const durable::client::StartOptions& options);

}  // namespace callflex::cli

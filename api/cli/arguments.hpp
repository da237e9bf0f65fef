#pragma once
// Arguments that several commands share: a run, a payload, a duration, the filter of list and count.

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "api/cli/session.hpp"

namespace callflex::cli {

/// RUN as typed: a run id, or a workflow id.
struct RunArgument {
    std::string name;
    std::string name_space = "default";
    bool is_workflow_id = false;  ///< even if it looks like a run id

    [[nodiscard]] durable::client::RunRef ref() const;
};
void add_run_argument(CLI::App& app, RunArgument& run);

/// A JSON value from the command line, a file, or standard input ("-").
struct PayloadArgument {
    std::string text;
    std::string file;

    /// Compact JSON; null when neither was given. Throws CommandError with the place of the mistake.
    [[nodiscard]] durable::Payload payload() const;
};
void add_payload_arguments(CLI::App& app, PayloadArgument& payload, const std::string& what);

/// "90s", "5m", "1h30m", "250ms", "2d". Throws CommandError.
[[nodiscard]] durable::Duration parse_duration(const std::string& text);
/// ISO 8601 ("2026-11-21", "2026-11-21T04:20:36Z") or an age ("2h": that long ago). Throws CommandError.
[[nodiscard]] durable::Timestamp parse_moment(const std::string& text, durable::Timestamp now);

struct FilterArguments {
    std::string name_space = "default";
    std::string tenant;
    std::string type;
    std::string prefix;
    std::string status;
    bool blocked = false;
    std::string started_after;
    std::string started_before;

    [[nodiscard]] durable::client::ListFilter filter() const;
};
void add_filter_arguments(CLI::App& app, FilterArguments& filter);

/// Who sends this: "user@host", recorded with cancels and terminations.
[[nodiscard]] std::string identity();

}  // namespace callflex::cli

#pragma once
// Where to begin anew, as `workflow reset` and `workflow fork` take it, and how they tell what they have done.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "api/cli/arguments.hpp"
#include "api/cli/session.hpp"

namespace callflex::cli {

struct ResetArguments {
    RunArgument run;
    std::int32_t event = 0;  ///< 0: not given
    std::string to;          ///< a named point
    std::string build;
    std::string reason;
    std::string request_id;
    std::vector<std::string> exclude;

    /// Throws CommandError unless exactly one point was given.
    [[nodiscard]] durable::client::ResetOptions options() const;
};
void add_reset_arguments(CLI::App& app, ResetArguments& arguments);

/// `asked`: the event that was asked for, to say that it was rounded down; 0: none.
int report_reset(Session& session, const durable::client::ResetResult& result, std::string_view done,
                 std::int32_t asked);
/// Runs `act` and turns its refusals into errors for the user.
durable::client::ResetResult or_explain(const std::function<durable::client::ResetResult()>& act);

}  // namespace callflex::cli

#pragma once
// What the commands about updates have in common: how far to wait, and how an update is shown.

#include <CLI/CLI.hpp>
#include <string>

#include "api/cli/arguments.hpp"

namespace callflex::cli {

/// --update-id, --wait and --timeout.
struct UpdateArguments {
    std::string id;
    std::string wait = "completed";
    std::string timeout;

    /// Throws CommandError.
    [[nodiscard]] durable::client::UpdateOptions options() const;
};
void add_update_arguments(CLI::App& app, UpdateArguments& arguments);

/// Prints its stage, and its result or failure. The exit code: 0 if it has come as far as was asked for, 1
/// if its handler failed, 6 if it was rejected or never answered. `extra` goes into the JSON.
int print_update(const Session& session, const std::string& run, const durable::client::UpdateInfo& info,
                 const Json& extra = Json::object());

}  // namespace callflex::cli

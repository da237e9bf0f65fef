#pragma once
// The command line as a function, so that tests can call it.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "api/cli/session.hpp"

namespace callflex::cli {

/// `arguments` without the program's name. Never throws: every error becomes a message on streams.err and an
/// exit code.
int run(const std::vector<std::string>& arguments, const Streams& streams,
        const std::filesystem::path& program);

/// The whole command tree, for help and completion.
[[nodiscard]] std::unique_ptr<CLI::App> make_command_tree(Session& session);

}  // namespace callflex::cli

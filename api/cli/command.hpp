#pragma once
// How a command is written. One file a command, each with one function that defines it:
//
//   void define_workflow_count(CLI::App& app, Session& session) {
//       auto filter = std::make_shared<FilterOptions>();
//       ...app.add_option(...)...
//       manual(app, "What it does, in full.", {{"callflex workflow count", "all of them"}});
//       app.callback([filter, &session] { session.exit_code = count(session, *filter); });
//   }
//
// and one line in commands.cpp. Everything else (help, completion, errors, exit codes) follows from that.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/cli/session.hpp"

namespace callflex::cli {

struct Example {
    std::string command_line;
    std::string meaning;
};

/// What `--help` shows between the usage and the options, and at its end. Every command has at least one
/// example.
void manual(CLI::App& app, const std::string& description, const std::vector<Example>& examples);

}  // namespace callflex::cli

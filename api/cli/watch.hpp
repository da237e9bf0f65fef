#pragma once
// --watch: a command that shows something shows it again and again, until it is interrupted.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "api/cli/session.hpp"

namespace callflex::cli {

struct WatchArguments {
    bool watch = false;
    std::string every = "2s";
    int rounds = 0;  ///< 0: until interrupted
};
void add_watch_arguments(CLI::App& app, WatchArguments& watch);

/// Calls `show`, once or as long as it is watched; `show` may say that nothing will change any more. On a
/// terminal every round takes the place of the one before; elsewhere rounds follow each other.
int watched(Session& session, const WatchArguments& watch, const std::function<int(bool& over)>& show);

}  // namespace callflex::cli

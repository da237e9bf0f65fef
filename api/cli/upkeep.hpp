#pragma once
// What the commands about stored data share.

#include <CLI/CLI.hpp>
#include <string>

#include "api/cli/session.hpp"
#include "engine/client/upkeep.hpp"

namespace callflex::cli {

[[nodiscard]] durable::client::UpkeepClient upkeep_client(const Session& session);
/// --reason, required.
void add_reason(CLI::App& app, std::string& reason);

}  // namespace callflex::cli

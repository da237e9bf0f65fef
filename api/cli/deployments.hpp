#pragma once
// What the deploy commands share: the client, arguments, words for people.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "api/cli/session.hpp"
#include "engine/client/deployments.hpp"
#include "engine/deploy/rehearsal.hpp"

namespace callflex::cli {

using durable::client::DeploymentClient;

/// A client of its own connection.
[[nodiscard]] DeploymentClient deployment_client(const Session& session);

void add_queue_option(CLI::App& app, std::string& queue);
/// BUILD, and who acts why: --reason is required.
struct DeployArguments {
    std::string build;
    std::string queue = "default";
    std::string reason;

    [[nodiscard]] durable::store::Act act() const;
};
void add_deploy_arguments(CLI::App& app, DeployArguments& arguments);

/// Replays the queue's runs with this program, with a line of progress on a terminal.
[[nodiscard]] durable::deploy::Rehearsal rehearse_here(Session& session,
                                                       durable::deploy::RehearsalOptions options);

/// {queue, current, ramping?, percent?, changed_at}
[[nodiscard]] Json to_json(const durable::store::Deployment& deployment);

}  // namespace callflex::cli

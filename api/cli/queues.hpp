#pragma once
// What the commands on queues, workers and semaphores have in common.

#include <functional>
#include <string>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "engine/client/queues.hpp"

namespace callflex::cli {

using durable::client::QueueClient;

/// Calls `act` with a connected client; names and figures that cannot be become a CommandError.
void with_queues(const Session& session, const std::function<void(QueueClient&)>& act);

/// --reason TEXT, required: it goes into the audit trail.
void add_reason_option(CLI::App& app, std::string& reason);
/// Prints that `what` was done to `target`. JSON: {<kind>: target, <what>: done}.
int report_act(const Session& session, const std::string& kind, const std::string& target,
               const std::string& what, bool done);

/// {queue, paused?, runs, rows, workers, rates}
[[nodiscard]] Json to_json(const durable::store::QueueInfo& queue);
/// {resource, capacity, held, holders, waiting, oldest_waiting?}
[[nodiscard]] Json to_json(const durable::store::SemaphoreInfo& semaphore);
/// {number, name, build, queue, started_at, lease_until, runs_held?, …}
[[nodiscard]] Json to_json(const durable::store::LiveWorker& worker);

/// "12", "3.4", "0"; "" for less than one in thirty seconds.
[[nodiscard]] std::string rate_text(double per_second);

}  // namespace callflex::cli

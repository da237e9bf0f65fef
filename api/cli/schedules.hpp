#pragma once
// What the schedule commands share: the client, the argument, the JSON shapes, the words for people.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "api/cli/session.hpp"
#include "engine/client/schedules.hpp"

namespace callflex::cli {

using durable::client::ScheduleClient;
using durable::client::ScheduleInfo;

/// Calls `act` with a connected client; an unknown id becomes a CommandError that says where to look.
void with_schedules(const Session& session, const std::function<void(ScheduleClient&)>& act);

void add_schedule_argument(CLI::App& app, std::string& id);
/// --overlap POLICY, by its name in the specs.
void add_overlap_option(CLI::App& app, std::string& policy, const std::string& what);
[[nodiscard]] durable::OverlapPolicy overlap_policy(const std::string& name);

/// {schedule_id, rule, time_zone, overlap, workflow_type, state, note?, next?, actions, missed, skipped,
/// waiting, running, last?}
[[nodiscard]] Json to_json(const ScheduleInfo& schedule);
/// "new" (declared by SQL, and no worker has read it yet), "active", "paused", "over".
[[nodiscard]] std::string state_of(const ScheduleInfo& schedule);
[[nodiscard]] Color state_color(const ScheduleInfo& schedule);
/// "0 2 * * * (Europe/Berlin)", "every 15 min".
[[nodiscard]] std::string rule_of(const ScheduleInfo& schedule);
template <class Enum>
[[nodiscard]] std::string name_of(Enum value) {
    return boost::describe::enum_to_string(value, "");
}

/// Prints that `what` was done to the schedule. JSON: {schedule_id, <what>: true}.
int report_done(const Session& session, const std::string& id, const std::string& what);

}  // namespace callflex::cli

#pragma once
// The JSON shapes of the command line: frozen names, ISO 8601 times, null never written (an absent member
// means "not so"). docs of each command name the members.

#include "api/cli/session.hpp"
#include "engine/replay/history.hpp"

namespace callflex::cli {

/// "2026-11-21T04:20:36.123456Z".
[[nodiscard]] std::string json_time(durable::Timestamp time);
/// {run_id, workflow_id, type, tenant, status, blocked, started_at, closed_at?}
[[nodiscard]] Json to_json(const durable::store::ListedRun& run);
/// All facts of `describe`.
[[nodiscard]] Json to_json(const durable::store::RunInfo& info);
/// {message, ...}: kind, type, message, activity, attempts, retry_state, timeout, details, cause (nested).
[[nodiscard]] Json to_json(const durable::Failure& failure);
[[nodiscard]] Json to_json(const durable::replay::Mismatch& mismatch);
/// The event's wire form, without its kind.
[[nodiscard]] Json fields_of(const durable::history::Event& event);
/// A payload as JSON; text that is not JSON becomes a string.
[[nodiscard]] Json to_json(const durable::Payload& payload);

/// "running", "running (blocked)", "completed" ... in its colour.
[[nodiscard]] Color status_color(durable::replay::RunStatus status, bool blocked);
[[nodiscard]] std::string status_text(durable::replay::RunStatus status, bool blocked);

}  // namespace callflex::cli

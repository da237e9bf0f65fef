#pragma once
// A history replayed in this process; included by this room's .cpp files only.

#include <optional>
#include <string>

#include "engine/replay/execution.hpp"

namespace durable::client {

struct Replayed {
    replay::Execution execution;             ///< not to be asked anything when `blocked`
    std::optional<replay::Blocked> blocked;  ///< this build does not answer as recorded
    std::string newest_build;                ///< that recorded the newest activation
};

/// "callflex::(anonymous namespace)::send_all" -> "callflex::send_all": the line tells which one it is.
[[nodiscard]] std::string without_anonymous(std::string text);

[[nodiscard]] Replayed replay_here(const WorkflowRegistry& registry, RunId run,
                                   const history::History& history);

}  // namespace durable::client

#pragma once
// A run, what it does and its children, as a tree: made of histories, without replaying code.

#include <string>
#include <vector>

#include "api/cli/session.hpp"

namespace callflex::cli {

struct TraceNode {
    enum class Kind { workflow, activity, timer };
    enum class State { running, completed, failed, canceled, terminated, timed_out, continued };
    Kind kind = Kind::activity;
    State state = State::running;
    std::string name;
    durable::Timestamp began;
    std::optional<durable::Timestamp> ended;
    std::string note;                   ///< attempts, when it is due, why it failed
    std::optional<durable::RunId> run;  ///< of a workflow
    std::vector<TraceNode> children;
};

struct TraceOptions {
    int depth = 8;     ///< levels of children
    bool fold = true;  ///< children that have completed are one line
};

/// The run and what it has started, as committed now. Throws NotFound.
[[nodiscard]] TraceNode trace(Session& session, durable::RunId run, const TraceOptions& options);
[[nodiscard]] const char* icon_of(const TraceNode& node);
[[nodiscard]] Color color_of(const TraceNode& node);
[[nodiscard]] std::string state_name(TraceNode::State state);

}  // namespace callflex::cli

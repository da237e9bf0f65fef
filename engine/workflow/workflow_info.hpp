#pragma once
// Facts about a run, the same at every replay: Workflow::info().

#include <cstdint>
#include <optional>
#include <string>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

/// The workflow that started this one as its child.
struct WorkflowParent {
    RunId run;
    WorkflowId workflow;
};

struct WorkflowInfo {
    RunId run;
    WorkflowId workflow;
    std::string type;
    Tenant tenant;
    std::string queue;
    Timestamp started_at;                   ///< when the run was started, not when its code first ran
    std::optional<Timestamp> run_deadline;  ///< the run ends as timed out then
    int attempt = 1;
    std::optional<WorkflowParent> parent;    ///< also in every later run of the child's chain
    std::optional<RunId> continued_from;     ///< the run before, if that one continued as new
    std::optional<Timestamp> scheduled_for;  ///< the nominal time, if a schedule started the chain
    /// What the schedule's newest completed run gave (Workflow::previous_result); null: nothing, or none.
    Payload previous_result;
    /// Why the schedule's newest run failed or timed out; none: it did not, or one has completed since.
    std::optional<Failure> previous_failure;
    std::int32_t history_events = 0;  ///< recorded before this turn of the code

    /// The history has grown long: whoever can should go on as new. Code decides by it, so the bound is frozen.
    [[nodiscard]] bool continue_as_new_suggested() const { return history_events >= 4096; }
};

}  // namespace durable

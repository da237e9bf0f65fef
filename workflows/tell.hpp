#pragma once
// Messages to people that a workflow leaves behind: each a `notify` run of its own.

#include <vector>

#include "activities/notify.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Starts one abandoned `notify` a message. What has been told already is not told again. Throws only
/// Canceled.
durable::Task<durable::Nothing> tell(durable::Workflow& wf, std::vector<NotifyRequest> messages);

}  // namespace callflex

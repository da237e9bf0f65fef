#pragma once
// Every workflow of this program, by name.

#include "engine/workflow/registry.hpp"

namespace callflex {

/// Called once at start by whoever runs, replays or inspects workflows.
void register_workflows(durable::WorkflowRegistry& workflows);

}  // namespace callflex

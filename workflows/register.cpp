#include "workflows/register.hpp"

#include "activities/calls.hpp"
#include "workflows/call_processing.hpp"

namespace callflex {

void register_workflows(durable::WorkflowRegistry& workflows) {
    workflows.add(call_processing, process_call);
}

}  // namespace callflex

#pragma once
// What happens when a call has ended: keep it, understand it, count it, and tell those who want to know.

#include "activities/calls.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// The code of `call_processing` (activities/calls.hpp). Steps in order: transcript; summary and facts; call
/// record; recording; contact; usage; usage alerts; notifications; live event; the customer's own systems. A call
/// without transcript (missed) skips the first two. Understanding, recording, alerts, notifications, live event and
/// webhooks are side steps: what fails there for good is a warning in the result. Cancelled between two steps,
/// everything before is complete and nothing after it has begun.
durable::Task<CallSummary> process_call(durable::Workflow& wf, EndedCall call);

}  // namespace callflex

#pragma once
// The event "call.completed" for customers' own systems.

#include "activities/calls.hpp"
#include "activities/webhooks/webhooks.hpp"

namespace callflex {

/// Its id follows from the call: however often it is made, receivers see one event.
[[nodiscard]] WebhookEvent call_completed(const EndedCall& call, const CallSummary& result);

}  // namespace callflex

#pragma once
// The code of `transfer-call` (activities/live_transfer.hpp): tell VAPI once, write down what came of it.

#include "activities/live_transfer.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Never fails because of the transfer: what VAPI refuses, or does not answer, is a result.
durable::Task<TransferResult> connect_caller(durable::Workflow& wf, LiveTransfer transfer);

}  // namespace callflex

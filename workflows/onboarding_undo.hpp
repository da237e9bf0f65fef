#pragma once
// Taking onboarding back.

#include "workflows/onboarding_setup.hpp"

namespace callflex {

/// In reverse: the number out of VAPI and back to Twilio, the assistant deleted, our rows marked, the owner
/// told. Each part is tried for a day; what fails for good is a notice and keeps its row, so that the next
/// run of the organization takes it up again. To be run shielded.
durable::Task<void> undo(durable::Workflow& wf, Setup& setup);

}  // namespace callflex

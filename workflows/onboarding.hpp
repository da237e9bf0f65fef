#pragma once
// From a template to an assistant that answers a number of its own: the code of `onboarding`
// (activities/onboarding.hpp).

#include "activities/onboarding.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Step by step; each tells dashboards that it has begun. A step that fails for good waits for a signal for
/// seven days (onboarding_help.hpp). After that, or when the run is cancelled, everything is taken back in
/// reverse (onboarding_undo.hpp). What is asked of a vendor is never interrupted: a cancellation takes
/// effect between steps.
durable::Task<OnboardingResult> onboard(durable::Workflow& wf, OnboardingRequest request);

}  // namespace callflex

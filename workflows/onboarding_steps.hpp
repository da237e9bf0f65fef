#pragma once
// The steps of onboarding that do something, in order. Each may be run again after it failed: it goes on
// where it was, and vendors are looked at before anything is made.

#include <span>

#include "workflows/onboarding_setup.hpp"

namespace callflex {

struct OnboardingAction {
    OnboardingStep step;
    durable::Task<void> (*run)(durable::Workflow& wf, Setup& setup);
    bool may_be_done_by_hand;  ///< nothing later needs what it gives: completeStep may stand for it
};

[[nodiscard]] std::span<const OnboardingAction> onboarding_actions();

}  // namespace callflex

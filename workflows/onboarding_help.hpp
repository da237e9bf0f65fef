#pragma once
// Signals to onboarding: a failed step that waits for somebody, and the wait for the test call.

#include "workflows/onboarding_steps.hpp"

namespace callflex {

inline constexpr durable::Duration help_max = std::chrono::hours{24 * 7};
inline constexpr durable::Duration reminder_after = std::chrono::hours{24 * 3};
inline constexpr durable::Duration testing_max = std::chrono::hours{24 * 14};

/// Area codes that were sent while nobody waited for them.
void take_area_codes(durable::Workflow& wf, Setup& setup);

enum class Help : std::uint8_t { try_again, done_by_hand };

/// Shows the failure and waits for retry, changeAreaCode or completeStep. Throws ApplicationError
/// "OnboardingAbandoned" after seven days, and Canceled.
durable::Task<Help> wait_for_help(durable::Workflow& wf, Setup& setup, OnboardingAction action,
                                  durable::Failure failure);

/// Until the test call was made, or 14 days are over; after three days one reminder. Throws Canceled.
durable::Task<void> wait_for_test_call(durable::Workflow& wf, Setup& setup);

}  // namespace callflex

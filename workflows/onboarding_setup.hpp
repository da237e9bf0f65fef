#pragma once
// What one run of onboarding knows, and how it tells others.

#include <optional>
#include <string>
#include <vector>

#include "activities/onboarding.hpp"
#include "activities/onboarding/assistant_steps.hpp"
#include "activities/onboarding/records.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

struct Setup {
    OnboardingRequest request;
    OnboardingState& state;  ///< the run's own object: queries read it
    std::optional<PreparedAssistant> assistant{};
    std::optional<OrganizationContact> contact{};
    std::string twilio_sid{};            ///< "" until the number is bought
    std::string number_area_code{};      ///< for which state.number was chosen
    std::vector<std::string> refused{};  ///< numbers that turned out not to be for sale
    bool test_call_made = false;
};

/// Whom to write to: the request's address, else the organization's; "" when there is none. Needs
/// setup.contact.
[[nodiscard]] std::string address_of(const Setup& setup);

/// The organization's row, read once.
durable::Task<void> need_contact(durable::Workflow& wf, Setup& setup);

/// Publishes the state and tells dashboards (live event `onboarding_progress`). What fails there holds up
/// nothing.
durable::Task<void> report(durable::Workflow& wf, Setup& setup);

/// At most 20 are kept.
void notice(Setup& setup, std::string text);

}  // namespace callflex

#pragma once
// Setting up a business: from a template to an assistant that answers a number of its own. What starts,
// watches and steers the workflow, and what it tells. The steps' activities are in activities/onboarding/.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

struct OnboardingRequest {
    static constexpr bool defaults_allowed = true;
    std::string organization_id;   ///< UUID; also the run's tenant
    std::string template_slug;     ///< app.templates
    durable::Payload variables{};  ///< an object: what the business filled in
    std::string area_code;         ///< three digits: where the number shall be
    std::string contact_email{};   ///< "": the organization's first owner
};
BOOST_DESCRIBE_STRUCT(OnboardingRequest, (),
                      (organization_id, template_slug, variables, area_code, contact_email))

enum class OnboardingStep : std::uint8_t {
    creating_assistant,
    provisioning_number,
    linking_number,
    setting_up_billing,
    sending_welcome,
    ready_for_testing,
    complete,
    error,  ///< a step has failed: OnboardingState::error says which, and what is waited for
};
BOOST_DESCRIBE_ENUM(OnboardingStep, creating_assistant, provisioning_number, linking_number,
                    setting_up_billing, sending_welcome, ready_for_testing, complete, error)

[[nodiscard]] constexpr std::string_view name(OnboardingStep step) {
    switch (step) {
        case OnboardingStep::creating_assistant:
            return "creating_assistant";
        case OnboardingStep::provisioning_number:
            return "provisioning_number";
        case OnboardingStep::linking_number:
            return "linking_number";
        case OnboardingStep::setting_up_billing:
            return "setting_up_billing";
        case OnboardingStep::sending_welcome:
            return "sending_welcome";
        case OnboardingStep::ready_for_testing:
            return "ready_for_testing";
        case OnboardingStep::complete:
            return "complete";
        case OnboardingStep::error:
            return "error";
    }
    return "";
}

struct OnboardingProblem {
    OnboardingStep step = OnboardingStep::error;
    std::string type;                ///< "Twilio.20003", "NoNumberAvailable", "TemplateRejected" ...
    std::string message;             ///< for people; without personal data
    bool outcome_unknown = false;    ///< the vendor may have done it; a retry looks before it does anything
    durable::Timestamp waits_until;  ///< compensation begins then, unless a signal comes
};
BOOST_DESCRIBE_STRUCT(OnboardingProblem, (), (step, type, message, outcome_unknown, waits_until))

/// What the query `state` answers, what is published under that name, and the payload of the live event
/// `onboarding_progress`.
struct OnboardingState {
    OnboardingStep step = OnboardingStep::creating_assistant;
    std::vector<OnboardingStep> completed;
    std::string area_code;
    std::string assistant_id;       ///< app.assistants; "" until it is prepared
    std::string vapi_assistant_id;  ///< "" until VAPI has it
    std::string phone_number_id;    ///< app.phone_numbers; "" until one is chosen
    std::string number;             ///< E.164; "" until one is chosen
    std::string customer_id;        ///< Stripe's; "" until there is one
    std::optional<OnboardingProblem> error;
    std::vector<std::string> notices;  ///< what did not go as asked, but held up nothing; newest last
};
BOOST_DESCRIBE_STRUCT(OnboardingState, (),
                      (step, completed, area_code, assistant_id, vapi_assistant_id, phone_number_id, number,
                       customer_id, error, notices))

struct OnboardingResult {
    std::string assistant_id;
    std::string vapi_assistant_id;
    std::string phone_number_id;
    std::string number;
    std::string customer_id;
    bool tested = false;  ///< a test call was made, or somebody said so
    std::vector<std::string> notices;
};
BOOST_DESCRIBE_STRUCT(OnboardingResult, (),
                      (assistant_id, vapi_assistant_id, phone_number_id, number, customer_id, tested,
                       notices))

/// Workflow id: "onboarding-" + organization id. Fails with "OnboardingAbandoned" when nobody reacted to a
/// failed step for seven days, and ends as cancelled when it was cancelled: either way everything has been
/// taken back.
inline constexpr durable::WorkflowType<OnboardingRequest, OnboardingResult> onboarding{"onboarding"};

/// The message is the step's name as JSON text: "ready_for_testing" (the test call was made), or a failed
/// step that somebody has done by hand or does without: "setting_up_billing", "sending_welcome". What
/// cannot be used becomes a notice; foreign text must never stop a run.
inline constexpr durable::Signal<durable::Payload> complete_step{
    "completeStep", "the step of that name was done by hand, or is done without"};
/// Tries the failed step again. The message is not looked at.
inline constexpr durable::Signal<durable::Payload> retry_step{"retry", "try the failed step again"};
/// The message is the area code as JSON text ("415"). Used by the next choice of a number; a failed choice
/// is tried again at once.
inline constexpr durable::Signal<durable::Payload> change_area_code{
    "changeAreaCode", "look for numbers of this area code from now on"};

inline constexpr durable::Query<durable::Nothing, OnboardingState> onboarding_state_query{
    "state", "which step it is at, what is done, what has failed"};
inline constexpr durable::StateKey<OnboardingState> onboarding_state{"state"};

}  // namespace callflex

#include "workflows/onboarding.hpp"

#include "workflows/onboarding_help.hpp"
#include "workflows/onboarding_steps.hpp"
#include "workflows/onboarding_undo.hpp"

namespace callflex {
namespace {

void check(const OnboardingRequest& request) {
    const auto refuse = [](const char* why) { throw durable::ApplicationError("InvalidRequest", why); };
    if (!durable::Uuid::parse(request.organization_id)) refuse("organization_id is no UUID");
    if (request.template_slug.empty()) refuse("template_slug is empty");
}

void stop_if_canceled(const durable::Workflow& wf) {
    if (wf.cancel_requested()) throw durable::Canceled("onboarding was cancelled between two steps");
}

durable::Task<void> take_step(durable::Workflow& wf, Setup& setup, OnboardingAction action) {
    for (;;) {
        take_area_codes(wf, setup);
        setup.state.step = action.step;
        co_await report(wf, setup);
        stop_if_canceled(wf);
        // Never interrupted: a half-made purchase could not be taken back.
        const auto done = co_await wf.shielded(wf.attempt(action.run(wf, setup)));
        if (done.ok()) break;
        stop_if_canceled(wf);
        if (co_await wait_for_help(wf, setup, action, done.failure()) == Help::done_by_hand) break;
    }
    setup.state.completed.push_back(action.step);
}

durable::Task<void> take_all_steps(durable::Workflow& wf, Setup& setup) {
    for (const OnboardingAction& action : onboarding_actions()) co_await take_step(wf, setup, action);
    stop_if_canceled(wf);
    setup.state.step = OnboardingStep::ready_for_testing;
    co_await report(wf, setup);
    co_await wait_for_test_call(wf, setup);
    setup.state.completed.push_back(OnboardingStep::ready_for_testing);
    setup.state.step = OnboardingStep::complete;
    co_await wf.shielded(report(wf, setup));
}

OnboardingResult result_of(const Setup& setup) {
    const OnboardingState& state = setup.state;
    return {.assistant_id = state.assistant_id,
            .vapi_assistant_id = state.vapi_assistant_id,
            .phone_number_id = state.phone_number_id,
            .number = state.number,
            .customer_id = state.customer_id,
            .tested = setup.test_call_made,
            .notices = state.notices};
}

}  // namespace

durable::Task<OnboardingResult> onboard(durable::Workflow& wf, OnboardingRequest request) {
    OnboardingState& state = wf.keep(OnboardingState{});
    wf.on_query(onboarding_state_query, [&state](const durable::Nothing&) { return state; });
    state.area_code = request.area_code;
    check(request);
    Setup setup{.request = request, .state = state};
    const auto done = co_await wf.attempt(take_all_steps(wf, setup));
    if (done.ok()) co_return result_of(setup);
    co_await wf.shielded(undo(wf, setup));
    durable::throw_failure(done.failure());
}

}  // namespace callflex

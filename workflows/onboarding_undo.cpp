#include "workflows/onboarding_undo.hpp"

#include "activities/notifications.hpp"
#include "activities/onboarding/number_steps.hpp"
#include "workflows/onboarding_texts.hpp"

namespace callflex {
namespace {

durable::Task<bool> take_back_number(durable::Workflow& wf, Setup& setup) {
    const OnboardingState& state = setup.state;
    if (state.number.empty()) co_return false;
    const auto released = co_await wf.attempt(release_number, {state.phone_number_id, state.number});
    if (!released.ok()) notice(setup, "the number was not released: " + released.failure().to_string());
    co_return released.ok();
}

durable::Task<bool> take_back_assistant(durable::Workflow& wf, Setup& setup) {
    if (!setup.assistant) co_return false;
    const auto removed = co_await wf.attempt(
        remove_assistant,
        {setup.assistant->assistant_id, setup.state.vapi_assistant_id, setup.assistant->prepared_at});
    if (!removed.ok()) notice(setup, "the assistant was not deleted: " + removed.failure().to_string());
    co_return removed.ok();
}

durable::Task<void> tell_owner(durable::Workflow& wf, Setup& setup) {
    const auto asked = co_await wf.attempt(need_contact(wf, setup));
    const std::string to = address_of(setup);
    if (!asked.ok() || to.empty()) {
        notice(setup, "the owner was not told: there is no address");
        co_return;
    }
    const auto sent = co_await wf.attempt(send_email, undone_mail(to, setup.contact->name));
    if (!sent.ok()) notice(setup, "the owner was not told: " + sent.failure().to_string());
}

void forget(OnboardingState& state, const OnboardingToUndo& undone) {
    state.completed.clear();
    if (!undone.phone_number_id.empty()) {
        state.phone_number_id.clear();
        state.number.clear();
    }
    if (!undone.assistant_id.empty()) {
        state.assistant_id.clear();
        state.vapi_assistant_id.clear();
    }
}

}  // namespace

durable::Task<void> undo(durable::Workflow& wf, Setup& setup) {
    OnboardingState& state = setup.state;
    OnboardingToUndo undone{
        .organization_id = setup.request.organization_id, .assistant_id = {}, .phone_number_id = {}};
    if (co_await take_back_number(wf, setup)) undone.phone_number_id = state.phone_number_id;
    if (co_await take_back_assistant(wf, setup)) undone.assistant_id = state.assistant_id;
    const auto recorded = co_await wf.attempt(record_undone, undone);
    if (!recorded.ok()) notice(setup, "not written down as undone: " + recorded.failure().to_string());
    co_await tell_owner(wf, setup);
    forget(state, undone);
    state.step = OnboardingStep::error;
    co_await report(wf, setup);
}

}  // namespace callflex

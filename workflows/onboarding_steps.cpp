#include "workflows/onboarding_steps.hpp"

#include <array>

#include "activities/notifications.hpp"
#include "activities/onboarding/number_steps.hpp"
#include "activities/stripe/customers.hpp"
#include "workflows/onboarding_texts.hpp"

namespace callflex {
namespace {

constexpr int purchases_max = 5;

durable::Task<void> set_up_assistant(durable::Workflow& wf, Setup& setup) {
    const OnboardingRequest& request = setup.request;
    setup.assistant = co_await wf.run(prepare_assistant,
                                      {request.organization_id, request.template_slug, request.variables});
    setup.state.assistant_id = setup.assistant->assistant_id;
    const CreatedAssistant created = co_await wf.run(create_assistant, *setup.assistant);
    setup.state.vapi_assistant_id = created.vapi_assistant_id;
    co_await wf.run(record_assistant,
                    {request.organization_id, setup.state.assistant_id, created.vapi_assistant_id});
}

/// Another area code is wished since: what was chosen for the old one, and perhaps bought, is given back.
durable::Task<void> give_back_number(durable::Workflow& wf, Setup& setup) {
    OnboardingState& state = setup.state;
    co_await wf.run(release_number, {state.phone_number_id, state.number});
    co_await wf.run(discard_number, {setup.request.organization_id, state.phone_number_id});
    state.number.clear();
    state.phone_number_id.clear();
}

durable::Task<void> choose_number(durable::Workflow& wf, Setup& setup) {
    OnboardingState& state = setup.state;
    const NumbersOnSale offered = co_await wf.run(search_numbers, {state.area_code});
    const ReservedNumber reserved =
        co_await wf.run(reserve_number, {setup.request.organization_id, offered.numbers, setup.refused});
    state.number = reserved.number;
    state.phone_number_id = reserved.phone_number_id;
    setup.number_area_code = state.area_code;
}

bool is_not_for_sale(const durable::Failure& failure) {
    return failure.cause && failure.cause->type == "NumberNotForSale";
}

durable::Task<void> refuse_number(durable::Workflow& wf, Setup& setup) {
    OnboardingState& state = setup.state;
    co_await wf.run(discard_number, {setup.request.organization_id, state.phone_number_id});
    setup.refused.push_back(state.number);
    state.number.clear();
    state.phone_number_id.clear();
}

/// True once it is bought; false if it was sold to somebody else meanwhile.
durable::Task<bool> buy_chosen_number(durable::Workflow& wf, Setup& setup) {
    const auto bought = co_await wf.attempt(buy_number, {setup.state.phone_number_id, setup.state.number});
    if (bought.ok()) {
        setup.twilio_sid = bought.value().twilio_sid;
        co_return true;
    }
    if (!is_not_for_sale(bought.failure())) durable::throw_failure(bought.failure());
    co_await refuse_number(wf, setup);
    co_return false;
}

durable::Task<void> provision_number(durable::Workflow& wf, Setup& setup) {
    OnboardingState& state = setup.state;
    const bool elsewhere = !state.number.empty() && setup.number_area_code != state.area_code;
    if (elsewhere && setup.twilio_sid.empty()) co_await give_back_number(wf, setup);
    for (int purchase = 0; setup.twilio_sid.empty() && purchase < purchases_max; ++purchase) {
        if (state.number.empty()) co_await choose_number(wf, setup);
        if (co_await buy_chosen_number(wf, setup)) break;
    }
    if (setup.twilio_sid.empty())
        throw durable::ApplicationError("NoNumberAvailable",
                                        "five numbers in a row were sold to somebody else");
    co_await wf.run(record_number, {setup.request.organization_id, state.phone_number_id, setup.twilio_sid});
}

durable::Task<void> link_number(durable::Workflow& wf, Setup& setup) {
    const OnboardingState& state = setup.state;
    const ImportedNumber imported = co_await wf.run(import_number, {state.number, setup.assistant->name});
    const CheckedNumber checked = co_await wf.run(check_number, {state.number, setup.twilio_sid});
    if (checked.repaired) notice(setup, "the import had changed where messages go; it was set again");
    co_await wf.run(assign_number, {imported.vapi_phone_number_id, state.vapi_assistant_id});
    co_await wf.run(record_link, {setup.request.organization_id, state.phone_number_id,
                                  imported.vapi_phone_number_id, state.assistant_id});
}

durable::Task<void> set_up_billing(durable::Workflow& wf, Setup& setup) {
    co_await need_contact(wf, setup);
    if (setup.contact->customer_id.empty()) {
        const StripeCustomer customer = co_await wf.run(
            create_stripe_customer, {setup.request.organization_id, setup.contact->name, address_of(setup)});
        co_await wf.run(record_customer, {setup.request.organization_id, customer.customer_id});
        setup.contact->customer_id = customer.customer_id;
    }
    setup.state.customer_id = setup.contact->customer_id;
}

durable::Task<void> send_welcome(durable::Workflow& wf, Setup& setup) {
    co_await need_contact(wf, setup);
    if (address_of(setup).empty()) {
        // Perhaps the next look finds an owner who was added meanwhile.
        setup.contact.reset();
        throw durable::ApplicationError(
            "NoContactAddress", "the organization has neither an owner nor an address for notifications");
    }
    co_await wf.run(send_email, welcome_mail(address_of(setup), setup.contact->name, setup.state.number));
}

constexpr std::array actions{OnboardingAction{OnboardingStep::creating_assistant, set_up_assistant, false},
                             OnboardingAction{OnboardingStep::provisioning_number, provision_number, false},
                             OnboardingAction{OnboardingStep::linking_number, link_number, false},
                             OnboardingAction{OnboardingStep::setting_up_billing, set_up_billing, true},
                             OnboardingAction{OnboardingStep::sending_welcome, send_welcome, true}};

}  // namespace

std::span<const OnboardingAction> onboarding_actions() {
    return actions;
}

}  // namespace callflex

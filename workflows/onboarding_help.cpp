#include "workflows/onboarding_help.hpp"

#include <algorithm>

#include "activities/notifications.hpp"
#include "workflows/onboarding_texts.hpp"

namespace callflex {
namespace {

/// The message's text; nullopt when it is no JSON string.
std::optional<std::string> text_in(const durable::Payload& message) {
    try {
        return durable::decode<std::string>(message);
    } catch (const durable::DecodeError&) {
        return std::nullopt;
    }
}

std::optional<OnboardingStep> step_in(const durable::Payload& message) {
    const auto text = text_in(message);
    if (!text) return std::nullopt;
    for (const OnboardingAction& action : onboarding_actions()) {
        if (*text == name(action.step)) return action.step;
    }
    if (*text == name(OnboardingStep::ready_for_testing)) return OnboardingStep::ready_for_testing;
    return std::nullopt;
}

bool is_area_code(const std::string& text) {
    return text.size() == 3 && text[0] >= '2' &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// True when the next choice of a number will use it.
bool take_area_code(Setup& setup, const durable::Payload& message) {
    const auto code = text_in(message);
    if (!code || !is_area_code(*code)) {
        notice(setup, "changeAreaCode was ignored: its message is no area code such as \"415\"");
        return false;
    }
    if (!setup.twilio_sid.empty()) {
        notice(setup, "changeAreaCode was ignored: the number is bought");
        return false;
    }
    setup.state.area_code = *code;
    return true;
}

/// True when the failed step counts as done.
bool take_completion(Setup& setup, const durable::Payload& message, const OnboardingAction& failed) {
    const auto step = step_in(message);
    if (step == OnboardingStep::ready_for_testing) {
        setup.test_call_made = true;
        return false;
    }
    if (step == failed.step && failed.may_be_done_by_hand) return true;
    notice(setup, "completeStep was ignored: its message names no step that can be done by hand now");
    return false;
}

OnboardingProblem problem_of(OnboardingStep step, const durable::Failure& failure,
                             durable::Timestamp waits_until) {
    const durable::Failure& root = failure.cause ? *failure.cause : failure;
    return {.step = step,
            .type = root.type.empty() ? std::string{durable::to_string(failure.retry_state)} : root.type,
            .message = root.message,
            .outcome_unknown = failure.retry_state == durable::RetryState::outcome_unknown,
            .waits_until = waits_until};
}

/// Nullopt: that signal changes nothing, the wait goes on.
std::optional<Help> react(Setup& setup, const OnboardingAction& failed, std::size_t signal,
                          const durable::Payload& message) {
    constexpr std::size_t retry = 0;
    constexpr std::size_t area_code = 1;
    if (signal == retry) return Help::try_again;
    if (signal == area_code) {
        const bool useful = take_area_code(setup, message);
        if (useful && failed.step == OnboardingStep::provisioning_number) return Help::try_again;
        return std::nullopt;
    }
    if (take_completion(setup, message, failed)) return Help::done_by_hand;
    return std::nullopt;
}

/// False when `until` came first.
durable::Task<bool> hear_of_test_call(durable::Workflow& wf, Setup& setup, durable::Timestamp until) {
    const auto completions = wf.signals(complete_step);
    while (!setup.test_call_made && wf.now() < until) {
        const auto first = co_await wf.any(completions.receive(), wf.sleep(until - wf.now()));
        if (first.index == 1) break;
        if (step_in(std::get<0>(first.value)) == OnboardingStep::ready_for_testing) {
            setup.test_call_made = true;
        } else {
            notice(setup, "completeStep was ignored: only the test call is waited for");
        }
    }
    co_return setup.test_call_made;
}

durable::Task<bool> look_for_test_call(durable::Workflow& wf, Setup& setup) {
    const auto looked =
        co_await wf.attempt(find_test_call, {setup.request.organization_id, setup.state.phone_number_id});
    if (looked.ok() && looked.value().made) setup.test_call_made = true;
    co_return setup.test_call_made;
}

durable::Task<void> remind(durable::Workflow& wf, Setup& setup) {
    const auto asked = co_await wf.attempt(need_contact(wf, setup));
    const std::string to = address_of(setup);
    if (!asked.ok() || to.empty()) co_return;
    const auto sent =
        co_await wf.attempt(send_email, test_call_reminder(to, setup.contact->name, setup.state.number));
    if (!sent.ok() && !sent.canceled()) notice(setup, "reminder: " + sent.failure().to_string());
}

}  // namespace

void take_area_codes(durable::Workflow& wf, Setup& setup) {
    const auto codes = wf.signals(change_area_code);
    while (const auto message = codes.try_receive()) static_cast<void>(take_area_code(setup, *message));
}

durable::Task<Help> wait_for_help(durable::Workflow& wf, Setup& setup, OnboardingAction action,
                                  durable::Failure failure) {
    const durable::Timestamp until = wf.now() + help_max;
    setup.state.error = problem_of(action.step, failure, until);
    setup.state.step = OnboardingStep::error;
    co_await report(wf, setup);
    const auto retries = wf.signals(retry_step);
    const auto area_codes = wf.signals(change_area_code);
    const auto completions = wf.signals(complete_step);
    while (wf.now() < until) {
        const auto first = co_await wf.any(retries.receive(), area_codes.receive(), completions.receive(),
                                           wf.sleep(until - wf.now()));
        if (first.index == 3) break;
        const durable::Payload& message = first.index == 0   ? std::get<0>(first.value)
                                          : first.index == 1 ? std::get<1>(first.value)
                                                             : std::get<2>(first.value);
        const auto help = react(setup, action, first.index, message);
        if (help) {
            setup.state.error.reset();
            co_return *help;
        }
        wf.publish(onboarding_state, setup.state);
    }
    throw durable::ApplicationError("OnboardingAbandoned",
                                    "nobody reacted for seven days to the failed step " +
                                        std::string{name(action.step)} + ": " + setup.state.error->type);
}

durable::Task<void> wait_for_test_call(durable::Workflow& wf, Setup& setup) {
    const durable::Timestamp begun = wf.now();
    if (co_await hear_of_test_call(wf, setup, begun + reminder_after)) co_return;
    if (co_await look_for_test_call(wf, setup)) co_return;
    co_await remind(wf, setup);
    if (co_await hear_of_test_call(wf, setup, begun + testing_max)) co_return;
    if (co_await look_for_test_call(wf, setup)) co_return;
    notice(setup, "no test call within 14 days");
}

}  // namespace callflex

#pragma once
// onboarding without a worker: each activity is answered by hand, by name.

#include <string>
#include <vector>

#include "activities/live_events.hpp"
#include "activities/notifications.hpp"
#include "activities/onboarding/number_steps.hpp"
#include "activities/onboarding/records.hpp"
#include "activities/stripe/customers.hpp"
#include "tests/replay/script.hpp"
#include "workflows/onboarding.hpp"

namespace test {

inline callflex::OnboardingRequest onboarding_request() {
    return {.organization_id = "0199f0a4-0000-7000-8000-0000000000a1",
            .template_slug = "general",
            .variables = {R"({"greeting":"Hi"})"},
            .area_code = "415"};
}

class OnboardingRehearsal {
  public:
    using Names = std::vector<std::string>;

    OnboardingRehearsal() : script{callflex::onboard, onboarding_request()} { script.feed(); }

    [[nodiscard]] Names pending() {
        Names names;
        for (const auto& activity : script.execution().pending_activities())
            names.push_back(activity.command->type);
        return names;
    }
    template <class Input, class Output>
    [[nodiscard]] Input input(const durable::Activity<Input, Output>& activity) {
        return durable::decode<Input>(find(activity.name).command->input);
    }
    template <class Input, class Output>
    OnboardingRehearsal& finish(const durable::Activity<Input, Output>& activity,
                                const std::type_identity_t<Output>& output) {
        script.complete(find(activity.name).scheduled.value, output);
        return *this;
    }
    template <class Input, class Output>
    OnboardingRehearsal& fail(const durable::Activity<Input, Output>& activity, const std::string& type,
                              durable::RetryState state = durable::RetryState::non_retryable) {
        durable::Failure failure{.kind = durable::FailureKind::activity, .message = "no luck"};
        failure.activity = std::string{activity.name};
        failure.attempts = 1;
        failure.retry_state = state;
        failure.cause =
            std::make_shared<const durable::Failure>(durable::Failure{.type = type, .message = "no luck"});
        script.feed(durable::history::ActivityFailed{find(activity.name).scheduled, std::move(failure)});
        return *this;
    }
    OnboardingRehearsal& signal(const std::string& name, const std::string& json = "null") {
        script.feed(durable::test::Script::signal(name, durable::Payload{json}));
        return *this;
    }
    OnboardingRehearsal& cancel() {
        script.feed(durable::test::Script::cancel("changed their mind"));
        return *this;
    }

    /// Everything up to the point where this activity is pending, answered as on an ordinary day.
    template <class Input, class Output>
    OnboardingRehearsal& until(const durable::Activity<Input, Output>& activity) {
        while (!pending().empty() && pending().front() != activity.name) answer(pending().front());
        REQUIRE_FALSE(pending().empty());
        return *this;
    }
    /// Until no activity is pending: it waits, or has ended.
    OnboardingRehearsal& rest() {
        while (!pending().empty()) answer(pending().front());
        return *this;
    }
    [[nodiscard]] callflex::OnboardingState state() const {
        const auto answer = script.ask(callflex::onboarding_state_query, {});
        return durable::decode<callflex::OnboardingState>(answer.result);
    }
    [[nodiscard]] callflex::OnboardingResult result() const {
        return script.result<callflex::OnboardingResult>();
    }
    /// Every activity scheduled so far but live events, in order.
    [[nodiscard]] Names scheduled() const {
        Names names;
        for (const auto& activation : script.history()) {
            for (const auto& command : activation.commands) {
                const auto* scheduled = std::get_if<durable::history::ActivityScheduled>(&command);
                if (scheduled != nullptr && scheduled->type != callflex::publish_live_event.name)
                    names.push_back(scheduled->type);
            }
        }
        return names;
    }

    durable::test::Script script;
    callflex::OrganizationContact contact{"Acme Freight", "owner@acme.example", ""};
    bool test_call_made = false;
    int numbers_sold = 0;

  private:
    [[nodiscard]] durable::replay::PendingActivity find(std::string_view name) {
        for (const auto& activity : script.execution().pending_activities()) {
            if (activity.command->type == name) return activity;
        }
        FAIL("not pending: " << name);
        throw std::logic_error("not pending");
    }
    void answer(const std::string& name) {
        using namespace callflex;
        if (name == prepare_assistant.name) {
            PreparedAssistant assistant;
            assistant.organization_id = onboarding_request().organization_id;
            assistant.assistant_id = "assistant-1";
            assistant.name = "Acme Freight - General";
            assistant.prepared_at = durable::test::some_day;
            return static_cast<void>(finish(prepare_assistant, assistant));
        }
        if (name == search_numbers.name) return static_cast<void>(finish(search_numbers, {{"+14155550100"}}));
        if (name == reserve_number.name) {
            const std::string suffix = std::to_string(++numbers_sold);
            return static_cast<void>(finish(reserve_number, {"number-" + suffix, "+1415555010" + suffix}));
        }
        answer_rest(name);
    }
    void answer_rest(const std::string& name) {
        using namespace callflex;
        if (name == create_assistant.name) finish(create_assistant, {"vapi-assistant-1"});
        if (name == record_assistant.name) finish(record_assistant, {});
        if (name == buy_number.name) finish(buy_number, {"PN1"});
        if (name == record_number.name) finish(record_number, {});
        if (name == discard_number.name) finish(discard_number, {});
        if (name == import_number.name) finish(import_number, {"vapi-number-1"});
        if (name == check_number.name) finish(check_number, {false});
        if (name == assign_number.name) finish(assign_number, {});
        if (name == record_link.name) finish(record_link, {});
        if (name == read_contact.name) finish(read_contact, contact);
        if (name == create_stripe_customer.name) finish(create_stripe_customer, {"cus_1"});
        if (name == record_customer.name) finish(record_customer, {});
        if (name == send_email.name) finish(send_email, {"re_1"});
        if (name == find_test_call.name) finish(find_test_call, {test_call_made});
        if (name == release_number.name) finish(release_number, {});
        if (name == remove_assistant.name) finish(remove_assistant, {});
        if (name == record_undone.name) finish(record_undone, {});
        if (name == publish_live_event.name) finish(publish_live_event, {});
    }
};

}  // namespace test

#pragma once
// call-processing without a worker: each activity is answered by hand, by name.

#include <algorithm>
#include <string>
#include <vector>

#include "activities/billing/usage_alerts.hpp"
#include "activities/call_records.hpp"
#include "activities/contacts.hpp"
#include "activities/live_events.hpp"
#include "activities/notification_plan.hpp"
#include "activities/recordings.hpp"
#include "activities/summaries.hpp"
#include "activities/transcripts.hpp"
#include "activities/usage.hpp"
#include "activities/webhooks/webhooks.hpp"
#include "tests/replay/script.hpp"
#include "workflows/call_processing.hpp"

namespace test {

using Names = std::vector<std::string>;

class Rehearsal {
  public:
    explicit Rehearsal(const callflex::EndedCall& call) : script{callflex::process_call, call} {
        script.feed();
    }

    /// What has been scheduled and not answered, in order.
    [[nodiscard]] Names pending() {
        Names names;
        for (const auto& activity : script.execution().pending_activities())
            names.push_back(activity.command->type);
        return names;
    }
    /// The input of the `index`-th pending activity of this name.
    template <class Input, class Output>
    [[nodiscard]] Input input(const durable::Activity<Input, Output>& activity, std::size_t index = 0) {
        return durable::decode<Input>(find(activity.name, index).command->input);
    }
    template <class Input, class Output>
    Rehearsal& finish(const durable::Activity<Input, Output>& activity,
                      const std::type_identity_t<Output>& output, std::size_t index = 0) {
        script.complete(find(activity.name, index).scheduled.value, output);
        return *this;
    }
    template <class Input, class Output>
    Rehearsal& fail(const durable::Activity<Input, Output>& activity,
                    durable::RetryState state = durable::RetryState::maximum_attempts,
                    std::size_t index = 0) {
        durable::Failure failure{.kind = durable::FailureKind::activity, .message = "no luck"};
        failure.activity = std::string{activity.name};
        failure.attempts = 3;
        failure.retry_state = state;
        if (state == durable::RetryState::cancel_requested) failure.kind = durable::FailureKind::canceled;
        script.feed(
            durable::history::ActivityFailed{find(activity.name, index).scheduled, std::move(failure)});
        return *this;
    }

    /// Everything up to the point where this activity is pending, answered as on an ordinary day.
    template <class Input, class Output>
    Rehearsal& until(const durable::Activity<Input, Output>& activity) {
        while (script.status() == durable::replay::RunStatus::running && pending().front() != activity.name) {
            answer(pending().front());
        }
        return *this;
    }
    /// To the end.
    Rehearsal& rest() {
        while (script.status() == durable::replay::RunStatus::running) answer(pending().front());
        return *this;
    }
    [[nodiscard]] callflex::CallSummary result() const { return script.result<callflex::CallSummary>(); }
    /// Every activity scheduled so far, in order.
    [[nodiscard]] Names scheduled() const {
        Names names;
        for (const auto& activation : script.history()) {
            for (const auto& command : activation.commands) {
                const auto* scheduled = std::get_if<durable::history::ActivityScheduled>(&command);
                if (scheduled != nullptr) names.push_back(scheduled->type);
            }
        }
        return names;
    }

    durable::test::Script script;
    callflex::NotificationPlan plan{{{"c/sms/+15550100400", {"+15550100400", "text"}}},
                                    {{"c/email/owner@acme.example", {"owner@acme.example", "s", "t", "e"}}}};

  private:
    [[nodiscard]] durable::replay::PendingActivity find(std::string_view name, std::size_t index) {
        for (const auto& activity : script.execution().pending_activities()) {
            if (activity.command->type == name && index-- == 0) return activity;
        }
        FAIL("not pending: " << name);
        throw std::logic_error("not pending");
    }
    void answer(const std::string& name) {
        using namespace callflex;
        if (name == store_transcript.name) finish(store_transcript, {});
        if (name == summarize.name) finish(summarize, {"Pat is sick.", false, "gpt-5.4-mini"});
        if (name == extract_facts.name)
            finish(extract_facts, {"support", "neutral", "Pat", {"Cover route 12"}, false});
        if (name == update_call_record.name) finish(update_call_record, {});
        if (name == fetch_recording.name) finish(fetch_recording, {"org/a.mp3", 10, "audio/mpeg", "ab"});
        if (name == record_recording.name) finish(record_recording, {});
        if (name == update_contact.name)
            finish(update_contact, {"0199f0a4-0000-7000-8000-0000000000c1", 1, 3});
        if (name == count_usage.name) finish(count_usage, {"2026-11-21", 1, 3});
        if (name == raise_usage_alerts.name) finish(raise_usage_alerts, {});
        if (name == plan_notifications.name) finish(plan_notifications, plan);
        if (name == send_sms.name) finish(send_sms, {"SM1", "queued"});
        if (name == send_email.name) finish(send_email, {"re_1"});
        if (name == record_notifications.name) finish(record_notifications, {});
        if (name == publish_live_event.name) finish(publish_live_event, {});
        if (name == create_deliveries.name) finish(create_deliveries, {});
    }
};

}  // namespace test

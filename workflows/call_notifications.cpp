#include "workflows/call_notifications.hpp"

#include <algorithm>
#include <utility>

namespace callflex {

namespace {

/// A message that is on its way when the run is cancelled gets the time to say what became of it.
template <class Request, class Receipt>
durable::ActivityOptions to_its_end(const durable::Activity<Request, Receipt>& activity) {
    durable::ActivityOptions options = activity.options();
    options.cancellation = durable::CancellationType::wait_cancelled;
    return options;
}

/// All messages of one channel, started together; outcomes in the order of the plan.
template <class Planned, class Request, class Receipt>
durable::Task<std::vector<durable::Outcome<Receipt>>> send_all(durable::Workflow& wf,
                                                               std::vector<Planned> plan,
                                                               durable::Activity<Request, Receipt> activity) {
    std::vector<durable::Attempt<durable::Run<Receipt>>> sends;
    for (const Planned& planned : plan) {
        sends.push_back(wf.attempt(activity, planned.request, to_its_end(activity)));
    }
    co_return co_await wf.all(std::move(sends));
}

/// Stopped by a cancellation means: perhaps it had left already.
std::string status_of(const durable::Failure& failure) {
    const bool unknown = failure.retry_state == durable::RetryState::outcome_unknown ||
                         failure.kind == durable::FailureKind::canceled;
    return unknown ? "outcome_unknown" : "failed";
}

template <class Planned, class Receipt>
NotificationOutcome outcome_of(const Planned& planned, const std::string& channel,
                               const durable::Outcome<Receipt>& sent) {
    NotificationOutcome outcome{planned.key, channel, planned.request.to, {}, "sent", {}};
    if (sent.ok()) {
        outcome.vendor_message_id = sent.value().message_id;
    } else {
        outcome.status = status_of(sent.failure());
        outcome.error = sent.failure().to_string();
    }
    return outcome;
}

template <class Planned, class Receipt>
void collect(std::vector<NotificationOutcome>& outcomes, const std::string& channel,
             const std::vector<Planned>& plan, const std::vector<durable::Outcome<Receipt>>& sent) {
    for (std::size_t i = 0; i < plan.size(); ++i) outcomes.push_back(outcome_of(plan[i], channel, sent[i]));
}

Notified count(const std::vector<NotificationOutcome>& outcomes) {
    Notified notified;
    for (const NotificationOutcome& outcome : outcomes) {
        if (outcome.status == "sent") {
            ++notified.sent;
            continue;
        }
        notified.warnings.push_back({"send_" + outcome.channel + " " + outcome.recipient,
                                     outcome.error.value_or(""), outcome.status == "outcome_unknown"});
    }
    return notified;
}

}  // namespace

durable::Task<Notified> report_call(durable::Workflow& wf, CallToReport report) {
    Notified notified;
    const auto plan = co_await wf.attempt(plan_notifications, report);
    if (!plan.ok()) {
        warn(wf, notified.warnings, "plan_notifications", plan.failure());
        co_return notified;
    }
    const auto& [sms, emails] = plan.value();
    if (sms.empty() && emails.empty()) co_return notified;

    const auto [sms_sent, emails_sent] =
        co_await wf.all(send_all(wf, sms, send_sms), send_all(wf, emails, send_email));
    std::vector<NotificationOutcome> outcomes;
    collect(outcomes, "sms", sms, sms_sent);
    collect(outcomes, "email", emails, emails_sent);

    const auto recorded = co_await wf.shielded(wf.attempt(record_notifications, {report.call, outcomes}));
    if (wf.cancel_requested())
        throw durable::Canceled("the run was cancelled while notifications were being sent");
    notified = count(outcomes);
    if (!recorded.ok()) warn(wf, notified.warnings, "record_notifications", recorded.failure());
    co_return notified;
}

}  // namespace callflex

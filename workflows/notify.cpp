#include "workflows/notify.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "activities/notifications.hpp"

namespace callflex {

namespace {

/// Callbacks come within seconds; one that was lost (Twilio repeats hardly any) is asked for after this.
constexpr auto callback_patience = std::chrono::minutes{10};

/// A message that is on its way when the run is cancelled gets the time to say what became of it.
template <class Request, class Receipt>
durable::ActivityOptions to_its_end(const durable::Activity<Request, Receipt>& activity) {
    durable::ActivityOptions options = activity.options();
    options.cancellation = durable::CancellationType::wait_cancelled;
    return options;
}

NotifyResult result_of(const durable::Failure& failure) {
    const bool unknown = failure.retry_state == durable::RetryState::outcome_unknown ||
                         failure.kind == durable::FailureKind::canceled;
    return {unknown ? "outcome_unknown" : "failed", std::nullopt, failure.to_string()};
}

durable::Task<NotifyResult> send(durable::Workflow& wf, NotifyRequest request) {
    if (request.channel == "sms") {
        const auto sent =
            co_await wf.attempt(send_sms, {request.recipient, request.text}, to_its_end(send_sms));
        if (!sent.ok()) co_return result_of(sent.failure());
        co_return NotifyResult{"sent", sent.value().message_id, std::nullopt};
    }
    const auto sent =
        co_await wf.attempt(send_email, {request.recipient, request.subject, request.text, "notification"},
                            to_its_end(send_email));
    if (!sent.ok()) co_return result_of(sent.failure());
    co_return NotifyResult{"sent", sent.value().message_id, std::nullopt};
}

bool is_final(const DeliveryStatus& report) {
    return notification_status(report.status) != "sent";
}

NotifyResult delivered_as(const NotifyResult& sent, const DeliveryStatus& report) {
    NotifyResult result{notification_status(report.status), sent.vendor_message_id, std::nullopt};
    if (result.status != "delivered" && result.status != "sent") {
        result.error =
            report.error_code.empty() ? "the carrier did not deliver it" : "Twilio." + report.error_code;
    }
    return result;
}

/// The final report, whatever came before it; reports on anything but this message are passed over.
durable::Task<DeliveryStatus> final_report(durable::Workflow& wf, std::string message_id) {
    const auto reports = wf.signals(delivery_status);
    while (true) {
        DeliveryStatus report = co_await reports.receive();
        if (report.vendor_message_id == message_id && is_final(report)) co_return report;
    }
}

durable::Task<NotifyResult> follow(durable::Workflow& wf, NotifyResult sent) {
    const auto first =
        co_await wf.any(final_report(wf, *sent.vendor_message_id), wf.sleep(callback_patience));
    if (first.index == 0) co_return delivered_as(sent, std::get<0>(first.value));
    const auto asked = co_await wf.attempt(look_up_sms, {*sent.vendor_message_id});
    co_return asked.ok() ? delivered_as(sent, asked.value()) : sent;
}

/// FNV-1a, in hexadecimal: stands for a recipient where names are seen by more people than rows are.
std::string mark_of(const std::string& recipient) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : recipient) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    std::string mark;
    for (int i = 0; i < 16; ++i, hash >>= 4U) mark += "0123456789abcdef"[hash & 15U];
    return mark;
}

}  // namespace

durable::WorkflowId notify_id(const NotifyRequest& request) {
    std::string name = "notify-" + request.key;
    if (request.recipient.empty()) return durable::WorkflowId{name};
    const std::string mark = mark_of(request.recipient);
    for (std::size_t at = 0; (at = name.find(request.recipient, at)) != std::string::npos; at += mark.size())
        name.replace(at, request.recipient.size(), mark);
    return durable::WorkflowId{name};
}

durable::Task<NotifyResult> send_notification(durable::Workflow& wf, NotifyRequest request) {
    NotifyResult result = co_await send(wf, request);
    co_await wf.shielded(wf.run(record_notification, {request, result}));
    if (result.status != "sent" || request.channel != "sms") co_return result;
    result = co_await follow(wf, result);
    if (result.status != "sent") co_await wf.shielded(wf.run(record_notification, {request, result}));
    co_return result;
}

}  // namespace callflex

#include "workflows/call_processing.hpp"

#include "activities/billing/usage_alerts.hpp"
#include "activities/call_records.hpp"
#include "activities/contacts.hpp"
#include "activities/live_events.hpp"
#include "activities/recordings.hpp"
#include "activities/summaries.hpp"
#include "activities/transcripts.hpp"
#include "activities/usage.hpp"
#include "workflows/call_completed.hpp"
#include "workflows/call_notifications.hpp"
#include "workflows/live_update.hpp"
#include "workflows/tell.hpp"
#include "workflows/warnings.hpp"
#include "workflows/webhook_fanout.hpp"

namespace callflex {

namespace {

struct Understood {
    CallFindings findings;
    Warnings warnings;
};

durable::Task<Understood> understand(durable::Workflow& wf, TranscriptText transcript) {
    const auto [summary, facts] =
        co_await wf.all(wf.attempt(summarize, transcript), wf.attempt(extract_facts, transcript));
    Understood understood;
    if (summary.ok()) {
        understood.findings.summary = summary.value().text;
        understood.findings.extractive = summary.value().extractive;
    } else {
        warn(wf, understood.warnings, "summarize", summary.failure());
    }
    if (facts.ok()) {
        understood.findings.call_type = facts.value().call_type;
        understood.findings.sentiment = facts.value().sentiment;
        understood.findings.caller_name = facts.value().caller_name;
        understood.findings.action_items = facts.value().action_items;
    } else {
        warn(wf, understood.warnings, "extract_facts", facts.failure());
    }
    co_return understood;
}

durable::Task<Warnings> keep_recording(durable::Workflow& wf, RecordingToFetch wanted,
                                       std::int64_t duration_seconds) {
    Warnings warnings;
    const auto stored = co_await wf.attempt(fetch_recording, wanted);
    if (!stored.ok()) {
        warn(wf, warnings, "fetch_recording", stored.failure());
        co_return warnings;
    }
    const auto recorded =
        co_await wf.attempt(record_recording, {wanted.call, stored.value(), duration_seconds});
    if (!recorded.ok()) warn(wf, warnings, "record_recording", recorded.failure());
    co_return warnings;
}

/// Whether this call has used up a share of the included minutes that people want to hear of.
durable::Task<Warnings> alert_usage(durable::Workflow& wf, std::string organization_id) {
    Warnings warnings;
    const auto raised = co_await wf.attempt(raise_usage_alerts, {organization_id});
    if (!raised.ok()) {
        warn(wf, warnings, "raise_usage_alerts", raised.failure());
        co_return warnings;
    }
    co_await tell(wf, raised.value().messages);
    co_return warnings;
}

CallProcessed event_of(const CallSummary& result) {
    return {result.call_id,
            result.summary,
            result.call_type,
            result.sentiment,
            result.minutes,
            result.notifications_sent,
            static_cast<int>(result.warnings.size())};
}

/// The last step: dashboards, then the customer's own systems.
durable::Task<Warnings> announce(durable::Workflow& wf, EndedCall call, CallSummary result) {
    LiveUpdate update = co_await publish_live(
        wf, {call.organization_id, "call_processed", durable::encode(event_of(result))});
    Warnings warnings = std::move(update.warnings);
    if (update.has_webhooks) append(warnings, co_await deliver_webhooks(wf, call_completed(call, result)));
    co_return warnings;
}

}  // namespace

durable::Task<CallSummary> process_call(durable::Workflow& wf, EndedCall call) {
    const CallKey key = key_of(call);
    const std::int64_t minutes = billed_minutes(call.duration_seconds);
    CallSummary result;
    result.call_id = call.call_id;
    result.minutes = minutes;

    CallFindings findings;
    if (!call.transcript.empty()) {
        co_await wf.run(store_transcript, {key, call.transcript, call.segments});
        Understood understood = co_await understand(wf, {call.transcript});
        findings = understood.findings;
        append(result.warnings, understood.warnings);
    }
    co_await wf.run(update_call_record, {key, findings});

    if (call.recording_url) {
        append(result.warnings, co_await keep_recording(wf, {key, call.vapi_call_id, *call.recording_url},
                                                        call.duration_seconds));
    }
    co_await wf.run(update_contact, {key, call.from_number, findings.caller_name, minutes});
    co_await wf.run(count_usage, {key, call.ended_at, minutes, call.cost_microdollars});
    append(result.warnings, co_await alert_usage(wf, call.organization_id));

    const Notified notified = co_await report_call(
        wf, {key, call.from_number, call.duration_seconds, call.transcript.empty(), findings});
    append(result.warnings, notified.warnings);

    result.summary = findings.summary.value_or("");
    result.extractive = findings.extractive;
    result.call_type = findings.call_type.value_or("");
    result.sentiment = findings.sentiment.value_or("");
    result.notifications_sent = notified.sent;
    append(result.warnings, co_await announce(wf, call, result));
    co_return result;
}

}  // namespace callflex

#pragma once
// The wire form of every event, said once: fields(visitor, value) names each member, for the writer and for
// the reader in history_codec.cpp. The names are frozen (tests/histories keeps them): a member may be added
// as optional(), none may be renamed or removed. optional() leaves out a member that has its default value.

#include "engine/replay/history.hpp"

namespace durable::history {

template <class V>
void fields(V& v, typename V::template Ref<RetryPolicy> retry) {
    v.optional("initial_interval", retry.initial_interval, RetryPolicy{}.initial_interval);
    v.optional("backoff_coefficient", retry.backoff_coefficient, RetryPolicy{}.backoff_coefficient);
    v.optional("maximum_interval", retry.maximum_interval, Duration{0});
    v.optional("maximum_attempts", retry.maximum_attempts, 0);
    v.optional("non_retryable_types", retry.non_retryable_types, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityLimit> limit) {
    v.required("key", limit.key);
    v.optional("concurrency", limit.concurrency, 0);
    v.optional("per_second", limit.per_second, 0);
    v.optional("burst", limit.burst, 1);
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityOptions> options) {
    v.optional("schedule_to_close", options.schedule_to_close, Duration{0});
    v.optional("schedule_to_start", options.schedule_to_start, Duration{0});
    v.optional("start_to_close", options.start_to_close, Duration{0});
    v.optional("heartbeat", options.heartbeat, Duration{0});
    v.optional("retry", options.retry, {});
    v.optional("delivery", options.delivery, Delivery::at_least_once);
    v.optional("cancellation", options.cancellation, CancellationType::try_cancel);
    v.optional("queue", options.queue, {});
    v.optional("priority", options.priority, 3);
    v.optional("limit", options.limit, {});
    v.optional("local", options.local, false);
}

template <class V>
void fields(V& v, typename V::template Ref<RunLimit> limit) {
    v.required("key", limit.key);
    v.optional("concurrency", limit.concurrency, 1);
}

template <class V>
void fields(V& v, typename V::template Ref<QueueShare> share) {
    v.optional("priority", share.priority, QueueShare{}.priority);
    v.optional("fairness_key", share.fairness_key, {});
    v.optional("weight", share.weight, QueueShare{}.weight);
}

template <class V>
void fields(V& v, typename V::template Ref<Failure> failure) {
    v.required("kind", failure.kind);
    v.optional("type", failure.type, {});
    v.optional("message", failure.message, {});
    v.optional("details", failure.details, {});
    v.optional("retryable", failure.retryable, true);
    v.optional("next_delay", failure.next_delay, {});
    v.optional("activity", failure.activity, {});
    v.optional("activity_id", failure.activity_id, {});
    v.optional("attempts", failure.attempts, 0);
    v.optional("retry_state", failure.retry_state, RetryState::none);
    v.optional("timeout", failure.timeout, TimeoutType::none);
    v.optional("cause", failure.cause, nullptr);
}

// --- what arrives ----------------------------------------------------------------------------------------

template <class V>
void fields(V& v, typename V::template Ref<ParentRun> parent) {
    v.required("run", parent.run);
    v.required("chain", parent.chain);
    v.required("initiated", parent.initiated);
    v.required("workflow_id", parent.workflow_id);
}

template <class V>
void fields(V& v, typename V::template Ref<SignalReceived> event) {
    v.required("name", event.name);
    v.required("input", event.input);
    v.optional("request_id", event.request_id, {});
}

template <class V>
void fields(V& v, typename V::template Ref<SearchAttribute> attribute) {
    v.required("key", attribute.key);
    v.required("type", attribute.type);
    v.required("value", attribute.value);
}

template <class V>
void fields(V& v, typename V::template Ref<CopiedStretch> stretch) {
    v.required("run", stretch.run);
    v.required("last", stretch.last);
    v.required("workflow_id", stretch.workflow_id);
}

template <class V>
void fields(V& v, typename V::template Ref<Forked> forked) {
    v.required("base", forked.base);
    v.required("after", forked.after);
    v.optional("reset", forked.reset, true);
    v.optional("reason", forked.reason, {});
    v.optional("identity", forked.identity, {});
    v.required("copied", forked.copied);
    v.optional("resent", forked.resent, 0);
    v.optional("run_deadline", forked.run_deadline, {});
    v.optional("execution_deadline", forked.execution_deadline, {});
}

template <class V>
void fields(V& v, typename V::template Ref<NextAttempt> next) {
    v.required("run", next.run);
    v.required("at", next.at);
    v.optional("signals", next.signals, {});
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowStarted> event) {
    v.required("type", event.type);
    v.required("workflow_id", event.workflow_id);
    v.optional("tenant", event.tenant, {});
    v.required("queue", event.queue);
    v.required("input", event.input);
    v.optional("run_deadline", event.run_deadline, {});
    v.optional("run_timeout", event.run_timeout, {});
    v.optional("parent", event.parent, {});
    v.optional("continued_from", event.continued_from, {});
    v.optional("signals", event.signals, {});
    v.optional("scheduled_for", event.scheduled_for, {});
    v.optional("previous_result", event.previous_result, {});
    v.optional("previous_failure", event.previous_failure, {});
    v.optional("attempt", event.attempt, 1);
    v.optional("retry", event.retry, {});
    v.optional("execution_timeout", event.execution_timeout, {});
    v.optional("execution_deadline", event.execution_deadline, {});
    v.optional("on_mismatch", event.on_mismatch, {});
    v.optional("forked", event.forked, {});
    v.optional("limit", event.limit, {});
    v.optional("attributes", event.attributes, {});
    v.optional("subject", event.subject, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityCompleted> event) {
    v.required("scheduled", event.scheduled);
    v.required("result", event.result);
    v.optional("attempts", event.attempts, 1);
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityFailed> event) {
    v.required("scheduled", event.scheduled);
    v.required("failure", event.failure);
}

template <class V>
void fields(V& v, typename V::template Ref<TimerFired> event) {
    v.required("started", event.started);
}

template <class V>
void fields(V& v, typename V::template Ref<CancelRequested> event) {
    v.optional("reason", event.reason, {});
    v.optional("identity", event.identity, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ChildStarted> event) {
    v.required("initiated", event.initiated);
    v.required("run", event.run);
}

template <class V>
void fields(V& v, typename V::template Ref<ChildStartFailed> event) {
    v.required("initiated", event.initiated);
    v.required("failure", event.failure);
    v.optional("run", event.run, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ChildCompleted> event) {
    v.required("initiated", event.initiated);
    v.required("result", event.result);
    v.optional("run", event.run, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ChildFailed> event) {
    v.required("initiated", event.initiated);
    v.required("failure", event.failure);
    v.optional("run", event.run, {});
}

template <class V>
void fields(V& v, typename V::template Ref<UpdateAccepted> event) {
    v.required("id", event.id);
    v.required("name", event.name);
    v.required("input", event.input);
}

template <class V>
void fields(V& v, typename V::template Ref<ExternalDelivered> event) {
    v.required("ordered", event.ordered);
}

template <class V>
void fields(V& v, typename V::template Ref<ExternalFailed> event) {
    v.required("ordered", event.ordered);
    v.required("failure", event.failure);
}

// --- commands --------------------------------------------------------------------------------------------

template <class V>
void fields(V& v, typename V::template Ref<ActivityScheduled> event) {
    v.required("type", event.type);
    v.required("input", event.input);
    v.optional("options", event.options, {});
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityCancelRequested> event) {
    v.required("scheduled", event.scheduled);
}

template <class V>
void fields(V& v, typename V::template Ref<TimerStarted> event) {
    v.required("delay", event.delay);
    v.required("due", event.due);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<TimerCanceled> event) {
    v.required("started", event.started);
}

template <class V>
void fields(V& v, typename V::template Ref<SideEffectRecorded> event) {
    v.required("value", event.value);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ChildInitiated> event) {
    v.required("type", event.type);
    v.required("workflow_id", event.workflow_id);
    v.required("input", event.input);
    v.optional("parent_close", event.parent_close, ParentClosePolicy::terminate);
    v.optional("cancellation", event.cancellation, CancellationType::wait_cancelled);
    v.optional("reuse", event.reuse, ChildReuse::allow);
    v.optional("queue", event.queue, {});
    v.optional("run_timeout", event.run_timeout, {});
    v.optional("share", event.share, {});
    v.required("run", event.run);
    v.optional("attributes", event.attributes, {});
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ChildCancelRequested> event) {
    v.required("initiated", event.initiated);
}

template <class V>
void fields(V& v, typename V::template Ref<StatePublished> event) {
    v.required("key", event.key);
    v.required("value", event.value);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<SearchAttributeSet> event) {
    v.required("key", event.key);
    v.required("type", event.type);
    v.required("value", event.value);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<UpdateCompleted> event) {
    v.required("accepted", event.accepted);
    v.optional("result", event.result, {});
    v.optional("failure", event.failure, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ExternalSignalOrdered> event) {
    v.required("workflow_id", event.workflow_id);
    v.required("name", event.name);
    v.required("input", event.input);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ExternalCancelOrdered> event) {
    v.required("workflow_id", event.workflow_id);
    v.optional("reason", event.reason, {});
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<PatchMarked> event) {
    v.required("id", event.id);
    v.optional("deprecated", event.deprecated, false);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<ActivityOrdered> event) {
    v.required("scheduled", event.scheduled);
    v.optional("stop", event.stop, false);
}

template <class V>
void fields(V& v, typename V::template Ref<UnitsGranted> event) {
    v.required("requested", event.requested);
}

template <class V>
void fields(V& v, typename V::template Ref<UnitsRequested> event) {
    v.required("resource", event.resource);
    v.optional("units", event.units, 1);
    v.optional("capacity", event.capacity, 1);
    v.optional("source", event.source, {});
}

template <class V>
void fields(V& v, typename V::template Ref<UnitsReleased> event) {
    v.required("requested", event.requested);
}

template <class V>
void fields(V&, typename V::template Ref<CodeStarted>) {}

// --- the end ---------------------------------------------------------------------------------------------

template <class V>
void fields(V& v, typename V::template Ref<WorkflowCompleted> event) {
    v.required("result", event.result);
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowFailed> event) {
    v.required("failure", event.failure);
    v.optional("next", event.next, {});
    v.optional("outside", event.outside, false);
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowCanceled> event) {
    v.required("failure", event.failure);
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowTimedOut> event) {
    v.optional("reason", event.reason, {});
    v.optional("next", event.next, {});
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowTerminated> event) {
    v.optional("reason", event.reason, {});
    v.optional("identity", event.identity, {});
    v.optional("reset_to", event.reset_to, {});
}

template <class V>
void fields(V& v, typename V::template Ref<WorkflowContinuedAsNew> event) {
    v.required("run", event.run);
    v.required("type", event.type);
    v.required("input", event.input);
    v.optional("signals", event.signals, {});
    v.optional("run_timeout", event.run_timeout, {});
    v.optional("attributes", event.attributes, {});
}

}  // namespace durable::history

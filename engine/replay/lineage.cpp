#include "engine/replay/lineage.hpp"

#include <algorithm>
#include <utility>

#include "engine/workflow/random.hpp"
#include "engine/workflow/retry.hpp"

namespace durable::replay {
namespace {

using namespace history;

/// FNV-1a over both, going on from `hash`.
std::uint64_t hash_of(std::uint64_t hash, RunId run, EventId command) {
    constexpr std::uint64_t prime = 0x100000001B3U;
    for (const std::uint8_t byte : run.value.bytes) hash = (hash ^ byte) * prime;
    for (int shift = 0; shift < 32; shift += 8) {
        hash = (hash ^ (static_cast<std::uint32_t>(command.value) >> shift & 0xFF)) * prime;
    }
    return hash;
}

Uuid seed_of(RunId run, EventId command) {
    const std::uint64_t low = hash_of(0xCBF29CE484222325U, run, command);
    const std::uint64_t high = hash_of(low, run, command);
    Uuid seed;
    for (std::size_t i = 0; i < 8; ++i) {
        seed.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        seed.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return seed;
}

Activation begun(WorkflowStarted started, Timestamp time, Timestamp first_claim) {
    if (started.run_timeout) started.run_deadline = first_claim + *started.run_timeout;
    if (started.execution_timeout && !started.execution_deadline) {
        started.execution_deadline = first_claim + *started.execution_timeout;
    }
    Activation activation;
    activation.time = time;
    activation.arrived.emplace_back(std::move(started));
    return activation;
}

/// What is handed on unchanged inside a chain.
void inherit(WorkflowStarted& started, const Relative& previous) {
    const WorkflowStarted& from = previous.started;
    started.workflow_id = from.workflow_id;
    started.tenant = from.tenant;
    started.subject = from.subject;
    started.queue = from.queue;
    started.parent = from.parent;
    started.continued_from = previous.run;
    started.scheduled_for = from.scheduled_for;
    started.previous_result = from.previous_result;
    started.previous_failure = from.previous_failure;
    started.retry = from.retry;
    started.execution_timeout = from.execution_timeout;
    const bool restarted = from.forked && from.forked->execution_deadline;
    started.execution_deadline = restarted ? from.forked->execution_deadline : from.execution_deadline;
    started.on_mismatch = from.on_mismatch;
    started.limit = from.limit;
}

/// What the code failed at: an activity's or a child's failure says "final" of itself, its cause tells why.
const Failure& root_of(const Failure& failure) {
    const bool wraps = failure.kind == FailureKind::activity || failure.kind == FailureKind::child;
    return wraps && failure.cause != nullptr ? root_of(*failure.cause) : failure;
}

/// How a run's end reads as a cause; nothing for the ends that are no failure.
std::optional<Failure> failure_of(const Event& end) {
    if (const auto* failed = std::get_if<WorkflowFailed>(&end)) {
        if (failed->next) return std::nullopt;  // the chain goes on
        return failed->failure;
    }
    if (const auto* canceled = std::get_if<WorkflowCanceled>(&end)) return canceled->failure;
    if (const auto* late = std::get_if<WorkflowTimedOut>(&end)) {
        if (late->next) return std::nullopt;
        return Failure{.kind = FailureKind::timed_out, .message = late->reason, .retryable = false};
    }
    if (const auto* terminated = std::get_if<WorkflowTerminated>(&end)) {
        return Failure{.kind = FailureKind::terminated, .message = terminated->reason, .retryable = false};
    }
    return std::nullopt;
}

}  // namespace

RunId derived_run(RunId run, EventId command, Timestamp time) {
    Uuid id = Random{seed_of(run, command)}.uuid();
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    const auto milliseconds = static_cast<std::uint64_t>(since.count());
    for (std::size_t i = 0; i < 6; ++i) {
        id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    }
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x70);
    return RunId{id};
}

Activation first_of_child(const Relative& parent, EventId initiated, const ChildInitiated& command,
                          Timestamp time) {
    WorkflowStarted started;
    started.type = command.type;
    started.workflow_id = command.workflow_id;
    started.tenant = parent.started.tenant;
    started.subject = parent.started.subject;
    started.queue = command.queue.empty() ? parent.started.queue : command.queue;
    started.input = command.input;
    started.run_timeout = command.run_timeout;
    started.execution_timeout = command.execution_timeout;
    started.retry = command.retry;
    started.attributes = command.attributes;
    started.parent = ParentRun{parent.run, parent.chain, initiated, parent.started.workflow_id};
    return begun(std::move(started), time, time);
}

Activation first_of_next(const Relative& previous, const WorkflowContinuedAsNew& end, Timestamp time) {
    WorkflowStarted started;
    started.type = end.type;
    inherit(started, previous);
    started.input = end.input;
    started.run_timeout = end.run_timeout;
    started.signals = end.signals;
    started.attributes = end.attributes;
    return begun(std::move(started), time, time);
}

std::optional<NextAttempt> next_attempt(const Relative& previous, const Failure& failure, EventId end,
                                        Timestamp time, bool cancel_requested) {
    const WorkflowStarted& started = previous.started;
    if (!started.retry) return std::nullopt;
    const bool restarted = started.forked && started.forked->execution_deadline;
    const auto& deadline = restarted ? started.forked->execution_deadline : started.execution_deadline;
    const RetryDecision decision = decide_retry(
        *started.retry, {root_of(failure), started.attempt, 0, time, deadline, cancel_requested});
    if (!decision.next_attempt_at) return std::nullopt;
    return NextAttempt{derived_run(previous.run, end, time), *decision.next_attempt_at, {}};
}

Activation first_of_attempt(const Relative& previous, const NextAttempt& attempt, Timestamp time) {
    WorkflowStarted started;
    started.type = previous.started.type;
    inherit(started, previous);
    started.input = previous.started.input;
    started.run_timeout = previous.started.run_timeout;
    started.signals = attempt.signals;
    started.attributes = previous.started.attributes;
    started.attempt = previous.started.attempt + 1;
    return begun(std::move(started), time, std::max(time, attempt.at));
}

std::optional<Event> report_to_parent(const Relative& child, const Event& end) {
    const std::optional<ParentRun>& parent = child.started.parent;
    if (!parent) return std::nullopt;
    if (const auto* completed = std::get_if<WorkflowCompleted>(&end)) {
        return ChildCompleted{parent->initiated, completed->result, child.chain};
    }
    std::optional<Failure> cause = failure_of(end);
    if (!cause) return std::nullopt;
    Failure failure{.kind = FailureKind::child, .retryable = false};
    failure.activity = child.started.type;
    failure.activity_id = parent->initiated;
    failure.cause = std::make_shared<const Failure>(*std::move(cause));
    return history::ChildFailed{parent->initiated, bounded(std::move(failure)), child.chain};
}

ChildStartFailed id_taken(EventId initiated, RunId run) {
    Failure failure{.type = "WorkflowIdTaken", .retryable = false};
    failure.message = "another run has the child's workflow id";
    return {initiated, std::move(failure), run};
}

}  // namespace durable::replay

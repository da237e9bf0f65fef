// The Dispatcher's local activities: a retry that is due soon waits in memory instead of in a row. While it
// waits the activity counts as one that runs here, so the run stays with this worker, whose death is found and
// mended as ever.

#include <algorithm>

#include "engine/worker/dispatcher.hpp"

namespace durable::worker {

/// True if the activity's next attempt is to wait here. Its run is to be looked at again then.
bool Dispatcher::retry_in_place(HeldRun& run, EagerActivity& activity, const Verdict& verdict) {
    const auto* row = std::get_if<store::ActivityRow>(&verdict);
    const bool soon = row != nullptr && row->available_at <= now_ + local_patience;
    if (!soon || !activity.facts.task->options.local || activity.ordered || draining_ || gave_up_)
        return false;
    activity.attempt = AttemptId{};
    activity.again_at = row->available_at;
    activity.facts.attempt = row->attempt;
    activity.facts.last_failure = decode_failure(row->last_failure);
    activity.control = std::make_shared<AttemptControl>();
    if (row->heartbeat_details) activity.facts.heartbeat_details = Payload{*row->heartbeat_details};
    if (run.state == HeldRun::State::waiting) make_ready(run);
    return true;
}

/// Starts what is due, and ends what was cancelled while it waited.
void Dispatcher::go_on_in_place(HeldRun& run) {
    std::vector<EventId> canceled;
    for (auto& [id, activity] : run.eager) {
        if (!activity.again_at) continue;
        if (activity.facts.cancel_requested) {
            canceled.push_back(id);
        } else if (*activity.again_at <= now_) {
            starts_.push_back(next_in_place(run, id, activity));
        }
    }
    for (const EventId id : canceled) {
        Failure cause;
        cause.kind = FailureKind::canceled;
        cause.message = "canceled while it waited for its next attempt";
        run.results.emplace_back(gave_up(run.eager.at(id).facts, RetryState::cancel_requested, cause));
        run.eager.erase(id);
    }
}

Attempt Dispatcher::next_in_place(const HeldRun& run, EventId id, EagerActivity& activity) {
    activity.again_at.reset();
    activity.attempt = AttemptId{++last_attempt_};
    const ActivityFacts& facts = activity.facts;
    Attempt attempt;
    attempt.id = activity.attempt;
    attempt.worker = worker_;
    attempt.fence = run.fence;
    attempt.info.run = run.run;
    attempt.info.activity = id;
    if (run.execution) attempt.info.workflow = WorkflowId{run.execution->started().workflow_id};
    attempt.info.tenant = run.tenant;
    attempt.info.type = facts.task->type;
    attempt.info.attempt = facts.attempt;
    attempt.info.lost_attempts = facts.lost_attempts;
    attempt.info.scheduled_at = facts.scheduled_at;
    attempt.info.started_at = now_;
    attempt.task = facts.task;
    attempt.close_by = facts.close_by;
    attempt.heartbeat_details = facts.heartbeat_details;
    attempt.last_failure = facts.last_failure;
    attempt.control = activity.control;
    attempt.slot =
        (activity.transactional ? settings_.turn.transactional_slots : settings_.turn.async_slots).try_take();
    return attempt;
}

/// The run's next timer, or the next attempt that waits here.
std::optional<Timestamp> Dispatcher::next_look(const HeldRun& run) {
    std::optional<Timestamp> next = run.execution ? run.execution->wake_at() : std::nullopt;
    for (const auto& [id, activity] : run.eager) {
        if (activity.again_at && (!next || *activity.again_at < *next)) next = activity.again_at;
    }
    return next;
}

}  // namespace durable::worker

// Turns that run none of the run's code: it is paused, its time is over, or it must not answer otherwise than recorded.

#include <algorithm>
#include <utility>

#include "engine/replay/lineage.hpp"
#include "engine/worker/relatives.hpp"
#include "engine/worker/turn.hpp"
#include "engine/worker/updates.hpp"

namespace durable::worker {
namespace {

using replay::Blocked;
using store::RunCommit;

}  // namespace

void Turn::time_out(RunCommit& commit) {
    const history::WorkflowStarted& started = run_.execution->started();
    history::Activation last;
    last.first_event = run_.execution->next_event();
    last.time = now_;
    last.build = settings_.build;
    const auto chain_ends = run_.execution->execution_deadline();
    const bool chain_is_over = chain_ends && *chain_ends <= now_;
    history::WorkflowTimedOut end{chain_is_over ? "the workflow's time is over (execution_timeout)"
                                                : "the run's time is over (run_timeout)"};
    if (!chain_is_over) {
        const Failure failure{.kind = FailureKind::timed_out, .message = end.reason};
        end.next =
            replay::next_attempt({run_.run, run_.chain, started}, failure, last.first_event, now_, false);
    }
    last.commands.emplace_back(std::move(end));
    commit.activation = store::HistoryRow{last.first_event, last.event_count(), history::encode(last)};
    commit.status = replay::RunStatus::timed_out;
    add_relatives(commit, started, {}, last);
    add_updates(commit, running_updates(*run_.execution), last);
}

bool Turn::waits_for_attempts() const {
    return std::ranges::any_of(
        run_.eager, [](const auto& entry) { return !entry.second.recorded && !entry.second.again_at; });
}

/// The run is paused: what its attempts have given waits in its inbox, their next attempts get rows, and the run is
/// nobody's until it is unpaused. None while attempts run here.
std::optional<RunCommit> Turn::park() {
    if (waits_for_attempts()) return std::nullopt;
    RunCommit commit = blank();
    commit.next = RunCommit::Next::release;
    commit.wake_at = now_;
    run_.sent.inbox_head = run_.inbox_head;
    run_.sent.results = std::exchange(run_.results, {});
    for (const history::Event& result : run_.sent.results)
        commit.posted.push_back(history::encode_event(result));
    run_.sent.rows = std::exchange(run_.retry_rows, {});
    for (const auto& [id, activity] : run_.eager) {
        if (activity.again_at) run_.sent.rows.push_back(row_of(activity.facts, *activity.again_at));
    }
    run_.eager.clear();
    for (const store::ActivityRow& row : run_.sent.rows) {
        const history::Event result = history::ActivityCompleted{row.activity, Payload{}, row.attempt};
        if (!run_.execution || run_.execution->expects(result)) commit.activities.push_back(row);
    }
    // Who holds it next has to look for activities that nobody runs: a replay from the start does.
    if (run_.check_orphans) run_.execution.reset();
    return commit;
}

/// The end of a run whose code does not answer as recorded, if its policy says so.
std::optional<RunCommit> Turn::fail(const Blocked& blocked) {
    if (blocked.kind != Blocked::Kind::mismatch || recorded_until_ < EventId{2}) return std::nullopt;
    const history::WorkflowStarted& started = run_.execution->started();
    const MismatchPolicy policy = started.on_mismatch.value_or(settings_.workflows.on_mismatch(started.type));
    if (policy != MismatchPolicy::fail) return std::nullopt;
    RunCommit commit = blank();
    history::Activation last;
    last.first_event = next(recorded_until_);
    last.time = now_;
    last.build = settings_.build;
    Failure failure{.type = "Mismatch", .message = blocked.reason, .retryable = false};
    last.commands.emplace_back(
        history::WorkflowFailed{.failure = bounded(std::move(failure)), .outside = true});
    commit.activation = store::HistoryRow{last.first_event, last.event_count(), history::encode(last)};
    commit.status = replay::RunStatus::failed;
    commit.next = RunCommit::Next::close;
    commit.inbox_head = run_.sent.inbox_head = run_.inbox_read();
    add_relatives(commit, started, {}, last);
    add_updates(commit, running_updates(*run_.execution), last);
    return commit;
}

}  // namespace durable::worker

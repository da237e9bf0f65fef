#include "engine/worker/turn.hpp"

#include <algorithm>
#include <utility>

#include "engine/worker/relatives.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

using replay::Blocked;
using store::RunCommit;

template <class T>
std::optional<EventId> scheduled_by(const history::Event& event) {
    const auto* result = std::get_if<T>(&event);
    return result == nullptr ? std::nullopt : std::optional{result->scheduled};
}

std::optional<EventId> settles(const history::Event& event) {
    const auto completed = scheduled_by<history::ActivityCompleted>(event);
    return completed ? completed : scheduled_by<history::ActivityFailed>(event);
}

history::Event canceled_before_start(const ActivityFacts& facts) {
    Failure cause;
    cause.kind = FailureKind::canceled;
    cause.message = "canceled before it was started";
    return gave_up(facts, RetryState::cancel_requested, cause);
}

}  // namespace

Duration blocked_backoff(std::int32_t failures) {
    const Duration longest = std::chrono::minutes{10};
    const std::int32_t doublings = std::clamp(failures, 0, 10);
    return std::min<Duration>(std::chrono::seconds{1} * (1 << doublings), longest);
}

Turn::Turn(const TurnSettings& settings, TurnCounts& counts, HeldRun& run, Timestamp now, bool eager_allowed)
    : settings_(settings), counts_(counts), run_(run), now_(now), eager_allowed_(eager_allowed) {}

std::optional<RunCommit> Turn::take() {
    run_.sent = {};
    if (run_.refused) return block(*std::exchange(run_.refused, std::nullopt));
    if (auto blocked = catch_up()) return block(*blocked);
    if (auto blocked = collect()) return block(*blocked);
    RunCommit commit = blank();
    if (auto blocked = activate(commit)) return block(*blocked);
    choose_next(commit);
    const bool nothing = !commit.activation && commit.activities.empty() &&
                         commit.inbox_head == run_.inbox_head && commit.next == RunCommit::Next::keep;
    if (nothing) return std::nullopt;
    return commit;
}

std::optional<Blocked> Turn::catch_up() {
    if (!run_.execution) {
        run_.execution.emplace(settings_.workflows, run_.run, settings_.build);
        if (run_.history.size() > 1) ++counts_.replays;
    }
    first_activation_ = run_.activations == 1;
    const std::vector<store::HistoryRow> rows = std::exchange(run_.history, {});
    try {
        for (const store::HistoryRow& row : rows) {
            if (rows.size() > 1) counts_.replayed_events += static_cast<std::uint64_t>(row.events);
            auto blocked = run_.execution->replay(history::decode_activation(row.first_event, row.bytes));
            if (blocked) return blocked;
        }
    } catch (const DecodeError& error) {
        return Blocked{Blocked::Kind::undecodable, std::string{"the history: "} + error.what(), {}};
    }
    return std::nullopt;
}

std::optional<Blocked> Turn::collect() {
    run_.sent.results = std::exchange(run_.results, {});
    for (const history::Event& result : run_.sent.results) accept(result);
    run_.sent.inbox_head = run_.inbox_read();
    try {
        for (const store::InboxMessage& message : run_.inbox) {
            history::Event event = history::decode_event(message.event);
            // A result for an earlier run of the chain would be taken for one of this run's.
            if (message.run == run_.run || is_for_chain(event)) accept(std::move(event));
        }
    } catch (const DecodeError& error) {
        return Blocked{Blocked::Kind::undecodable, std::string{"a message: "} + error.what(), {}};
    }
    for (history::Event& timer : run_.execution->due_timers(now_)) arrived_.push_back(std::move(timer));
    return std::nullopt;
}

void Turn::accept(history::Event event) {
    const auto activity = settles(event);
    if (activity) run_.eager.erase(*activity);
    if (!run_.execution->expects(event)) return;
    if (activity && !settled_now_.insert(*activity).second) return;
    arrived_.push_back(std::move(event));
}

std::optional<Blocked> Turn::activate(RunCommit& commit) {
    const EventId first_new = run_.execution->next_event();
    if (run_.execution->past_deadline(now_)) {
        time_out(commit);
        return std::nullopt;
    }
    if (!arrived_.empty() || first_activation_) {
        ChildChains children = open_children(*run_.execution);
        auto result = run_.execution->activate(std::move(arrived_), now_);
        if (result.blocked) return result.blocked;
        record(commit, *result.activated);
        add_relatives(commit, run_.execution->started(), std::move(children), result.activated->activation);
        pass_on_cancellations(commit, result.activated->activation);
    }
    if (commit.status == replay::RunStatus::running) place_activities(commit, first_new);
    return std::nullopt;
}

void Turn::time_out(RunCommit& commit) {
    history::Activation last;
    last.first_event = run_.execution->next_event();
    last.time = now_;
    last.build = settings_.build;
    last.commands.emplace_back(history::WorkflowTimedOut{"the run's time is over (run_timeout)"});
    commit.activation = store::HistoryRow{last.first_event, last.event_count(), history::encode(last)};
    commit.status = replay::RunStatus::timed_out;
    add_relatives(commit, run_.execution->started(), {}, last);
}

void Turn::record(RunCommit& commit, const replay::Activated& activated) {
    ++counts_.activations;
    const history::Activation& activation = activated.activation;
    commit.activation =
        store::HistoryRow{activation.first_event, activation.event_count(), history::encode(activation)};
    commit.status = activated.status;
    commit.wake_at = activated.wake_at;
}

void Turn::pass_on_cancellations(RunCommit& commit, const history::Activation& activation) {
    for (const history::Event& command : activation.commands) {
        const auto* cancel = std::get_if<history::ActivityCancelRequested>(&command);
        if (cancel == nullptr) continue;
        const auto eager = run_.eager.find(cancel->scheduled);
        if (eager == run_.eager.end()) {
            if (cancel->scheduled < activation.first_event)
                commit.cancel_activities.push_back(cancel->scheduled);
            continue;
        }
        run_.sent.canceled.insert(cancel->scheduled);
    }
}

void Turn::place_activities(RunCommit& commit, EventId first_new) {
    run_.sent.rows = std::exchange(run_.retry_rows, {});
    std::set<EventId> placed;
    for (store::ActivityRow& row : run_.sent.rows) {
        history::Event result = history::ActivityCompleted{row.activity, Payload{}, row.attempt};
        if (!run_.execution->expects(result)) continue;
        placed.insert(row.activity);
        commit.activities.push_back(row);
    }
    for (const replay::PendingActivity& pending : run_.execution->pending_activities()) {
        if (pending.scheduled >= first_new) {
            place_new(commit, pending);
        } else if (run_.check_orphans && !placed.contains(pending.scheduled)) {
            place_orphan(commit, pending);
        }
    }
    run_.check_orphans = false;
    find_abandoned();
    counts_.rows_written += commit.activities.size();
}

void Turn::place_new(RunCommit& commit, const replay::PendingActivity& pending) {
    const ActivityFacts facts = facts_of_pending(pending);
    if (pending.cancel_requested) {
        run_.sent.results_after.push_back(canceled_before_start(facts));
        return;
    }
    SlotLease slot = eager_slot(*pending.command);
    if (!slot) {
        commit.activities.push_back(row_of(facts, pending.scheduled_at));
        return;
    }
    Attempt attempt;
    attempt.fence = run_.fence;
    attempt.info.run = run_.run;
    attempt.info.activity = pending.scheduled;
    attempt.info.workflow = WorkflowId{run_.execution->started().workflow_id};
    attempt.info.tenant = run_.tenant;
    attempt.info.type = pending.command->type;
    attempt.info.scheduled_at = pending.scheduled_at;
    attempt.task = facts.task;
    attempt.close_by = facts.close_by;
    attempt.control = std::make_shared<AttemptControl>();
    attempt.slot = std::move(slot);
    run_.sent.starts.push_back(std::move(attempt));
    ++counts_.eager_started;
}

void Turn::place_orphan(RunCommit& commit, const replay::PendingActivity& pending) {
    if (run_.rows.contains(pending.scheduled) || run_.eager.contains(pending.scheduled)) return;
    ActivityFacts facts = facts_of_pending(pending);
    if (pending.cancel_requested) {
        run_.sent.results_after.push_back(canceled_before_start(facts));
        return;
    }
    facts.lost_attempts = 1;
    commit.activities.push_back(row_of(facts, available_after_interruption(*facts.task, now_)));
}

ActivityFacts Turn::facts_of_pending(const replay::PendingActivity& pending) const {
    ActivityFacts facts;
    facts.run = run_.run;
    facts.activity = pending.scheduled;
    facts.tenant = run_.tenant;
    const std::string& asked = pending.command->options.queue;
    facts.queue = asked.empty() ? run_.execution->started().queue : asked;
    facts.task = std::make_shared<const history::ActivityScheduled>(*pending.command);
    facts.scheduled_at = pending.scheduled_at;
    facts.close_by = close_deadline(pending.command->options, pending.scheduled_at);
    return facts;
}

SlotLease Turn::eager_slot(const history::ActivityScheduled& command) const {
    const ActivityOptions& options = command.options;
    const bool here = options.queue.empty() || options.queue == settings_.queue;
    // Who has to wait for a turn or a limit, and who gives signs of life that the next attempt needs, has a row.
    const bool ordinary = !options.limit && options.priority == ActivityOptions{}.priority &&
                          options.heartbeat == Duration::zero();
    if (!eager_allowed_ || !here || !ordinary) return {};
    if (settings_.activities.find_async(command.type) != nullptr) return settings_.async_slots.try_take();
    if (settings_.activities.find_transactional(command.type) != nullptr) {
        return settings_.transactional_slots.try_take();
    }
    return {};
}

void Turn::find_abandoned() {
    if (run_.eager.empty()) return;
    for (const auto& [id, activity] : run_.eager) run_.sent.let_go.insert(id);
    for (const replay::PendingActivity& pending : run_.execution->pending_activities()) {
        run_.sent.let_go.erase(pending.scheduled);
    }
}

void Turn::settle_rest(RunCommit& commit) const {
    for (const replay::PendingActivity& pending : run_.execution->pending_activities()) {
        if (!run_.eager.contains(pending.scheduled)) commit.settled_activities.push_back(pending.scheduled);
    }
}

void Turn::choose_next(RunCommit& commit) {
    commit.inbox_head = run_.sent.inbox_head;
    if (commit.status != replay::RunStatus::running) {
        commit.next = RunCommit::Next::close;
        settle_rest(commit);
        return;
    }
    commit.wake_at = run_.execution->wake_at();
    const bool busy = run_.eager.size() > run_.sent.let_go.size() || !run_.sent.starts.empty() ||
                      !run_.sent.results_after.empty() || !commit.children.empty();
    commit.next = busy ? RunCommit::Next::keep : RunCommit::Next::release;
}

RunCommit Turn::blank() const {
    RunCommit commit;
    commit.run = run_.run;
    commit.chain = run_.chain;
    commit.tenant = run_.tenant;
    commit.fence = run_.fence;
    commit.activations_before = run_.activations;
    commit.inbox_head = run_.inbox_head;
    commit.was_blocked = run_.failures > 0;
    return commit;
}

RunCommit Turn::block(const Blocked& blocked) {
    ++counts_.blocked;
    run_.execution.reset();
    run_.sent.starts.clear();
    RunCommit commit = blank();
    commit.next = RunCommit::Next::block;
    commit.wake_at = now_ + blocked_backoff(run_.failures);
    switch (blocked.kind) {
        case Blocked::Kind::mismatch:
            commit.blocked_kind = "mismatch";
            break;
        case Blocked::Kind::escaped_exception:
            commit.blocked_kind = "escaped_exception";
            break;
        case Blocked::Kind::unknown_type:
            commit.blocked_kind = "unknown_type";
            break;
        case Blocked::Kind::undecodable:
            commit.blocked_kind = "undecodable";
            break;
        case Blocked::Kind::invalid_command:
            commit.blocked_kind = "invalid_command";
            break;
    }
    commit.blocked_reason = blocked.reason;
    return commit;
}

}  // namespace durable::worker

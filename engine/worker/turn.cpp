#include "engine/worker/turn.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/worker/payload_limits.hpp"
#include "engine/worker/relatives.hpp"
#include "engine/worker/updates.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

using replay::Blocked;
using store::RunCommit;

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
    run_.overlooked = false;
    if (run_.refused) return block(*std::exchange(run_.refused, std::nullopt));
    if (run_.paused) return park();
    if (auto blocked = catch_up()) {
        if (auto end = fail(*blocked)) return end;
        return block(*blocked);
    }
    run_.ended_elsewhere = run_.execution->status() != replay::RunStatus::running;
    if (run_.ended_elsewhere) return std::nullopt;
    if (auto blocked = collect()) return block(*blocked);
    RunCommit commit = blank();
    if (auto blocked = activate(commit)) return block(*blocked);
    if (overlooks_signals(commit)) {
        run_.overlooked = true;
        return std::nullopt;
    }
    std::ranges::move(turned_down_, std::back_inserter(commit.updates));
    choose_next(commit);
    const bool nothing = !commit.activation && commit.activities.empty() && commit.units.empty() &&
                         commit.inbox_head == run_.inbox_head && commit.next == RunCommit::Next::keep;
    if (nothing) return std::nullopt;
    return commit;
}

std::optional<Blocked> Turn::catch_up() {
    if (!run_.execution) {
        run_.execution.emplace(settings_.workflows, run_.run, settings_.build);
        if (run_.history.size() > 1) ++counts_.replays;
    }
    const std::vector<store::HistoryRow> rows = std::exchange(run_.history, {});
    if (!rows.empty()) recorded_until_ = EventId{rows.back().first_event.value + rows.back().events - 1};
    try {
        for (const store::HistoryRow& row : rows) {
            if (!row.unreadable.empty()) return unreadable(row.unreadable);
            if (rows.size() > 1) counts_.replayed_events += static_cast<std::uint64_t>(row.events);
            auto blocked = run_.execution->replay(history::decode_activation(row.first_event, row.bytes));
            if (blocked) return blocked;
        }
    } catch (const DecodeError& error) {
        return Blocked{Blocked::Kind::undecodable, std::string{"the history: "} + error.what(), {}};
    }
    // What has been read knows better than a row that nobody could bring up to date.
    if (run_.execution->activations() > 0) {
        run_.activations = run_.execution->activations();
        run_.next_event = run_.execution->next_event();
    }
    first_activation_ = run_.activations == 1;
    return std::nullopt;
}

std::optional<Blocked> Turn::activate(RunCommit& commit) {
    const EventId first_new = run_.execution->next_event();
    if (run_.execution->past_deadline(now_)) {
        time_out(commit);
        return std::nullopt;
    }
    if (!arrived_.empty() || first_activation_) {
        ChildChains children = open_children(*run_.execution);
        RunningUpdates updates = running_updates(*run_.execution);
        const std::size_t unread = run_.execution->unread_signals();
        commit.cancel_received = cancel_received();
        auto result = run_.execution->activate(std::move(arrived_), now_);
        if (result.blocked) return result.blocked;
        record(commit, *result.activated);
        if (auto blocked = too_large(commit, *result.activated)) return blocked;
        add_relatives(commit, run_.execution->started(), std::move(children), result.activated->activation);
        pass_on_cancellations(commit, result.activated->activation);
        add_updates(commit, std::move(updates), result.activated->activation);
        note_unread(commit, unread);
    }
    if (commit.status == replay::RunStatus::running) place_activities(commit, first_new);
    return std::nullopt;
}

/// The figure in the database is that of the last time it passed a thousand: a figure for refusing floods, that
/// costs the others nothing.
void Turn::note_unread(RunCommit& commit, std::size_t before) const {
    constexpr std::size_t step = 1000;
    const std::size_t now = run_.execution->unread_signals();
    if (now / step != before / step) commit.unread = static_cast<std::int32_t>(now);
}

void Turn::record(RunCommit& commit, const replay::Activated& activated) {
    ++counts_.activations;
    const history::Activation& activation = activated.activation;
    commit.activation =
        store::HistoryRow{activation.first_event, activation.event_count(), history::encode(activation)};
    commit.status = activated.status;
    commit.wake_at = activated.wake_at;
}

std::optional<Blocked> Turn::too_large(const RunCommit& commit, const replay::Activated& activated) {
    if (!commit.activation) return std::nullopt;
    const std::size_t bytes = commit.activation->bytes.size();
    run_.sent.large_payload = large_payload(activated.activation, bytes, settings_.payload_limits);
    return command_too_large(activated.activation, bytes, settings_.payload_limits);
}

void Turn::pass_on_cancellations(RunCommit& commit, const history::Activation& activation) {
    for (const history::Event& command : activation.commands) {
        const auto* cancel = std::get_if<history::ActivityCancelRequested>(&command);
        if (cancel == nullptr) continue;
        const auto eager = run_.eager.find(cancel->scheduled);
        if (eager == run_.eager.end()) {
            if (cancel->scheduled < activation.first_event) cancel_row(commit, cancel->scheduled);
            continue;
        }
        run_.sent.canceled.insert(cancel->scheduled);
    }
}

/// Its worker is told at once: it may be another one's queue.
void Turn::cancel_row(RunCommit& commit, EventId activity) {
    commit.cancel_activities.push_back(activity);
    for (const replay::PendingActivity& pending : run_.execution->pending_activities()) {
        if (pending.scheduled == activity) run_.sent.row_queues.insert(queue_of(*pending.command));
    }
}

const std::string& Turn::queue_of(const history::ActivityScheduled& command) const {
    const std::string& asked = command.options.queue;
    return asked.empty() ? run_.execution->started().queue : asked;
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
    if (run_.check_orphans && run_.execution->started().forked) ask_again_for_units(commit, first_new);
    run_.check_orphans = false;
    find_abandoned();
    for (const store::ActivityRow& row : commit.activities) run_.sent.row_queues.insert(row.queue);
    counts_.rows_written += commit.activities.size();
}

/// The history that a fork has copied holds units, or waits for some; the semaphore knows only of the run it came from.
void Turn::ask_again_for_units(RunCommit& commit, EventId first_new) const {
    for (const replay::PendingUnits& units : run_.execution->pending_units()) {
        if (units.requested >= first_new) continue;
        commit.units.push_back(
            {units.requested, units.command->resource, units.command->units, units.command->capacity});
    }
}

void Turn::place_new(RunCommit& commit, const replay::PendingActivity& pending) {
    if (pending.cancel_requested) {
        run_.sent.results_after.push_back(canceled_before_start(facts_of_pending(pending)));
        return;
    }
    SlotLease slot = eager_slot(*pending.command);
    if (!slot && !stays_here(*pending.command)) {
        commit.activities.push_back(row_of(facts_of_pending(pending), pending.scheduled_at));
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
    attempt.task = pending.command;
    attempt.close_by = close_deadline(pending.command->options, pending.scheduled_at);
    attempt.subject = run_.execution->started().subject;
    attempt.payload_limits = settings_.payload_limits;
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
    const auto& forked = run_.execution->started().forked;
    if (forked && pending.scheduled <= forked->after) {
        // Scheduled again by the reset: its time-outs count from now.
        facts.scheduled_at = now_;
        facts.close_by = close_deadline(pending.command->options, now_);
    }
    commit.activities.push_back(row_of(facts, available_after_interruption(*facts.task, now_)));
}

ActivityFacts Turn::facts_of_pending(const replay::PendingActivity& pending) const {
    ActivityFacts facts;
    facts.run = run_.run;
    facts.activity = pending.scheduled;
    facts.tenant = run_.tenant;
    facts.queue = queue_of(*pending.command);
    facts.task = pending.command;
    facts.scheduled_at = pending.scheduled_at;
    facts.close_by = close_deadline(pending.command->options, pending.scheduled_at);
    return facts;
}

/// A local activity waits for no slot.
bool Turn::stays_here(const history::ActivityScheduled& command) const {
    const AsyncActivity* async = settings_.activities.find_async(command.type);
    const bool known = async != nullptr ? !async->external
                                        : settings_.activities.find_transactional(command.type) != nullptr;
    return command.options.local && known && eager_allowed_;
}

SlotLease Turn::eager_slot(const history::ActivityScheduled& command) const {
    const ActivityOptions& options = command.options;
    const bool here = options.queue.empty() || options.queue == settings_.queue;
    // Who has to wait for a turn or a limit, and who gives signs of life that the next attempt needs, has a row.
    const bool ordinary = !options.limit && options.priority == ActivityOptions{}.priority &&
                          options.heartbeat == Duration::zero();
    if (!eager_allowed_ || !here || !ordinary) return {};
    if (const AsyncActivity* async = settings_.activities.find_async(command.type))
        return async->external ? SlotLease{} : settings_.async_slots.try_take();
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

void Turn::settle_rest(RunCommit& commit) {
    for (const replay::PendingActivity& pending : run_.execution->pending_activities()) {
        if (run_.eager.contains(pending.scheduled)) continue;
        commit.settled_activities.push_back(pending.scheduled);
        run_.sent.row_queues.insert(queue_of(*pending.command));
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
                      !run_.sent.results_after.empty() || !commit.children.empty() ||
                      commit.inbox_head < run_.inbox_read() || run_.has_messages;
    commit.next = busy ? RunCommit::Next::keep : RunCommit::Next::release;
    commit.row_stays = busy && commit.activation && !run_.row_marked && commit.inbox_head == run_.inbox_head;
    const std::string& type = run_.execution->started().type;
    if (first_activation_ && settings_.workflows.versioning(type) == Versioning::pinned)
        commit.pin_to = settings_.build;
}

RunCommit Turn::blank() const {
    RunCommit commit;
    commit.run = run_.run;
    commit.chain = run_.chain;
    commit.tenant = run_.tenant;
    if (run_.execution) commit.subject = run_.execution->started().subject;
    commit.fence = run_.fence;
    commit.activations_before = run_.activations;
    commit.next_event_before = run_.next_event;
    commit.inbox_head = run_.inbox_head;
    commit.was_blocked = run_.failures > 0;
    return commit;
}

RunCommit Turn::block(const Blocked& blocked) {
    const auto kind = static_cast<std::size_t>(blocked.kind);
    ++counts_.blocked.at(kind);
    run_.execution.reset();
    run_.sent.starts.clear();
    RunCommit commit = blank();
    commit.next = RunCommit::Next::block;
    commit.wake_at = now_ + blocked_backoff(run_.failures);
    commit.blocked_kind = blocked_kinds.at(kind);
    commit.blocked_reason = blocked.reason;
    return commit;
}

}  // namespace durable::worker

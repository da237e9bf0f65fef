#include "engine/worker/dispatcher.hpp"

#include <algorithm>

namespace durable::worker {

using store::RunCommit;
using State = HeldRun::State;

Dispatcher::Dispatcher(DispatcherSettings settings)
    : settings_(std::move(settings)), cache_(settings_.cache_runs, settings_.cache_bytes) {}

Dispatcher::~Dispatcher() {
    forget_everything();
}

void Dispatcher::registered(store::WorkerNo worker) {
    worker_ = worker;
    claiming_ = 0;
}

void Dispatcher::forget_everything() {
    for (auto& [id, run] : runs_) {
        for (auto& [event, activity] : run->eager) activity.control->abandon();
    }
    runs_.clear();
    ready_.clear();
    loads_.clear();
    timers_.clear();
    strangers_.clear();
    missing_.clear();
    starts_.clear();
    releases_.clear();
    claiming_ = 0;
}

// --- batches -----------------------------------------------------------------------------------------------

/// A chain's next run that begins here at once. The batch that makes it takes it as well: before anybody else can lock
/// its row, since claims pass over what senders hold, and a run under a stream of signals is held nearly always.
bool Dispatcher::goes_on(const store::Batch& batch) const {
    return std::ranges::any_of(batch.commits, [this](const RunCommit& commit) {
        return commit.continued && commit.continued->queue == settings_.turn.queue && !commit.continued->at;
    });
}

std::optional<store::Batch> Dispatcher::next_batch(bool claim) {
    store::Batch batch;
    batch.worker = worker_;
    batch.claim = claim_request();
    const auto limit = static_cast<std::size_t>(settings_.batch_limit);
    batch.commits.reserve(std::min(limit, ready_.size()));
    while (!ready_.empty() && batch.commits.size() < limit) {
        const auto entry = runs_.find(ready_.front());
        ready_.pop_front();
        if (entry == runs_.end() || entry->second->state != State::ready) continue;
        HeldRun& run = *entry->second;
        if (settings_.watch != nullptr) settings_.watch->enter(run.run);
        auto commit = Turn{settings_.turn, counts_, run, now_, !draining_ && !paused_}.take();
        if (settings_.watch != nullptr) settings_.watch->leave();
        if (!commit && run.ended_elsewhere) {
            note(Note::Kind::lost, run.run, "somebody has ended the run");
            drop(run.run);
            continue;
        }
        if (!commit) {
            run.overlooked ? overlooked(run) : wait(run);
            continue;
        }
        run.state = State::committing;
        batch.commits.push_back(std::move(*commit));
    }
    if ((claim || goes_on(batch)) && !draining_) {
        batch.claim.limit = static_cast<std::int32_t>(std::min(limit, room()));
        claiming_ += static_cast<std::size_t>(batch.claim.limit);
    }
    if (batch.commits.empty() && batch.claim.limit == 0) return std::nullopt;
    return batch;
}

store::Batch Dispatcher::patient_claim() {
    constexpr std::size_t few = 8;
    store::Batch batch;
    batch.worker = worker_;
    batch.claim = claim_request();
    batch.claim.patient = true;
    batch.claim.limit = static_cast<std::int32_t>(std::min(few, room()));
    claiming_ += static_cast<std::size_t>(batch.claim.limit);
    return batch;
}

void Dispatcher::batch_done(const store::Batch& batch, store::BatchResult result) {
    time_is(result.now);
    const bool current = batch.worker == worker_;
    if (current) claiming_ -= std::min(claiming_, static_cast<std::size_t>(batch.claim.limit));
    std::ranges::sort(result.committed);
    starts_.reserve(starts_.size() + batch.commits.size());
    const std::set<RunId> message_first{result.message_first.begin(), result.message_first.end()};
    std::map<RunId, std::string> refusals;
    for (const auto& [run, reason] : result.rejected) refusals[run] = reason;
    for (const RunCommit& commit : batch.commits) {
        HeldRun* run = find(commit.run, commit.fence);
        if (run == nullptr || run->state != State::committing) continue;
        if (std::ranges::binary_search(result.committed, commit.run)) {
            committed(*run, commit);
        } else if (message_first.contains(commit.run)) {
            refused(*run);
        } else if (const auto reason = refusals.find(commit.run); reason != refusals.end()) {
            rejected(*run, reason->second);
        } else {
            note(Note::Kind::lost, commit.run,
                 "the fence is gone: the run has ended or another worker has it");
            drop(commit.run);
        }
    }
    // What a batch of a lost registration claimed belongs to a dead worker: others will take it over.
    if (!current) return;
    for (store::ClaimedRun& run : result.claimed) claimed(std::move(run));
}

void Dispatcher::committed(HeldRun& run, const RunCommit& commit) {
    run.activations = commit.activations_after();
    run.next_event = commit.next_event_after();
    run.row_marked = run.row_marked && commit.row_stays;
    if (run.sent.large_payload) note(Note::Kind::large_payload, run.run, *run.sent.large_payload);
    run.inbox_head = commit.inbox_head;
    run.take_all = run.all_signals = false;
    told_updates_ = told_updates_ || !commit.updates.empty();
    while (!run.inbox.empty() && run.inbox.front().sequence <= run.inbox_head) run.inbox.pop_front();
    if (commit.next != RunCommit::Next::block && commit.activation) run.failures = 0;
    row_queues_.merge(run.sent.row_queues);
    for (const store::ChildStart& child : commit.children) started_.insert(child.queue);
    if (commit.continued) started_.insert(commit.continued->queue);
    // Whether the children have been started came into the inbox with this commit.
    run.has_messages = run.has_messages || !commit.children.empty();
    switch (commit.next) {
        case RunCommit::Next::keep:
            return kept(run);
        case RunCommit::Next::close:
            closed_.push_back(run.run);
            for (auto& [id, activity] : run.eager) activity.control->ask_to_stop();
            runs_.erase(run.run);
            return;
        case RunCommit::Next::block:
            // The reason may quote data: it is for `why`, not for logs.
            note(Note::Kind::blocked, run.run, commit.blocked_kind);
            return drop(run.run);
        case RunCommit::Next::release:
            pass_on(run, run.sent);
            if (run.execution) cache_.put(run.run, std::move(*run.execution));
            runs_.erase(run.run);
            return;
    }
}

void Dispatcher::kept(HeldRun& run) {
    InFlight sent = std::exchange(run.sent, {});
    pass_on(run, sent);
    start(run, std::move(sent.starts));
    for (history::Event& event : sent.results_after) run.results.push_back(std::move(event));
    wait(run);
}

/// The effects of a committed activation on what runs here. A cancelled attempt may take its time to clean
/// up: it is asked, not broken off.
void Dispatcher::pass_on(HeldRun& run, const InFlight& sent) {
    for (const EventId& id : sent.canceled) {
        const auto activity = run.eager.find(id);
        if (activity == run.eager.end()) continue;
        activity->second.facts.cancel_requested = true;
        activity->second.control->ask_to_stop();
    }
    for (const EventId& id : sent.let_go) {
        const auto activity = run.eager.find(id);
        if (activity == run.eager.end()) continue;
        activity->second.control->ask_to_stop();
        run.eager.erase(activity);
    }
}

/// It was about to end, and messages waited.
void Dispatcher::refused(HeldRun& run) {
    run.take_all = true;
    begin_again(run);
}

/// It was about to go on as new, in want of a signal that may be waiting.
void Dispatcher::overlooked(HeldRun& run) {
    run.all_signals = true;
    begin_again(run);
}

/// Without what its last turn has done.
void Dispatcher::begin_again(HeldRun& run) {
    InFlight sent = std::exchange(run.sent, {});
    run.results.insert(run.results.begin(), sent.results.begin(), sent.results.end());
    run.retry_rows.insert(run.retry_rows.begin(), sent.rows.begin(), sent.rows.end());
    run.execution.reset();
    run.inbox.clear();
    run.looked_until = run.last_other = 0;
    run.check_orphans = true;
    queue_load(run);
}

void Dispatcher::rejected(HeldRun& run, const std::string& reason) {
    note(Note::Kind::rejected, run.run, "the database refused its data: see the run's blocked reason");
    run.sent = {};
    run.refused =
        replay::Blocked{replay::Blocked::Kind::invalid_command, "the database refused it: " + reason, {}};
    make_ready(run);
}

void Dispatcher::start(HeldRun& run, std::vector<Attempt> attempts) {
    for (Attempt& attempt : attempts) {
        if (gave_up_) {
            run.retry_rows.push_back(row_of(facts_of(attempt, settings_.turn.queue), now_));
            continue;
        }
        attempt.id = AttemptId{++last_attempt_};
        attempt.worker = worker_;
        attempt.info.started_at = now_;
        EagerActivity activity{attempt.id, facts_of(attempt, settings_.turn.queue), attempt.control};
        activity.transactional = settings_.turn.activities.find_transactional(attempt.info.type) != nullptr;
        run.eager.emplace(attempt.info.activity, std::move(activity));
        starts_.push_back(std::move(attempt));
    }
}

void Dispatcher::drop(RunId id) {
    const auto entry = runs_.find(id);
    if (entry == runs_.end()) return;
    stop_waiting(*entry->second);
    for (auto& [event, activity] : entry->second->eager) activity.control->abandon();
    std::erase_if(starts_, [&](const Attempt& attempt) { return attempt.info.run == id; });
    runs_.erase(entry);
}

// --- claims and loads --------------------------------------------------------------------------------------

void Dispatcher::claimed(store::ClaimedRun claimed) {
    const auto known = runs_.find(claimed.run);
    if (known != runs_.end()) drop(claimed.run);
    HeldRun& run = *(runs_[claimed.run] = std::make_unique<HeldRun>());
    run.run = claimed.run;
    run.chain = claimed.chain;
    run.tenant = claimed.tenant;
    run.fence = claimed.fence;
    run.activations = claimed.activations;
    run.next_event = claimed.next_event;
    run.inbox_head = claimed.inbox_head;
    run.failures = claimed.failures;
    run.row_marked = claimed.adopt || claimed.failures > 0;
    // Of a run that was taken over the row may not know how far it is: what is kept here proves nothing then.
    auto cached = cache_.take(claimed.run, claimed.activations);
    if (!claimed.adopt) run.execution = std::move(cached);
    if (claimed.adopt) note(Note::Kind::adopted, claimed.run, "its last worker died");
    const bool fresh = claimed.start.has_value() && claimed.activations == 1 && !claimed.adopt;
    if (fresh && !run.execution) run.history.push_back(std::move(*claimed.start));
    run.check_orphans = claimed.adopt || (!run.execution && !fresh);
    if (run.check_orphans || claimed.inbox_tail > claimed.inbox_head) return queue_load(run);
    make_ready(run);
}

void Dispatcher::queue_load(HeldRun& run) {
    run.state = State::loading;
    run.has_messages = false;
    if (!std::exchange(run.load_queued, true)) loads_.push_back(run.run);
}

std::optional<LoadOrder> Dispatcher::next_load() {
    LoadOrder order;
    const auto limit = static_cast<std::size_t>(settings_.batch_limit);
    while (!loads_.empty() && order.runs.size() < limit) {
        const auto entry = runs_.find(loads_.front());
        loads_.pop_front();
        if (entry == runs_.end() || !std::exchange(entry->second->load_queued, false)) continue;
        const HeldRun& run = *entry->second;
        const bool with_history = !run.execution && run.history.empty();
        order.runs.push_back({run.run, run.chain, with_history, run.inbox_read(),
                              run.take_all || run.all_signals ? 0 : inbox_page});
        order.fences.push_back(run.fence);
        if (run.check_orphans) order.rows_of.push_back(run.run);
    }
    if (order.runs.empty()) return std::nullopt;
    return order;
}

void Dispatcher::loaded(const LoadOrder& order, LoadReply reply) {
    time_is(reply.now);
    std::map<RunId, store::HotConnection::Loaded*> found;
    for (auto& run : reply.runs) found[run.run] = &run;
    for (std::size_t i = 0; i < order.runs.size(); ++i) {
        HeldRun* run = find(order.runs[i].run, order.fences[i]);
        if (run == nullptr || run->state != State::loading) continue;
        const auto entry = found.find(run->run);
        if (entry != found.end()) {
            if (order.runs[i].with_history) run->history = std::move(entry->second->history);
            for (auto& message : entry->second->inbox) run->inbox.push_back(std::move(message));
            run->page_full = entry->second->more;
            run->has_messages = run->has_messages || run->page_full;
        }
        make_ready(*run);
    }
    for (const auto& [id, activity] : reply.rows) {
        const auto entry = runs_.find(id);
        if (entry != runs_.end()) entry->second->rows.insert(activity);
    }
}

void Dispatcher::have_messages(const std::vector<RunId>& runs) {
    for (const RunId& id : runs) {
        const auto entry = runs_.find(id);
        if (entry == runs_.end()) continue;
        HeldRun& run = *entry->second;
        run.has_messages = true;
        if (run.state == State::waiting) {
            stop_waiting(run);
            queue_load(run);
        }
    }
}

void Dispatcher::runs_paused(const std::set<RunId>& paused) {
    for (auto& [id, run] : runs_) {
        const bool now = paused.contains(id);
        if (run->state != State::waiting || run->paused == now) continue;
        run->paused = now;
        make_ready(*run);
    }
}

// --- attempts ----------------------------------------------------------------------------------------------

void Dispatcher::settled(Settled settled) {
    const auto entry = runs_.find(settled.run);
    if (entry == runs_.end()) return;
    HeldRun& run = *entry->second;
    const auto activity = run.eager.find(settled.activity);
    // Late answers of attempts that nobody waits for any more end here.
    if (activity == run.eager.end() || activity->second.attempt != settled.id) return;
    after_settled(run, activity, std::move(settled.outcome));
}

void Dispatcher::after_settled(HeldRun& run, std::map<EventId, EagerActivity>::iterator activity,
                               AttemptOutcome outcome) {
    if (outcome.kind == AttemptOutcome::Kind::lost) {
        note(Note::Kind::lost, run.run, "an activity found that it is no longer this worker's");
        return drop(run.run);
    }
    if (outcome.kind == AttemptOutcome::Kind::recorded) {
        activity->second.recorded = true;
        return have_messages({run.run});
    }
    ActivityFacts& facts = activity->second.facts;
    if (!outcome.heartbeat_details.is_null()) facts.heartbeat_details = outcome.heartbeat_details;
    const bool interrupted =
        gave_up_ && !facts.cancel_requested && outcome.failure.kind == FailureKind::canceled;
    Verdict verdict = interrupted ? Verdict{row_of(facts, now_)} : judge(facts, std::move(outcome), now_);
    if (activity->second.ordered) verdict = not_final(facts, std::move(verdict), now_);
    if (!interrupted && retry_in_place(run, activity->second, verdict)) return;
    run.eager.erase(activity);
    if (auto* event = std::get_if<history::Event>(&verdict)) {
        run.results.push_back(std::move(*event));
    } else {
        run.retry_rows.push_back(std::move(std::get<store::ActivityRow>(verdict)));
    }
    if (run.state == State::waiting) make_ready(run);
}

void Dispatcher::give_up_attempts() {
    gave_up_ = true;
    for (auto& [id, held] : runs_) {
        HeldRun& run = *held;
        for (auto& [event, activity] : run.eager) {
            activity.control->abandon();
            // A transactional one either commits or rolls back, and says which: a row before that could run
            // it twice.
            if (activity.transactional) continue;
            // What may have happened must be looked into before it is sent again.
            const bool at_most_once = activity.facts.task->options.delivery == Delivery::at_most_once;
            if (at_most_once) ++activity.facts.lost_attempts;
            if (auto details = activity.control->take_details()) activity.facts.heartbeat_details = *details;
            run.retry_rows.push_back(
                row_of(activity.facts, available_after_interruption(*activity.facts.task, now_)));
        }
        std::erase_if(run.eager, [](const auto& entry) { return !entry.second.transactional; });
        if (run.state == State::waiting) make_ready(run);
    }
}

// --- states of a run ---------------------------------------------------------------------------------------

HeldRun* Dispatcher::find(RunId id, const store::Fence& fence) {
    const auto entry = runs_.find(id);
    return entry == runs_.end() || entry->second->fence != fence ? nullptr : entry->second.get();
}

void Dispatcher::make_ready(HeldRun& run) {
    stop_waiting(run);
    if (run.state == State::ready) return;
    run.state = State::ready;
    ready_.push_back(run.run);
}

/// Unless something is already there for its next turn.
void Dispatcher::wait(HeldRun& run) {
    run.state = State::waiting;
    if (run.paused) return;  // for its eager activities, and for the next look
    go_on_in_place(run);
    if (run.has_messages) return queue_load(run);
    const bool left = run.only_signals() && !draining_ && !paused_ && leaves_signals(run, now_);
    const bool at_hand = !run.results.empty() || !run.retry_rows.empty() || (!run.inbox.empty() && !left);
    run.wake_at = next_look(run);
    if (at_hand || (run.wake_at && *run.wake_at <= now_)) return make_ready(run);
    if (run.wake_at) timers_.emplace(*run.wake_at, run.run);
}

void Dispatcher::stop_waiting(HeldRun& run) {
    if (run.state == State::waiting && run.wake_at) timers_.erase({*run.wake_at, run.run});
    run.wake_at.reset();
}

void Dispatcher::time_is(Timestamp now) {
    now_ = std::max(now_, now);
    fire_timers();
}

void Dispatcher::fire_timers() {
    while (!timers_.empty() && timers_.begin()->first <= now_) {
        const RunId id = timers_.begin()->second;
        timers_.erase(timers_.begin());
        const auto entry = runs_.find(id);
        if (entry != runs_.end()) make_ready(*entry->second);
    }
}

}  // namespace durable::worker

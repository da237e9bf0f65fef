#include "engine/worker/row_activities.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace durable::worker {
namespace {

/// Between two looks at what is asked of the attempts that run, however many wake-ups come.
constexpr std::chrono::milliseconds beats_apart{100};

}  // namespace

RowActivities::RowActivities(Options options, const ActivityRegistry& registry, AttemptRunner& async,
                             AttemptRunner& pool, Slots& async_slots, Slots& transactional_slots,
                             const TrustWindow& trust, Observer observer)
    : options_(std::move(options)),
      registry_(registry),
      async_(async),
      pool_(pool),
      async_slots_(async_slots),
      transactional_slots_(transactional_slots),
      trust_(trust),
      observer_(std::move(observer)),
      poll_(options_.poll, full_pass_every) {}

void RowActivities::run() {
    while (!mailbox_->closed()) pass(Clock::time_point::max());
    forget();
}

RowActivities::Clock::time_point RowActivities::next_pass_at() const {
    if (!ends_.empty()) return Clock::now();
    return worker_ ? std::min(next_claim_, next_beat_) : Clock::now() + options_.poll.longest;
}

void RowActivities::pass(Clock::time_point latest) {
    for (Message& message : mailbox_->take_all(std::min(latest, next_pass_at()))) handle(std::move(message));
    try {
        if (worker_) step();
        trouble_pause_ = std::chrono::milliseconds{50};
    } catch (const std::exception& error) {
        observer_.trouble(error.what());
        // Not the store itself: it knows of a claim that may have succeeded.
        if (store_) store_->reconnect();
        std::this_thread::sleep_for(trouble_pause_);
        trouble_pause_ = std::min(trouble_pause_ * 2, std::chrono::milliseconds{2000});
    }
    running_count_.store(static_cast<int>(running_.size() + ends_.size()));
}

void RowActivities::step() {
    if (!store_) store_ = std::make_unique<store::ActivityStore>(options_.connection_string, options_.faults);
    if (may_own_forgotten_) give_back_forgotten();
    if (!ends_.empty()) end();
    if (Clock::now() >= next_beat_) {
        if (!running_.empty()) heartbeat();
        last_beat_ = Clock::now();
        next_beat_ = last_beat_ + beat_interval();
    }
    if (!unopened_.empty()) launch_opened(now_);
    if (!may_own_forgotten_ && Clock::now() >= next_claim_) claim();
}

void RowActivities::handle(Message message) {
    if (auto* settled = std::get_if<Settled>(&message)) return handle_settled(std::move(*settled));
    if (const auto* registered = std::get_if<Registered>(&message)) {
        worker_ = registered->worker;
        may_own_forgotten_ = true;
        next_claim_ = {};
    }
    if (const auto* due = std::get_if<Due>(&message)) next_claim_ = std::min(next_claim_, due->at);
    if (std::holds_alternative<Forget>(message)) forget();
    if (std::holds_alternative<Drain>(message)) draining_ = true;
    if (std::holds_alternative<GiveUp>(message)) give_up();
    if (std::holds_alternative<Wake>(message)) {
        poll_.found();
        // Somebody may be asked to stop; but under load rows come all the time, and most wake-ups mean one of them.
        if (!running_.empty()) next_beat_ = std::min(next_beat_, last_beat_ + beats_apart);
        next_claim_ = {};
    }
}

void RowActivities::found(const store::Waiting& waiting) {
    if (waiting.activities) {
        mailbox_->put(Due{Clock::now()});
    } else if (waiting.line_in) {
        mailbox_->put(Due{Clock::now() + std::min<Duration>(*waiting.line_in, full_pass_every)});
    }
}

void RowActivities::Running::hear() {
    auto details = control->take_details();
    if (!details) return;
    facts.heartbeat_details = std::move(*details);
    details_unsent = true;
}

void RowActivities::forget() {
    for (auto& [key, running] : running_) running.control->abandon();
    running_.clear();
    ends_.clear();
    unopened_.clear();
    sealed_ends_ = 0;
    worker_.reset();
}

/// Nothing is claimed before all are back: what is owned and not in `running_` is nobody's.
void RowActivities::give_back_forgotten() {
    constexpr std::chrono::milliseconds until_locks_are_free{20};
    may_own_forgotten_ = !store_->give_back(*worker_, settling);
    if (may_own_forgotten_) next_claim_ = Clock::now() + until_locks_are_free;
}

// --- claiming ----------------------------------------------------------------------------------------------

void RowActivities::claim() {
    constexpr int claim_max = 100;
    const bool may = !draining_ && trust_.holds(*worker_);
    std::vector<std::string> types;
    int room = 0;
    const auto add = [&](const Slots& slots, bool transactional) {
        if (slots.free() == 0) return;
        room += slots.free();
        for (const std::string& name : registry_.names()) {
            if ((registry_.find_transactional(name) != nullptr) == transactional) types.push_back(name);
        }
    };
    if (may) {
        add(async_slots_, false);
        add(transactional_slots_, true);
    }
    std::vector<store::ClaimedActivity> claimed;
    store::ClaimTimes times{now_, {}};
    if (room > 0 && !types.empty()) {
        claimed = store_->claim(*worker_, options_.queue, types, std::min(room, claim_max), &times);
        now_ = std::max(now_, times.now);
        now_received_ = Clock::now();
    }
    observer_.claimed(claimed.size());
    if (!claimed.empty()) poll_.found();
    for (store::ClaimedActivity& each : claimed) unopened_.push_back(std::move(each));
    next_claim_ = Clock::now() + (claimed.size() == claim_max ? std::chrono::milliseconds{0} : poll_.next());
    if (times.look_again_at)
        next_claim_ = std::min(next_claim_, Clock::now() + (*times.look_again_at - times.now));
    launch_opened(times.now);
}

/// What is claimed is ours although its payloads cannot be had for the moment: it stays until they can.
void RowActivities::launch_opened(Timestamp now) {
    std::vector<store::ClaimedActivity> opened;
    while (!unopened_.empty()) {
        options_.gate->open(unopened_.front().row);
        opened.push_back(std::move(unopened_.front()));
        unopened_.pop_front();
    }
    launch(std::move(opened), now);
}

void RowActivities::launch(std::vector<store::ClaimedActivity> claimed, Timestamp now) {
    std::vector<Attempt> async;
    std::vector<Attempt> transactional;
    for (store::ClaimedActivity& row : claimed) {
        Attempt attempt = attempt_of(row, now);
        const Key key{attempt.info.run, attempt.info.activity};
        const bool in_pool = registry_.find_transactional(attempt.info.type) != nullptr;
        Running running{attempt.id, attempt.fence, facts_of(attempt, row.row.queue), attempt.control,
                        in_pool};
        running.facts.cancel_requested = row.cancel_requested;
        running_.insert_or_assign(key, std::move(running));
        if (row.cancel_requested || attempt.info.lost_attempts >= lost_attempts_max) {
            hopeless(attempt, now);
            continue;
        }
        if (!row.row.unreadable.empty()) {
            unreadable(attempt, row.row.unreadable);
            continue;
        }
        // Without a free slot (both kinds were claimed by one number) it waits in the pool's queue for a
        // moment.
        attempt.slot = (in_pool ? transactional_slots_ : async_slots_).try_take();
        (in_pool ? transactional : async).push_back(std::move(attempt));
    }
    running_count_.store(static_cast<int>(running_.size() + ends_.size()));
    const SettledSink settled = [mailbox = mailbox_](std::vector<Settled> done) {
        mailbox->put_all(std::move(done));
    };
    next_beat_ = std::min(next_beat_, Clock::now() + beat_interval());
    pool_.start(std::move(transactional), settled);
    async_.start(std::move(async), settled);
}

Attempt RowActivities::attempt_of(store::ClaimedActivity& claimed, Timestamp now) {
    store::ActivityRow& row = claimed.row;
    Attempt attempt;
    attempt.id = AttemptId{++last_attempt_};
    attempt.eager = false;
    attempt.worker = *worker_;
    attempt.fence = claimed.fence;
    attempt.info.run = row.run;
    attempt.info.activity = row.activity;
    attempt.info.workflow = claimed.workflow;
    attempt.info.tenant = row.tenant;
    attempt.info.type = row.type;
    attempt.info.attempt = row.attempt;
    attempt.info.lost_attempts = row.lost_attempts;
    attempt.info.scheduled_at = row.scheduled_at;
    attempt.info.started_at = now;
    attempt.info.in_doubt_since = trust_.in_doubt_since(row.run);
    attempt.task = std::make_shared<const history::ActivityScheduled>(
        std::get<history::ActivityScheduled>(history::decode_event(row.task)));
    attempt.close_by = row.close_by;
    attempt.subject = row.subject;
    attempt.payload_limits = options_.gate->settings().limits;
    if (row.heartbeat_details) attempt.heartbeat_details = Payload{*row.heartbeat_details};
    attempt.last_failure = decode_failure(row.last_failure);
    attempt.control = std::make_shared<AttemptControl>();
    return attempt;
}

/// Claimed only to be ended: cancelled while it waited, or its workers died too often.
void RowActivities::hopeless(const Attempt& attempt, Timestamp now) {
    const Key key{attempt.info.run, attempt.info.activity};
    const Running running = running_.at(key);
    Failure cause;
    cause.message = "its workers died under it " + std::to_string(attempt.info.lost_attempts) + " times";
    cause.type = "LostWorker";
    RetryState why = RetryState::lost_attempts;
    if (running.facts.cancel_requested) {
        cause = {};
        cause.kind = FailureKind::canceled;
        cause.message = "canceled before this attempt was started";
        why = RetryState::cancel_requested;
    }
    // It may have happened all the same: such an end is listed as unknown.
    if (must_reconcile(attempt)) why = RetryState::outcome_unknown;
    now_ = std::max(now_, now);
    finish(key, running, history::Event{gave_up(running.facts, why, cause)});
}

/// Claimed only to be ended: its input is gone, and would be so the next time.
void RowActivities::unreadable(const Attempt& attempt, const std::string& why) {
    const Key key{attempt.info.run, attempt.info.activity};
    const Running running = running_.at(key);
    Failure cause;
    cause.type = "PayloadGone";
    cause.message = why;
    finish(key, running, history::Event{gave_up(running.facts, RetryState::non_retryable, cause)});
}

// --- ending ------------------------------------------------------------------------------------------------

void RowActivities::handle_settled(Settled settled) {
    const Key key{settled.run, settled.activity};
    const auto entry = running_.find(key);
    if (entry == running_.end() || entry->second.attempt != settled.id) return;
    entry->second.hear();
    const Running running = entry->second;
    observer_.attempt_ended(running.facts.task->type, settled.outcome);
    next_claim_ = std::min(next_claim_, Clock::now() + options_.poll.shortest);
    const auto kind = settled.outcome.kind;
    if (kind == AttemptOutcome::Kind::recorded || kind == AttemptOutcome::Kind::lost) {
        running_.erase(entry);
        if (kind == AttemptOutcome::Kind::recorded) observer_.results_sent();
        return;
    }
    if (kind == AttemptOutcome::Kind::handed_out) return hand_out(key, running);
    const auto elapsed = std::chrono::duration_cast<Duration>(Clock::now() - now_received_);
    const Timestamp now = now_ + elapsed;
    const bool interrupted =
        gave_up_ && !running.facts.cancel_requested && settled.outcome.failure.kind == FailureKind::canceled;
    finish(key, running,
           interrupted ? Verdict{row_of(running.facts, now_)} : judge(running.facts, settled.outcome, now));
}

void RowActivities::give_up() {
    gave_up_ = true;
    for (auto& [key, attempt] : running_) attempt.hear();
    const std::map<Key, Running> running = running_;
    for (const auto& [key, attempt] : running) {
        attempt.control->abandon();
        if (attempt.transactional) continue;
        Running unfinished = attempt;
        const bool at_most_once = attempt.facts.task->options.delivery == Delivery::at_most_once;
        if (at_most_once) ++unfinished.facts.lost_attempts;
        finish(key, unfinished,
               row_of(unfinished.facts, available_after_interruption(*unfinished.facts.task, now_)));
    }
}

void RowActivities::hand_out(const Key& key, const Running& running) {
    store::ActivityEnd end{key.first, key.second, running.fence, {}, {}};
    end.tenant = running.facts.tenant;
    end.subject = running.facts.subject;
    end.awaits = true;
    if (running.details_unsent) end.heartbeat_details = running.facts.heartbeat_details.json;
    running_.erase(key);
    ends_.push_back(std::move(end));
}

void RowActivities::finish(const Key& key, const Running& running, Verdict verdict) {
    store::ActivityEnd end{key.first, key.second, running.fence, {}, {}};
    end.tenant = running.facts.tenant;
    end.subject = running.facts.subject;
    if (auto* event = std::get_if<history::Event>(&verdict)) {
        end.result = history::encode_event(*event);
        end.failed = std::holds_alternative<history::ActivityFailed>(*event);
    } else {
        end.again = std::move(std::get<store::ActivityRow>(verdict));
    }
    running_.erase(key);
    ends_.push_back(std::move(end));
}

void RowActivities::end() {
    constexpr std::size_t batch_max = 256;
    const std::size_t count = std::min(ends_.size(), batch_max);
    const auto last = ends_.begin() + static_cast<std::ptrdiff_t>(count);
    for (; sealed_ends_ < count; ++sealed_ends_) options_.gate->seal(ends_[sealed_ends_]);
    // Those whose row is no longer ours are dropped: somebody else answers for them.
    static_cast<void>(store_->end(*worker_, std::vector<store::ActivityEnd>(ends_.begin(), last)));
    ends_.erase(ends_.begin(), last);
    sealed_ends_ -= count;
    observer_.results_sent();
}

/// Often enough for the shortest heartbeat time-out among the rows; else to take details to the database, and
/// to hear of cancellations whose notification was lost.
Duration RowActivities::beat_interval() const {
    Duration interval = std::chrono::seconds{2};
    for (const auto& [key, running] : running_) {
        const Duration heartbeat = running.facts.task->options.heartbeat;
        if (heartbeat > Duration::zero()) interval = std::min(interval, heartbeat / 3);
    }
    return std::max<Duration>(interval, std::chrono::milliseconds{20});
}

void RowActivities::heartbeat() {
    std::vector<store::ActivityStore::Beat> beats;
    for (auto& [key, running] : running_) {
        running.hear();
        std::optional<std::string> details;
        if (running.details_unsent) {
            details = options_.gate->seal_value(running.facts.heartbeat_details.json,
                                                {key.first, running.facts.tenant, running.facts.subject});
        }
        const bool awaited = running.facts.task->options.heartbeat > Duration::zero();
        beats.push_back({key.first, key.second, running.fence, std::move(details), awaited});
    }
    for (const auto& beat : store_->heartbeat(*worker_, beats)) {
        const auto entry = running_.find({beat.run, beat.activity});
        if (entry == running_.end()) continue;
        entry->second.details_unsent = false;
        if (beat.lost) {
            // Its run has ended or somebody else answers for it. It may clean up, but nobody listens.
            entry->second.control->ask_to_stop();
            running_.erase(entry);
        } else if (beat.cancel_requested || beat.restart) {
            // To begin anew: what it answers is judged as ever, and made a new beginning by the row's order.
            entry->second.facts.cancel_requested = beat.cancel_requested;
            entry->second.control->ask_to_stop();
        }
    }
}

}  // namespace durable::worker

#include "engine/worker/worker_loop.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace durable::worker {
namespace {

constexpr std::chrono::milliseconds longest_sleep{250};
/// Held runs' inboxes are looked at this often when no notification comes.
constexpr std::chrono::milliseconds message_poll{250};
/// A look for messages asks for every run that is held: however many are announced, a twentieth of the time is spent on
/// it, at about two microseconds a run.
constexpr std::chrono::microseconds message_look_apart{40};
constexpr std::chrono::milliseconds lone_tellings_apart{5};
/// Runs that are reason enough for a round trip.
constexpr std::size_t worth_a_trip = 64;
/// Errands that could not be carried out, because their runs were busy, are tried again this soon.
constexpr std::chrono::milliseconds delivery_retry{5};
/// Runs that claims pass over, because somebody holds their rows, are waited for this often.
constexpr std::chrono::seconds patient_claim_every{1};
/// What is left of a drain after its grace: time to commit rows and releases.
constexpr std::chrono::seconds drain_tail{5};

}  // namespace

WorkerLoop::WorkerLoop(const WorkerOptions& options, DispatcherSettings settings, Surroundings around)
    : options_(options),
      around_(std::move(around)),
      dispatcher_(std::move(settings)),
      claim_poll_(options.poll, full_claim_every),
      orders_(around_.lanes.size()) {}

void WorkerLoop::turn(std::vector<LoopMessage> messages) {
    for (LoopMessage& message : messages) handle(std::move(message));
    if (registered_ && !around_.trust.holds(worker_)) lost();
    if (registered_) give_orders();
    tell();
    check_drain();
    service_.alive(Clock::now());
}

// --- what has happened -------------------------------------------------------------------------------------

void WorkerLoop::handle(LoopMessage message) {
    if (auto* done = std::get_if<LaneDone>(&message)) return lane_done(std::move(*done));
    if (auto* settled = std::get_if<Settled>(&message)) {
        around_.metrics.attempt_ended(settled->type, true, settled->outcome);
        return dispatcher_.settled(std::move(*settled));
    }
    if (const auto* woken = std::get_if<store::ControlConnection::Wakeup>(&message)) {
        claim_wanted_ = claim_wanted_ || woken->runs;
        messages_wanted_ = messages_wanted_ || woken->messages;
        if (woken->runs) claim_poll_.found();
        return;
    }
    if (const auto* named = std::get_if<RegisteredAs>(&message)) return registered(named->worker);
    if (std::holds_alternative<RegistrationLost>(message)) return lost();
    if (const auto* waiting = std::get_if<store::Waiting>(&message)) return found(*waiting);
    if (const auto* request = std::get_if<StopRequested>(&message)) stop(request->grace);
}

void WorkerLoop::lane_done(LaneDone done) {
    --orders_[static_cast<std::size_t>(done.lane)];
    std::visit([this](auto& result) { handle_result(std::move(result)); }, done.result);
}

void WorkerLoop::handle_result(CommitDone done) {
    const std::size_t claimed = done.result.claimed.size();
    around_.metrics.batch(done.batch.commits.size(), claimed, done.took);
    const auto local = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    around_.metrics.skew(done.result.now - (local - done.took / 2));
    database_time(done.result.now);
    if (done.batch.claim.limit > 0 && !done.batch.claim.patient) {
        claims_take_all_ = !done.result.more_due;
        claim_under_way_ = false;
        if (claimed > 0) claim_poll_.found();
        claim_wanted_ = claim_wanted_ || done.result.more_due;
        around_.vitals.claimed_runs(claimed);
        next_claim_ = Clock::now() + claim_poll_.next();
    }
    if (!done.result.claim_refused.empty())
        around_.log.warn("claim refused", {{"reason", done.result.claim_refused}});
    if (done.result.errands) next_delivery_ = Clock::now();
    remember_wakes(done.batch);
    untold_ends_ = untold_ends_ || !done.result.told_closed;
    dispatcher_.batch_done(done.batch, std::move(done.result));
}

void WorkerLoop::handle_result(LoadDone done) {
    database_time(done.reply.now);
    dispatcher_.loaded(done.order, std::move(done.reply));
}

void WorkerLoop::handle_result(PollDone done) {
    message_poll_under_way_ = false;
    next_message_poll_ = Clock::now() + message_poll;
    next_announced_poll_ = Clock::now() + message_look_apart * dispatcher_.runs_held();
    database_time(done.now);
    dispatcher_.time_is(done.now);
    dispatcher_.runs_paused({done.paused.begin(), done.paused.end()});
    dispatcher_.have_messages(done.with_messages);
}

void WorkerLoop::handle_result(CompareDone done) {
    if (registered_ && done.worker == worker_) dispatcher_.compare(done.owned);
}

void WorkerLoop::handle_result(DeliverDone done) {
    delivery_under_way_ = false;
    if (done.delivered.more) {
        const auto pause = done.delivered.done > 0 ? std::chrono::milliseconds{0} : delivery_retry;
        next_delivery_ = std::min(next_delivery_, Clock::now() + pause);
    }
    if (!done.delivered.closed.empty()) around_.notifier.closed(done.delivered.closed);
    for (const std::string& queue : done.delivered.queues) {
        around_.notifier.runs_ready(queue);
        around_.notifier.messages(queue);
        if (queue != options_.queue) continue;
        claim_wanted_ = true;
        messages_wanted_ = true;
    }
}

void WorkerLoop::found(const store::Waiting& waiting) {
    database_time(waiting.now);
    dispatcher_.time_is(waiting.now);
    queue_paused(waiting.queue_paused);
    claim_wanted_ = claim_wanted_ || waiting.runs;
    late_seen_ = waiting.late;
    if (waiting.errands) next_delivery_ = Clock::now();
}

void WorkerLoop::registered(store::WorkerNo worker) {
    worker_ = worker;
    registered_ = true;
    claim_wanted_ = true;
    claim_under_way_ = false;
    // The same number again after a lapse of trust: the database may still think that runs are ours.
    next_compare_ = Clock::now();
    quick_compares_ = 2;
    dispatcher_.registered(worker);
    if (around_.rows != nullptr) around_.rows->registered(worker);
    around_.log.info("worker registered",
                     {{"worker", std::to_string(worker.value)}, {"queue", options_.queue}});
    if (!std::exchange(announced_, true)) service_.ready("working as worker " + std::to_string(worker.value));
}

void WorkerLoop::lost() {
    if (!std::exchange(registered_, false)) return;
    around_.log.warn("lease lost, everything dropped", {{"worker", std::to_string(worker_.value)},
                                                        {"runs", std::to_string(dispatcher_.runs_held())}});
    dispatcher_.forget_everything();
    if (around_.rows != nullptr) around_.rows->forget_everything();
}

void WorkerLoop::queue_paused(bool paused) {
    if (dispatcher_.paused() == paused) return;
    around_.log.warn(paused ? "queue paused" : "queue unpaused", {{"queue", options_.queue}});
    dispatcher_.pause(paused);
    if (paused) return;
    claim_wanted_ = true;
    if (around_.rows != nullptr) around_.rows->wake();
}

void WorkerLoop::stop(std::chrono::milliseconds grace) {
    const auto until = Clock::now() + grace;
    grace_until_ = stopping_ ? std::min(grace_until_, until) : until;
    if (std::exchange(stopping_, true)) return;
    around_.log.info("draining", {{"runs", std::to_string(dispatcher_.runs_held())},
                                  {"grace_ms", std::to_string(grace.count())}});
    service_.stopping(grace);
    dispatcher_.drain();
    if (around_.rows != nullptr) around_.rows->drain();
}

// --- what is to be done ------------------------------------------------------------------------------------

void WorkerLoop::give_orders() {
    start_attempts();
    while (const auto lane = free_lane()) {
        auto job = next_job();
        if (!job) break;
        ++orders_[*lane];
        around_.lanes[*lane]->order(std::move(*job));
    }
    start_attempts();  // local activities that go on in place
}

/// One that has nothing to do. While the next batch is as good as full one that has an order will do, too: it goes on
/// with the next at once, and need not wait for this loop.
std::optional<std::size_t> WorkerLoop::free_lane() const {
    const bool good_batch = 2 * dispatcher_.runs_ready() >= static_cast<std::size_t>(options_.batch_limit);
    const auto fewest = std::ranges::min_element(orders_);
    if (*fewest >= (good_batch ? Lane::orders_max : 1)) return std::nullopt;
    return static_cast<std::size_t>(fewest - orders_.begin());
}

/// A round trip costs nearly the same for one run as for many. While many transactional attempts are under way, more
/// will have ended in a moment: what is there waits for them, a little.
WorkerLoop::Clock::time_point WorkerLoop::wait_for_others() const {
    constexpr std::chrono::microseconds an_attempt{10};
    constexpr std::chrono::microseconds longest{10'000};
    const Slots& slots = around_.transactional_slots;
    return Clock::now() + std::min(longest, an_attempt * (slots.size() - slots.free()));
}

std::optional<LaneJob> WorkerLoop::next_job() {
    if (dispatcher_.loads_wanted() >= worth_a_trip || Clock::now() >= next_load_) {
        if (auto load = dispatcher_.next_load()) {
            next_load_ = wait_for_others();
            return LoadJob{std::move(*load)};
        }
    }
    if (auto look = next_look()) return look;
    while (!wakes_.empty() && *wakes_.begin() <= estimated_now()) {
        wakes_.erase(wakes_.begin());
        claim_poll_.found();
        claim_wanted_ = true;
    }
    const bool due = claim_wanted_ || Clock::now() >= next_claim_;
    const bool claim = options_.run_workflows && due && !claim_under_way_ && dispatcher_.room_for_claims();
    const bool commit =
        dispatcher_.runs_ready() >= worth_a_trip || (dispatcher_.has_ready() && Clock::now() >= next_commit_);
    if (!claim && !commit) return std::nullopt;
    next_commit_ = wait_for_others();
    auto batch = dispatcher_.next_batch(claim);
    if (!batch) return std::nullopt;
    if (batch->claim.limit > 0) {
        claim_under_way_ = true;
        claim_wanted_ = false;
    }
    batch->tell_closed = tells_itself(*batch);
    if (batch->tell_closed) next_lone_telling_ = Clock::now() + lone_tellings_apart;
    return CommitJob{std::move(*batch)};
}

std::optional<LaneJob> WorkerLoop::next_look() {
    auto releases = dispatcher_.take_releases();
    if (!releases.empty()) return ReleaseJob{worker_, std::move(releases)};
    const auto now = Clock::now();
    if (now >= next_compare_) {
        const bool quickly = quick_compares_ > 0;
        if (quickly) --quick_compares_;
        next_compare_ = now + (quickly ? options_.compare_every / 5 : options_.compare_every);
        return CompareJob{worker_};
    }
    if (now >= next_delivery_ && !delivery_under_way_) {
        delivery_under_way_ = true;
        next_delivery_ = now + full_pass_every;
        return DeliverJob{};
    }
    if (auto claim = late_claim()) return claim;
    if (message_poll_under_way_) return std::nullopt;
    const auto timer = dispatcher_.next_timer();
    const bool timer_due = timer && *timer <= estimated_now();
    const bool announced = messages_wanted_ && now >= next_announced_poll_;
    if (!announced && !timer_due && now < next_message_poll_) return std::nullopt;
    messages_wanted_ = false;
    next_message_poll_ = now + message_poll;
    auto held = dispatcher_.held();
    if (held.empty()) return std::nullopt;
    message_poll_under_way_ = true;
    return PollJob{std::move(held)};
}

/// While claims leave nothing, what is overdue is a run whose row others hold again and again.
std::optional<LaneJob> WorkerLoop::late_claim() {
    const bool wanted =
        late_seen_ && options_.run_workflows && claims_take_all_ && dispatcher_.room_for_claims();
    if (!wanted || Clock::now() < next_patient_claim_) return std::nullopt;
    late_seen_ = false;
    next_patient_claim_ = Clock::now() + patient_claim_every;
    return CommitJob{dispatcher_.patient_claim()};
}

void WorkerLoop::start_attempts() {
    std::vector<Attempt> async = dispatcher_.take_starts();
    if (async.empty()) return;
    std::vector<Attempt> transactional;
    std::erase_if(async, [&](Attempt& attempt) {
        const bool in_pool = around_.activities.find_transactional(attempt.info.type) != nullptr;
        if (in_pool) transactional.push_back(std::move(attempt));
        return in_pool;
    });
    const SettledSink settled = [mailbox = around_.mailbox](std::vector<Settled> done) {
        mailbox->put_all(std::move(done));
    };
    around_.async.start(std::move(async), settled);
    around_.pool.start(std::move(transactional), settled);
}

/// Those for our own queue the next claim finds, if the batch that has made them did not take them at once.
void WorkerLoop::tell_of_started_runs() {
    for (const std::string& queue : dispatcher_.take_started()) {
        if (queue == options_.queue && dispatcher_.room_for_claims()) {
            claim_wanted_ = true;
        } else {
            around_.notifier.runs_ready(queue);
        }
    }
}

/// A lone end is told on the connection that has committed it, at once; of many one burst tells (store::Notifier),
/// since each telling makes everybody look who waits.
bool WorkerLoop::tells_itself(const store::Batch& batch) const {
    constexpr std::size_t few = 2;
    const auto ends = [](const store::RunCommit& commit) {
        return commit.next == store::RunCommit::Next::close;
    };
    return options_.notifications && batch.commits.size() <= few && under_way() == 0 &&
           Clock::now() >= next_lone_telling_ && std::ranges::any_of(batch.commits, ends);
}

void WorkerLoop::tell() {
    tell_of_started_runs();
    const auto closed = dispatcher_.take_closed();
    if (std::exchange(untold_ends_, false)) around_.notifier.closed(closed);
    if (dispatcher_.take_told_updates()) around_.notifier.updates();
    around_.metrics.closed(closed.size());
    around_.vitals.closed_runs(closed.size());
    around_.vitals.holds(dispatcher_.runs_held());
    for (const std::string& queue : dispatcher_.take_row_queues()) {
        around_.notifier.activities_ready(queue);
        if (queue == options_.queue && around_.rows != nullptr) around_.rows->wake();
    }
    around_.metrics.turned(dispatcher_.take_counts());
    around_.metrics.state(dispatcher_.runs_held(), dispatcher_.cache().runs(), dispatcher_.cache().bytes(),
                          around_.async_slots.free(), around_.transactional_slots.free());
    for (const Note& note : dispatcher_.take_notes()) {
        const std::string run = note.run.value.to_string();
        switch (note.kind) {
            case Note::Kind::blocked:
                around_.log.warn("run blocked", {{"run", run}, {"reason", note.text}});
                break;
            case Note::Kind::large_payload:
                around_.log.warn("large payload", {{"run", run}, {"what", note.text}});
                break;
            case Note::Kind::lost:
                around_.log.warn("run dropped", {{"run", run}, {"reason", note.text}});
                break;
            case Note::Kind::rejected:
                around_.log.error("commit refused", {{"run", run}, {"reason", note.text}});
                break;
            case Note::Kind::adopted:
                around_.log.info("run adopted", {{"run", run}, {"reason", note.text}});
                break;
            case Note::Kind::given_back:
                around_.log.warn("run given back", {{"run", run}, {"reason", note.text}});
                break;
        }
    }
}

// --- the end -----------------------------------------------------------------------------------------------

void WorkerLoop::check_drain() {
    if (!stopping_ || gave_up_ || Clock::now() < grace_until_) return;
    gave_up_ = true;
    dispatcher_.give_up_attempts();
    if (around_.rows != nullptr) around_.rows->give_up_attempts();
    if (registered_) give_orders();
}

bool WorkerLoop::has_only(const LoopMessage& news) const {
    if (!registered_ || stopping_) return false;
    if (std::holds_alternative<LaneDone>(news)) return under_way() == 1;
    // Who brings anything else has other things to do than to run workflows' code.
    return under_way() == 0 && dispatcher_.runs_ready() == 0;
}

int WorkerLoop::under_way() const {
    return std::accumulate(orders_.begin(), orders_.end(), 0);
}

bool WorkerLoop::drained() const {
    if (!stopping_) return false;
    if (!registered_ || Clock::now() >= grace_until_ + drain_tail) return true;
    const bool lanes_idle = std::ranges::all_of(orders_, [](int orders) { return orders == 0; });
    return dispatcher_.runs_held() == 0 && lanes_idle && (around_.rows == nullptr || around_.rows->idle());
}

// --- time --------------------------------------------------------------------------------------------------

WorkerLoop::Clock::time_point WorkerLoop::next_look_at() const {
    const auto now = Clock::now();
    auto next = now + longest_sleep;
    if (stopping_) next = std::min(next, now + std::chrono::milliseconds{10});
    if (!registered_ || !free_lane()) return next;
    if (!claim_under_way_ && options_.run_workflows && dispatcher_.room_for_claims()) {
        next = std::min(next, claim_wanted_ ? now : next_claim_);
        if (!wakes_.empty()) next = std::min(next, when(*wakes_.begin()));
    }
    if (const auto timer = dispatcher_.next_timer(); timer && !message_poll_under_way_) {
        next = std::min(next, when(*timer));
    }
    if (dispatcher_.runs_held() > 0 && !message_poll_under_way_) {
        next = std::min(next, messages_wanted_ ? next_announced_poll_ : next_message_poll_);
    }
    if (!delivery_under_way_) next = std::min(next, next_delivery_);
    if (dispatcher_.has_ready()) next = std::min(next, next_commit_);
    if (dispatcher_.loads_wanted() > 0) next = std::min(next, next_load_);
    // The database's clock may be a little behind the estimate: look again soon, but do not spin.
    return std::max(next, now + std::chrono::milliseconds{claim_wanted_ ? 0 : 1});
}

void WorkerLoop::database_time(Timestamp now) {
    if (now >= dispatcher_.now()) time_received_ = Clock::now();
}

Timestamp WorkerLoop::estimated_now() const {
    return dispatcher_.now() + std::chrono::duration_cast<Duration>(Clock::now() - time_received_);
}

WorkerLoop::Clock::time_point WorkerLoop::when(Timestamp moment) const {
    const Duration left = std::min<Duration>(moment - estimated_now(), std::chrono::hours{1});
    return Clock::now() + std::max(left, Duration::zero());
}

void WorkerLoop::remember_wakes(const store::Batch& batch) {
    constexpr std::size_t remembered_max = 4096;
    for (const store::RunCommit& commit : batch.commits) {
        const bool leaves = commit.next == store::RunCommit::Next::release;
        if (!leaves || !commit.wake_at || wakes_.size() >= remembered_max) continue;
        if (*commit.wake_at < estimated_now() + std::chrono::minutes{1}) wakes_.insert(*commit.wake_at);
    }
}

}  // namespace durable::worker

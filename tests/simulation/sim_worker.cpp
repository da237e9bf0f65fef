#include "tests/simulation/sim_worker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/worker/running_attempt.hpp"

namespace simulation {
namespace {

using namespace durable::worker;
using durable::Duration;
namespace store = durable::store;
namespace payloads = durable::payloads;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds sweep_every{500};

std::string told(const LaneJob& job) {
    return std::visit(
        [](const auto& each) -> std::string {
            using Job = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<Job, CommitJob>) {
                return fmt::format("commit {} claim {}", each.batch.commits.size(), each.batch.claim.limit);
            } else if constexpr (std::is_same_v<Job, LoadJob>) {
                return fmt::format("load {}", each.order.runs.size());
            } else if constexpr (std::is_same_v<Job, PollJob>) {
                return "poll";
            } else if constexpr (std::is_same_v<Job, CompareJob>) {
                return "compare";
            } else if constexpr (std::is_same_v<Job, ReleaseJob>) {
                return "release";
            } else {
                return "deliver";
            }
        },
        job);
}

std::string told(const LaneResult& result) {
    if (const auto* done = std::get_if<CommitDone>(&result)) {
        return fmt::format("committed {} lost {} first {} rejected {} claimed {}",
                           done->result.committed.size(), done->result.lost.size(),
                           done->result.message_first.size(), done->result.rejected.size(),
                           done->result.claimed.size());
    }
    if (const auto* done = std::get_if<PollDone>(&result))
        return fmt::format("news {}", done->with_messages.size());
    if (const auto* done = std::get_if<CompareDone>(&result))
        return fmt::format("owned {}", done->owned.size());
    if (const auto* done = std::get_if<DeliverDone>(&result))
        return fmt::format("done {}", done->delivered.done);
    return "ok";
}

}  // namespace

// --- lanes and runners -------------------------------------------------------------------------------------

SimLane::SimLane(int number, std::string url, store::Faults faults, store::PayloadGate& gate,
                 LoopMailbox mailbox, const Sabotage& sabotage)
    : number_(number),
      connection_(std::move(url), std::move(faults)),
      gate_(gate),
      mailbox_(std::move(mailbox)),
      sabotage_(sabotage) {}

std::string SimLane::carry_out() {
    const std::string what = told(jobs_.front());
    try {
        done_ = durable::worker::carry_out(connection_, gate_, jobs_.front());
    } catch (const store::StoreUnavailable&) {
        auto* commit = std::get_if<CommitJob>(&jobs_.front());
        if (!sabotage_.believe_every_send || commit == nullptr) return what + ": not now";
        store::BatchResult believed;
        for (const auto& each : commit->batch.commits) believed.committed.push_back(each.run);
        done_ = CommitDone{std::move(commit->batch), std::move(believed), {}};
    }
    return what + ": " + told(*done_);
}

void SimLane::report() {
    jobs_.pop_front();
    mailbox_->put(LaneDone{number_, *std::exchange(done_, std::nullopt)});
}

void SimRunner::start(std::vector<durable::worker::Attempt> attempts, SettledSink settled) {
    run_attempts(context_.get_executor(), std::move(attempts), [=, this](durable::worker::Attempt attempt) {
        const AsyncActivity& activity = *registry_.find_async(attempt.info.type);
        const auto report = [settled](Settled one) { settled({std::move(one)}); };
        return std::make_shared<RunningAttempt>(std::move(attempt), activity, trust_, context_.get_executor(),
                                                report);
    });
}

void SimPool::start(std::vector<durable::worker::Attempt> attempts, SettledSink settled) {
    for (durable::worker::Attempt& attempt : attempts) jobs_.push_back({std::move(attempt), settled});
}

std::string SimPool::run() {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    durable::worker::Attempt& attempt = job.attempt;
    AttemptOutcome outcome;
    try {
        outcome = attempts_.transact(*store_, attempt);
    } catch (const store::StoreUnavailable& error) {
        if (sabotage_.forget_doubts) store_.emplace(url_, faults_);
        if (attempts_.trust.holds(attempt.worker)) {
            jobs_.push_front(std::move(job));
            return "transact: not now";
        }
        outcome = unavailable(error);
    }
    outcome.attempt = attempt.info.attempt;
    attempt.slot = {};
    const std::string how = fmt::format("transact: outcome {}", static_cast<int>(outcome.kind));
    job.settled(
        {{attempt.id, attempt.info.run, attempt.info.activity, attempt.info.type, std::move(outcome)}});
    return how;
}

// --- the worker --------------------------------------------------------------------------------------------

SimWorker::SimWorker(std::string name, Surroundings around, Dice dice)
    : around_(std::move(around)),
      options_{
          .connection_string = around_.url,
          .name = std::move(name),
          .build = "simulated",
          .slots = {.runs = dice.between(2, 12), .async = dice.between(1, 6), .transactional_threads = 2},
          .lease = lease,
          .notifications = false,
          .batch_limit = dice.between(1, 8),
          .cached_runs = static_cast<std::size_t>(dice.between(0, 4))},
      gate_(std::make_shared<store::PayloadGate>(around_.url, payloads::Settings{})),
      trust_(lease),
      async_slots_(options_.slots.async),
      transactional_slots_(dice.between(1, 4)),
      vitals_(async_slots_, transactional_slots_, options_.slots.runs),
      notifier_(around_.url, false),
      async_(context_, around_.activities, trust_),
      pool_(around_.url, store_faults(dice), {around_.activities, trust_, gate_}, around_.sabotage) {
    for (int i = 0; i < options_.hot_connections; ++i) {
        auto lane =
            std::make_unique<SimLane>(i, around_.url, store_faults(dice), *gate_, mailbox_, around_.sabotage);
        sim_lanes_.push_back(lane.get());
        lanes_.push_back(std::move(lane));
    }
    RowActivities::Observer observer;
    observer.attempt_ended = [](const std::string&, const AttemptOutcome&) {};
    observer.results_sent = [this] {
        mailbox_->put(store::ControlConnection::Wakeup{.runs = true, .activities = false, .messages = true});
        news_ = true;
    };
    observer.trouble = [](const std::string&) {};
    observer.claimed = [](std::size_t) {};
    rows_ = std::make_unique<RowActivities>(
        RowActivities::Options{around_.url, store_faults(dice), options_.queue, lease, options_.poll, gate_},
        around_.activities, async_, pool_, async_slots_, transactional_slots_, trust_, std::move(observer));
    loop_ = std::make_unique<WorkerLoop>(
        options_, settings(),
        WorkerLoop::Surroundings{mailbox_, lanes_, async_, pool_, rows_.get(), notifier_, trust_,
                                 around_.activities, async_slots_, transactional_slots_, metrics_, vitals_,
                                 log_});
    register_anew();
}

SimWorker::~SimWorker() = default;

DispatcherSettings SimWorker::settings() const {
    DispatcherSettings settings{TurnSettings{options_.queue, options_.build, around_.workflows,
                                             around_.activities, const_cast<Slots&>(async_slots_),
                                             const_cast<Slots&>(transactional_slots_)}};
    settings.batch_limit = options_.batch_limit;
    settings.runs_held_max = static_cast<std::size_t>(options_.slots.runs);
    settings.cache_runs = options_.cached_runs;
    return settings;
}

/// Some connections try again within the call, some leave it to the caller.
store::Faults SimWorker::store_faults(Dice& dice) {
    store::Faults faults;
    faults.patience = dice.one_in(2) ? std::chrono::milliseconds{0} : std::chrono::seconds{15};
    faults.hook = [this](store::Faults::Point point, const char* statement) {
        using Point = store::Faults::Point;
        const FaultRates& rates = around_.faults.rates();
        if (point != Point::rolled_back) ++boundaries_;
        switch (point) {
            case Point::before_send:
                return around_.faults.strikes(rates.refused, std::string{"refused "} + statement);
            case Point::rolled_back:
                return around_.faults.strikes(rates.rolled_back, std::string{"rolled back "} + statement);
            case Point::after_commit_reply_lost:
                return around_.faults.strikes(rates.answer_lost, std::string{"answer lost "} + statement);
        }
        return false;
    };
    return faults;
}

void SimWorker::register_anew() {
    const auto sent = TrustWindow::boot_time();
    control_.reset();
    control_ = std::make_unique<store::ControlConnection>(
        around_.url, store::WorkerRegistration{options_.name, options_.build, options_.queue, lease, false,
                                               around_.activities.names()});
    number_ = control_->worker();
    trust_.renewed(sent, number_);
    mailbox_->put(RegisteredAs{number_});
    news_ = true;
    next_beat_ = Clock::now() + lease / 3;
    next_sweep_ = Clock::now();
}

std::string SimWorker::beat() {
    next_beat_ = Clock::now() + lease / 3;
    const bool dropped = !trust_.holds();
    if (dropped) {
        mailbox_->put(RegistrationLost{});
        news_ = true;
    }
    const auto sent = TrustWindow::boot_time();
    if (!control_->heartbeat({})) {
        if (!dropped) mailbox_->put(RegistrationLost{});
        register_anew();
        return "registers anew";
    }
    trust_.renewed(sent, number_);
    if (dropped) mailbox_->put(RegisteredAs{number_});
    return "beats";
}

std::string SimWorker::sweep() {
    next_sweep_ = Clock::now() + sweep_every;
    swept_ = true;
    const auto swept = control_->sweep();
    mailbox_->put(swept.waiting);
    rows_->found(swept.waiting);
    rows_news_ = true;
    if (swept.dead_workers > 0 || swept.stuck_runs_woken > 0) {
        mailbox_->put(store::ControlConnection::Wakeup{.runs = true, .activities = true, .messages = true});
    }
    news_ = true;
    return fmt::format("sweeps: dead {} runs {} activities {} late {} woken {}", swept.dead_workers,
                       swept.runs_taken_over, swept.activities_taken_over, swept.activities_timed_out,
                       swept.stuck_runs_woken);
}

std::string SimWorker::turn() {
    news_ = false;
    rows_news_ = true;
    loop_->turn(mailbox_->take_all({}));
    return "turns";
}

void SimWorker::add_steps(std::vector<Step>& steps) {
    const auto now = Clock::now();
    // Handlers run on, as on the runner's thread; what they report is taken up by the loop.
    if (context_.stopped()) context_.restart();
    if (context_.poll() > 0) news_ = rows_news_ = true;
    if (now >= next_beat_) steps.emplace_back([this] { return beat(); });
    const bool may_sweep = !around_.sabotage.sweep_once || !swept_;
    if (now >= next_sweep_ && may_sweep) steps.emplace_back([this] { return sweep(); });
    if (news_ || now >= loop_->next_look_at()) steps.emplace_back([this] { return turn(); });
    for (SimLane* lane : sim_lanes_) {
        if (lane->has_job()) steps.emplace_back([lane] { return lane->carry_out(); });
        if (!lane->has_result()) continue;
        steps.emplace_back([this, lane] {
            lane->report();
            news_ = true;
            return std::string{"reports"};
        });
    }
    if (rows_news_ || now >= rows_->next_pass_at()) {
        steps.emplace_back([this] {
            rows_news_ = false;
            rows_->pass({});
            return std::string{"rows"};
        });
    }
    if (pool_.has_job()) {
        steps.emplace_back([this] {
            news_ = rows_news_ = true;
            return pool_.run();
        });
    }
}

bool SimWorker::has_something_under_way() const {
    return pool_.has_job() || std::ranges::any_of(sim_lanes_, [](const SimLane* lane) {
               return lane->has_job() || lane->has_result();
           });
}

Clock::time_point SimWorker::next_step_at() const {
    return std::min({next_beat_, next_sweep_, loop_->next_look_at(), rows_->next_pass_at()});
}

}  // namespace simulation

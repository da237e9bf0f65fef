#include "engine/worker/worker.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/store/pause.hpp"
#include "engine/store/runs.hpp"
#include "engine/worker/activation_watch.hpp"
#include "engine/worker/alarm.hpp"
#include "engine/worker/async_runner.hpp"
#include "engine/worker/batch_loop.hpp"
#include "engine/worker/black_box.hpp"
#include "engine/worker/retention_loop.hpp"
#include "engine/worker/schedule_log.hpp"
#include "engine/worker/schedule_loop.hpp"
#include "engine/worker/transactional_pool.hpp"
#include "engine/worker/worker_loop.hpp"

namespace durable::worker {
namespace {

/// A registry without entries, for workers that leave activities to others.
const ActivityRegistry no_activities;

DispatcherSettings settings_of(const WorkerOptions& options, const WorkflowRegistry& workflows,
                               const ActivityRegistry& activities, Slots& async, Slots& transactional) {
    DispatcherSettings settings{
        TurnSettings{options.queue, options.build, workflows, activities, async, transactional}};
    settings.turn.payload_limits = options.payloads.limits;
    settings.batch_limit = options.batch_limit;
    settings.runs_held_max = static_cast<std::size_t>(options.slots.runs);
    settings.cache_runs = options.cached_runs;
    settings.cache_bytes = options.cached_bytes;
    return settings;
}

/// Complaints about the database: all are counted, each text is written once in five seconds, so that none drowns
/// another. Thread-safe.
class Trouble {
  public:
    Trouble(const Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}
    void operator()(const std::string& text) {
        metrics_.database_trouble();
        if (is_new(text)) log_.warn("database trouble", {{"what", text}});
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds quiet{5};
    static constexpr std::size_t texts_max = 64;

    bool is_new(const std::string& text) {
        const auto now = Clock::now();
        const std::lock_guard lock{mutex_};
        if (written_.size() >= texts_max) {
            std::erase_if(written_, [now](const auto& each) { return now - each.second >= quiet; });
        }
        const auto known = written_.find(text);
        if (known == written_.end() ? written_.size() >= texts_max : now - known->second < quiet)
            return false;
        written_[text] = now;
        return true;
    }

    const Log& log_;
    Metrics& metrics_;
    std::mutex mutex_;  ///< guards the rest
    std::map<std::string, Clock::time_point> written_;
};

/// Runs activity rows, if this worker has any.
class RowsThread {
  public:
    explicit RowsThread(RowActivities* rows) : rows_(rows) {
        if (rows_ != nullptr) thread_ = std::thread{[rows] { rows->run(); }};
    }
    ~RowsThread() {
        if (rows_ == nullptr) return;
        rows_->close();
        thread_.join();
    }
    RowsThread(const RowsThread&) = delete;
    RowsThread& operator=(const RowsThread&) = delete;

  private:
    RowActivities* rows_;
    std::thread thread_;
};

}  // namespace

class Worker::Impl {
  public:
    Impl(WorkerOptions options, const WorkflowRegistry& workflows, const ActivityRegistry& activities,
         std::shared_ptr<prometheus::Registry> registry)
        : options_(std::move(options)),
          workflows_(workflows),
          activities_(options_.run_activities ? activities : no_activities),
          log_(options_.logger, options_.log_format),
          metrics_(std::move(registry)),
          trouble_(log_, metrics_),
          trust_(options_.lease),
          async_slots_(options_.slots.async),
          transactional_slots_(options_.slots.transactional_threads + options_.slots.transactional_waiting),
          vitals_(async_slots_, transactional_slots_, options_.slots.runs) {}

    ~Impl() {
        stop(std::chrono::milliseconds{0});
        wait();
        if (thread_.joinable()) thread_.join();
    }

    void start() {
        started_ = true;
        thread_ = std::thread{[this] { work(); }};
    }
    void stop(std::chrono::milliseconds grace) { mailbox_->put(StopRequested{grace}); }
    void wait() {
        std::unique_lock lock{mutex_};
        ended_.wait(lock, [this] { return done_ || !started_; });
    }
    [[nodiscard]] bool registered() const { return registered_; }

  private:
    /// The loop's thread: builds the other threads, runs the loop, takes them down in the reverse order.
    void work() {
        {
            std::optional<BlackBox> box;
            open_black_box(box);
            store::Notifier notifier{options_.connection_string, options_.notifications};
            AsyncRunner async{activities_, trust_};
            TransactionalPool pool{
                {options_.connection_string, options_.faults, options_.slots.transactional_threads, gate_},
                activities_,
                trust_};
            std::vector<std::unique_ptr<Lane>> lanes = make_lanes();
            std::optional<RowActivities> rows;
            if (options_.run_activities) make_rows(rows, async, pool, notifier);
            const RowsThread rows_thread{rows ? &*rows : nullptr};
            ControlLoop control{control_options(), trust_, control_observer(rows ? &*rows : nullptr)};
            std::optional<ScheduleLoop> schedules;
            if (options_.run_workflows) schedules.emplace(schedule_options(), schedule_observer(notifier));
            std::optional<BatchLoop> batches;
            if (options_.run_workflows) batches.emplace(batch_options(), batch_observer(notifier));
            ActivationWatch watch{options_.activation_limit, [this](RunId run, int nth) { stuck(run, nth); },
                                  box ? &*box : nullptr};
            DispatcherSettings settings =
                settings_of(options_, workflows_, activities_, async_slots_, transactional_slots_);
            settings.watch = &watch;
            std::optional<RetentionLoop> retention;
            if (options_.run_workflows && options_.retention.every.count() > 0) {
                RetentionOptions looks_after = options_.retention;
                looks_after.may_act = [this] { return registered_.load(); };
                retention.emplace(options_.connection_string, std::move(looks_after), retention_observer());
            }
            WorkerLoop loop{options_,
                            std::move(settings),
                            {mailbox_, lanes, async, pool, rows ? &*rows : nullptr, notifier, trust_,
                             activities_, async_slots_, transactional_slots_, metrics_, vitals_, log_}};
            turns_.run(loop);
            batches.reset();
            schedules.reset();
            retention.reset();
            control.stop(true);
            registered_ = false;
        }
        log_.info("worker stopped");
        const std::lock_guard lock{mutex_};
        done_ = true;
        ended_.notify_all();
    }

    /// On the watch's thread: the loop's is inside the run's code.
    void stuck(RunId run, int nth) {
        const auto lasted =
            std::chrono::duration_cast<std::chrono::milliseconds>(options_.activation_limit) * nth;
        log_.error("workflow code does not come back",
                   {{"run", run.value.to_string()}, {"lasted_ms", std::to_string(lasted.count())}});
        constexpr int patience = 3;
        if (nth == 1) quarantine(run);
        if (nth < patience || !options_.exit_when_stuck) return;
        log_.error("ending this process: its thread is lost to the run", {{"run", run.value.to_string()}});
        constexpr int exit_software = 70;
        std::_Exit(exit_software);
    }

    /// Before anything is claimed, a run that has ended the processes before this one is out of the way.
    void open_black_box(std::optional<BlackBox>& box) {
        if (options_.black_boxes.empty()) return;
        try {
            box.emplace(options_.black_boxes);
        } catch (const std::exception& error) {
            return log_.error("nothing will be known of runs that end this process",
                              {{"what", error.what()}});
        }
        if (!box->wreck()) return;
        const auto& [run, deaths] = *box->wreck();
        log_.error("a process has ended inside of a run's code",
                   {{"run", run.value.to_string()}, {"in_a_row", std::to_string(deaths)}});
        constexpr int too_many = 3;
        if (deaths < too_many) return;
        constexpr std::chrono::milliseconds until_again{200};
        while (!pause_deadly(run, deaths)) {
            if (!mailbox_->empty()) return;  // nothing but a request to stop can be there already
            std::this_thread::sleep_for(until_again);
        }
        box->forget(run);
    }

    /// False: the database cannot be asked.
    bool pause_deadly(RunId run, int deaths) {
        try {
            pqxx::connection connection{options_.connection_string};
            pqxx::work tx{connection};
            const auto state = store::closed(tx, run);
            if (state && state->status == replay::RunStatus::running) {
                const std::string reason = "its code has ended " + std::to_string(deaths) +
                                           " worker processes in a row: see their logs and cores";
                store::pause(tx, {.run = run}, reason, "worker " + options_.name);
            }
            tx.commit();
            return true;
        } catch (const std::exception& error) {
            trouble_(error.what());
            return false;
        }
    }

    void quarantine(RunId run) {
        try {
            pqxx::connection connection{options_.connection_string};
            pqxx::work tx{connection};
            const std::string reason = "an activation did not end within " +
                                       std::to_string(options_.activation_limit.count()) + " ms in build " +
                                       options_.build;
            store::quarantine(tx, run, store::WorkerNo{worker_no_.load()}, reason, "worker " + options_.name);
            tx.commit();
        } catch (const std::exception& error) {
            trouble_(error.what());
        }
    }

    std::vector<std::unique_ptr<Lane>> make_lanes() {
        std::vector<std::unique_ptr<Lane>> lanes;
        for (int number = 0; number < options_.hot_connections; ++number) {
            lanes.push_back(std::make_unique<HotLane>(
                HotLane::Options{options_.connection_string, options_.faults, number, gate_},
                [this](LaneDone done) { turns_.bring(std::move(done)); },
                [this](const std::string& text) { trouble_(text); }));
        }
        return lanes;
    }

    void make_rows(std::optional<RowActivities>& rows, AsyncRunner& async, TransactionalPool& pool,
                   store::Notifier& notifier) {
        RowActivities::Observer observer;
        observer.attempt_ended = [this](const std::string& type, const AttemptOutcome& outcome) {
            metrics_.attempt_ended(type, false, outcome);
        };
        observer.results_sent = [this, &notifier] {
            notifier.runs_ready(options_.queue);
            notifier.messages(options_.queue);
            mailbox_->put(
                store::ControlConnection::Wakeup{.runs = true, .activities = false, .messages = true});
        };
        observer.trouble = [this](const std::string& text) { trouble_(text); };
        observer.claimed = [this](std::size_t rows_claimed) { vitals_.claimed_rows(rows_claimed); };
        rows.emplace(RowActivities::Options{options_.connection_string, options_.faults, options_.queue,
                                            options_.lease, options_.poll, gate_},
                     activities_, async, pool, async_slots_, transactional_slots_, trust_,
                     std::move(observer));
    }

    ControlLoop::Options control_options() const {
        return {options_.connection_string,
                {options_.name, options_.build, options_.queue, options_.lease, gate_->encrypts(),
                 activities_.names()},
                options_.notifications,
                options_.sweep_every};
    }

    /// On the control thread: what a look has found goes to whom it concerns.
    void tell(const store::Waiting& waiting, RowActivities* rows) {
        mailbox_->put(waiting);
        if (rows != nullptr) rows->found(waiting);
        const auto set = [](Alarm& alarm, const std::optional<Duration>& due_in) {
            if (due_in) alarm.set(Alarm::Clock::now() + std::min<Duration>(*due_in, full_pass_every));
        };
        set(*schedule_alarm_, waiting.schedule_in);
        set(*batch_alarm_, waiting.batch_in);
    }

    ControlLoop::Observer control_observer(RowActivities* rows) {
        ControlLoop::Observer observer;
        observer.registered = [this](store::WorkerNo worker) {
            registered_ = true;
            worker_no_ = worker.value;
            mailbox_->put(RegisteredAs{worker});
        };
        observer.lost = [this] {
            registered_ = false;
            mailbox_->put(RegistrationLost{});
        };
        observer.woken = [this, rows](store::ControlConnection::Wakeup woken) {
            if (rows != nullptr && (woken.activities || woken.messages)) rows->wake();
            turns_.bring(woken);
        };
        observer.state = [this] { return vitals_.state(Vitals::Clock::now()); };
        observer.swept = [this, rows](const store::ControlConnection::Swept& swept) {
            tell(swept.waiting, rows);
            metrics_.swept(swept.runs_taken_over, swept.stuck_runs_woken);
            if (swept.standing) metrics_.standing(*swept.standing);
            if (swept.dead_workers == 0 && swept.stuck_runs_woken == 0) return;
            log_.warn("swept", {{"dead_workers", std::to_string(swept.dead_workers)},
                                {"runs_taken_over", std::to_string(swept.runs_taken_over)},
                                {"activities_taken_over", std::to_string(swept.activities_taken_over)},
                                {"stuck_runs_woken", std::to_string(swept.stuck_runs_woken)}});
            mailbox_->put(
                store::ControlConnection::Wakeup{.runs = true, .activities = true, .messages = true});
        };
        observer.trouble = [this](const std::string& text) { trouble_(text); };
        return observer;
    }

    ScheduleLoop::Options schedule_options() const {
        return {.connection_string = options_.connection_string,
                .faults = options_.faults,
                .declared = options_.schedules,
                .gate = gate_,
                .may_act = [this] { return registered_.load(); },
                .alarm = schedule_alarm_};
    }

    ScheduleLoop::Observer schedule_observer(store::Notifier& notifier) {
        ScheduleLoop::Observer observer;
        observer.applied = [this](const store::ScheduleChanges& changes) { log_changes(log_, changes); };
        observer.acted = [this, &notifier](const std::string& schedule, const store::ScheduleTurn& turn) {
            log_turn(log_, schedule, turn);
            notifier.runs_ready(turn.queue);
            if (turn.canceled_a_run) notifier.messages(turn.queue);
            notifier.closed(turn.terminated);
        };
        observer.trouble = [this](const std::string& text) { trouble_(text); };
        return observer;
    }

    BatchLoop::Options batch_options() const {
        return {.connection_string = options_.connection_string,
                .workflows = workflows_,
                .faults = options_.faults,
                .may_act = [this] { return registered_.load(); },
                .alarm = batch_alarm_};
    }

    BatchLoop::Observer batch_observer(store::Notifier& notifier) {
        BatchLoop::Observer observer;
        observer.took = [this, &notifier](const store::BatchPage& page) {
            for (const std::string& queue : page.messages) notifier.messages(queue);
            for (const std::string& queue : page.runs_ready) notifier.runs_ready(queue);
            for (const std::string& queue : page.activities_ready) notifier.activities_ready(queue);
            notifier.closed(page.closed);
            if (page.state == store::BatchState::running) return;
            log_.info("batch job ended", {{"job", page.job.to_string()}});
        };
        observer.trouble = [this](const std::string& text) { trouble_(text); };
        return observer;
    }

    RetentionLoop::Observer retention_observer() {
        RetentionLoop::Observer observer;
        observer.passed = [this](const RetentionLoop::Pass& pass) {
            metrics_.failed_exports(pass.failed_exports);
            if (pass.failed_exports > 0)
                log_.warn("exports failed, the runs stay", {{"failed", std::to_string(pass.failed_exports)},
                                                            {"where", options_.retention.archive->place()},
                                                            {"what", pass.export_trouble}});
            if (pass.removed + pass.payloads_swept == 0) return;
            log_.info("retention", {{"removed", std::to_string(pass.removed)},
                                    {"exported", std::to_string(pass.exported)},
                                    {"payloads_swept", std::to_string(pass.payloads_swept)}});
        };
        observer.trouble = [this](const std::string& text) { trouble_(text); };
        return observer;
    }

    const WorkerOptions options_;
    /// Shared with the threads that write and read rows.
    std::shared_ptr<store::PayloadGate> gate_ =
        std::make_shared<store::PayloadGate>(options_.connection_string, options_.payloads);
    const WorkflowRegistry& workflows_;
    const ActivityRegistry& activities_;
    Log log_;
    Metrics metrics_;
    Trouble trouble_;
    TrustWindow trust_;
    Slots async_slots_;
    Slots transactional_slots_;
    Vitals vitals_;
    LoopMailbox mailbox_ = std::make_shared<Mailbox<LoopMessage>>();
    LoopTurns turns_{mailbox_};
    const std::shared_ptr<Alarm> schedule_alarm_ = std::make_shared<Alarm>();
    const std::shared_ptr<Alarm> batch_alarm_ = std::make_shared<Alarm>();
    std::atomic<bool> registered_{false};
    std::atomic<std::int32_t> worker_no_{0};
    std::mutex mutex_;  ///< guards done_
    std::condition_variable ended_;
    bool done_ = false;
    std::atomic<bool> started_{false};
    std::thread thread_;
};

Worker::Worker(WorkerOptions options, const WorkflowRegistry& workflows, const ActivityRegistry& activities,
               std::shared_ptr<prometheus::Registry> metrics)
    : impl_(std::make_unique<Impl>(std::move(options), workflows, activities, std::move(metrics))) {}
Worker::~Worker() = default;
void Worker::start() {
    impl_->start();
}
void Worker::stop(std::chrono::milliseconds grace) {
    impl_->stop(grace);
}
void Worker::wait() {
    impl_->wait();
}
bool Worker::registered() const {
    return impl_->registered();
}

}  // namespace durable::worker

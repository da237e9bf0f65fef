#pragma once
// A worker whose threads are steps of a schedule: the shipped loop, dispatcher, row activities, attempts and
// connections, each moved on only when the simulation says so.

#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/worker/row_activities.hpp"
#include "engine/worker/transactional_attempts.hpp"
#include "engine/worker/worker_loop.hpp"
#include "tests/simulation/world.hpp"

namespace simulation {

/// One job after the other, in three steps: taken, carried out, reported.
class SimLane final : public durable::worker::Lane {
  public:
    SimLane(int number, std::string url, durable::store::Faults faults, durable::store::PayloadGate& gate,
            durable::worker::LoopMailbox mailbox, const Sabotage& sabotage);
    void order(durable::worker::LaneJob job) override { jobs_.push_back(std::move(job)); }

    [[nodiscard]] bool has_job() const { return !jobs_.empty() && !done_; }
    [[nodiscard]] bool has_result() const { return done_.has_value(); }
    /// What it has done, for the trace.
    std::string carry_out();
    void report();

  private:
    int number_;
    durable::store::HotConnection connection_;
    durable::store::PayloadGate& gate_;
    durable::worker::LoopMailbox mailbox_;
    const Sabotage& sabotage_;
    std::deque<durable::worker::LaneJob> jobs_;
    std::optional<durable::worker::LaneResult> done_;
};

/// Async attempts on the worker's own io_context.
class SimRunner final : public durable::worker::AttemptRunner {
  public:
    SimRunner(boost::asio::io_context& context, const durable::worker::ActivityRegistry& registry,
              const durable::worker::TrustWindow& trust)
        : context_(context), registry_(registry), trust_(trust) {}
    void start(std::vector<durable::worker::Attempt> attempts, durable::worker::SettledSink settled) override;

  private:
    boost::asio::io_context& context_;
    const durable::worker::ActivityRegistry& registry_;
    const durable::worker::TrustWindow& trust_;
};

/// Transactional attempts: each is one step.
class SimPool final : public durable::worker::AttemptRunner {
  public:
    SimPool(std::string url, durable::store::Faults faults, durable::worker::TransactionalAttempts attempts,
            const Sabotage& sabotage)
        : url_(std::move(url)),
          faults_(std::move(faults)),
          store_(std::in_place, url_, faults_),
          attempts_(std::move(attempts)),
          sabotage_(sabotage) {}
    void start(std::vector<durable::worker::Attempt> attempts, durable::worker::SettledSink settled) override;
    [[nodiscard]] bool has_job() const { return !jobs_.empty(); }
    /// Runs the first, as a thread of the pool: one that is in doubt comes again before any other.
    std::string run();

  private:
    struct Job {
        durable::worker::Attempt attempt;
        durable::worker::SettledSink settled;
    };
    std::string url_;
    durable::store::Faults faults_;
    std::optional<durable::store::ActivityStore> store_;
    durable::worker::TransactionalAttempts attempts_;
    const Sabotage& sabotage_;
    std::deque<Job> jobs_;
};

class SimWorker {
  public:
    static constexpr durable::Duration lease = std::chrono::seconds{3};

    struct Surroundings {
        std::string url;
        const durable::WorkflowRegistry& workflows;
        const durable::worker::ActivityRegistry& activities;
        Faults& faults;
        const Sabotage& sabotage;
    };
    /// Registers with the database. `dice` draws its sizes.
    SimWorker(std::string name, Surroundings around, Dice dice);
    ~SimWorker();
    SimWorker(const SimWorker&) = delete;
    SimWorker& operator=(const SimWorker&) = delete;

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] durable::store::WorkerNo number() const { return number_; }

    /// One step that it can take now, as a function that says for the trace what it has done.
    using Step = std::function<std::string()>;
    void add_steps(std::vector<Step>& steps);
    /// When there will be one, if nothing happens.
    [[nodiscard]] std::chrono::steady_clock::time_point next_step_at() const;
    /// Something of its doing is on its way: to the database, or back from there.
    [[nodiscard]] bool has_something_under_way() const;
    /// How many faults the store has met.
    [[nodiscard]] int boundaries() const { return boundaries_; }

  private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] durable::store::Faults store_faults(Dice& dice);
    [[nodiscard]] durable::worker::DispatcherSettings settings() const;
    void register_anew();
    std::string beat();
    std::string sweep();
    std::string turn();

    Surroundings around_;
    durable::worker::WorkerOptions options_;
    int boundaries_ = 0;
    std::shared_ptr<durable::store::PayloadGate> gate_;
    durable::worker::Log log_;
    durable::worker::Metrics metrics_{nullptr};
    durable::worker::TrustWindow trust_;
    durable::worker::Slots async_slots_;
    durable::worker::Slots transactional_slots_;
    durable::worker::Vitals vitals_;
    durable::worker::LoopMailbox mailbox_ =
        std::make_shared<durable::worker::Mailbox<durable::worker::LoopMessage>>();
    durable::store::Notifier notifier_;
    boost::asio::io_context context_{1};
    SimRunner async_;
    SimPool pool_;
    std::vector<std::unique_ptr<durable::worker::Lane>> lanes_;
    std::vector<SimLane*> sim_lanes_;
    std::unique_ptr<durable::worker::RowActivities> rows_;
    std::unique_ptr<durable::worker::WorkerLoop> loop_;
    std::unique_ptr<durable::store::ControlConnection> control_;
    durable::store::WorkerNo number_;
    Clock::time_point next_beat_{};
    Clock::time_point next_sweep_{};
    bool swept_ = false;
    bool news_ = true;       ///< something was put into the loop's mailbox
    bool rows_news_ = true;  ///< perhaps something was put into the rows' mailbox
};

}  // namespace simulation

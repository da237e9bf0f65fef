#pragma once
// A worker process: claims runs, runs their coroutines and activities, commits. Start as many as you like;
// they share nothing but Postgres.
//
//   durable::worker::Worker worker{options, workflows, activities, prometheus_registry};
//   worker.start();
//   ... on SIGTERM: worker.stop(30s); again: worker.stop(0s);
//   worker.wait();
//
// Its threads: the loop (owns the Dispatcher and every coroutine), hot lanes (commit and load), the async
// runner, the pool of transactional activities, the rows' thread, control (lease, sweeps, notifications),
// schedules.
// They talk by mailboxes; while the loop sleeps, a lane may take its turn (loop_turns.hpp).

#include <prometheus/registry.h>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/payloads/settings.hpp"
#include "engine/schedule/spec.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/worker/activities.hpp"
#include "engine/worker/adaptive_poll.hpp"
#include "engine/worker/log.hpp"
#include "engine/worker/retention_options.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::worker {

struct WorkerSlots {
    int runs = 1536;                   ///< held at a time
    int async = 1500;                  ///< async activities at a time
    int transactional_threads = 4;     ///< transactional activities at a time; each has a connection
    int transactional_waiting = 3072;  ///< eager ones that may wait for a thread; a row costs more
};

struct WorkerOptions {
    /// Must lead to Postgres itself, not to a transaction pooler: the worker holds a session lock and
    /// listens.
    std::string connection_string;
    std::string name;   ///< a label for people: host and pid
    std::string build;  ///< recorded with every activation
    std::string queue = "default";
    WorkerSlots slots{};
    Duration lease = std::chrono::seconds{10};
    /// Off: everything still works, by polling.
    bool notifications = true;
    int hot_connections = 2;
    int batch_limit = 256;  ///< runs a commit
    std::size_t cached_runs = 10'000;
    std::size_t cached_bytes = 256U << 20U;
    PollLimits poll{};
    /// An activation that lasts longer is an endless loop, or blocks: its run is paused and named in the log.
    std::chrono::milliseconds activation_limit{10'000};
    /// If it goes on for three times as long, this process ends at once (exit code 70), to be started again: its other
    /// runs go to other workers. Off: it stays, with its lease, until somebody ends it.
    bool exit_when_stuck = false;
    /// Where processes note the run whose code they are in (black_box.hpp), one folder for all workers of a machine.
    /// A run in whose code three of them have ended in a row is paused. Empty: nothing is noted, and such a run ends
    /// one worker after the other.
    std::filesystem::path black_boxes{};
    /// The longest time until what is committed without a notification is found.
    std::chrono::milliseconds sweep_every{500};
    std::chrono::milliseconds compare_every{5000};
    /// Roles: a worker without workflows runs activity rows only, one without activities leaves them all to
    /// others.
    bool run_workflows = true;
    bool run_activities = true;
    /// What the program does by the clock: applied once, when the database is first reached.
    std::vector<ScheduleSpec> schedules{};
    /// What becomes of payloads on their way into rows: compression, encryption, limits.
    payloads::Settings payloads{};
    RetentionOptions retention{};
    store::Faults faults{};  ///< tests only
    /// None: silence. That of a daemon does not wait for who reads it: NonblockingSink.
    std::shared_ptr<spdlog::logger> logger{};
    LogFormat log_format = LogFormat::console;
};

/// Thread-safe. The registries must outlive it.
class Worker {
  public:
    /// `metrics` may be null.
    Worker(WorkerOptions options, const WorkflowRegistry& workflows, const ActivityRegistry& activities,
           std::shared_ptr<prometheus::Registry> metrics = nullptr);
    /// Stops at once (stop(0s)) and waits.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Returns at once; an unreachable database is waited for. Once.
    void start();
    /// Drains: no new claims; running activities may end within `grace`, then they are broken off and given
    /// back without spending an attempt; runs are released; the registration is ended. Returns at once. A
    /// second call ends the grace.
    void stop(std::chrono::milliseconds grace);
    /// Until it has stopped.
    void wait();
    /// True once registered with the database, until it stops or loses its lease.
    [[nodiscard]] bool registered() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::worker

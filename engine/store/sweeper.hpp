#pragma once
// Finding what nobody else will move: rows of dead workers, activity rows whose time is over, runs that have
// a message and no wake-up. Every worker sweeps; skip-locked and fences make that safe. And seeing, in the same look,
// what waits for the worker's other threads. One thread.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/claim_turns.hpp"
#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

class Sweeper {
  public:
    /// Of the registration its queue, its build and its activities.
    Sweeper(Session& session, WorkerNo self, const WorkerRegistration& registration);

    /// Throws what Session throws; calling again is always safe.
    ControlConnection::Swept sweep();

  private:
    using Clock = std::chrono::steady_clock;
    struct LineName {
        std::string key, queue, type;
    };
    /// What there may be to do here, and what waits for others.
    struct Look {
        Waiting waiting;
        bool dead = true;     ///< workers that seem so, or rows of workers that have ended
        bool expired = true;  ///< activity rows
        bool freed = true;    ///< runs, by builds that have left
    };

    /// Workers that are dead by now, those that were found so earlier and left rows included.
    std::vector<WorkerNo> dead_workers(int& newly_dead);
    int take_over_runs(const std::vector<WorkerNo>& dead);
    int time_out_activities();
    int wake_stuck_runs();
    int wake_stuck_lines();
    void free_runs();
    void retire_limits();
    void tell_waiting_semaphores();
    [[nodiscard]] Look look();
    [[nodiscard]] Waiting waiting(const Rows& rows);
    std::optional<Standing> standing();

    Session& session_;
    WorkerNo self_;
    std::string queue_;
    std::string build_;
    BinaryArray activities_;
    /// Where looks at runs begin: far below the last one that has seen nothing, for those who start runs in long
    /// transactions.
    ClaimFloor floor_{std::chrono::seconds{10}};
    /// Since when a worker's session lock has been missing, by our own clock.
    std::map<WorkerNo, Clock::time_point> unlocked_since_;
    /// Where the walk through waiting runs goes on.
    Uuid stuck_after_;
    Clock::time_point next_stuck_walk_{};
    /// The same for the lines of limits.
    LineName stuck_line_after_;
    std::string limit_after_;
    Clock::time_point next_limit_walk_{};
    Clock::time_point next_semaphore_look_{};
    Clock::time_point next_line_walk_{};
    Clock::time_point next_standing_{};
    Clock::time_point next_full_sweep_;
};

}  // namespace durable::store

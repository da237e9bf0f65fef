#pragma once
// The thread that acts on schedules: applies those that the program declares, once, then looks what is due,
// acts, and sleeps until the next one is, or until its alarm rings: schedules that others make, and the ends of runs,
// are seen by the worker's control connection. Every worker has one; which of them acts on a schedule is decided
// by the row's lock.
//
// A thread and a connection of its own, because acting starts runs: the control thread's lease must not wait
// for that.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/store/schedule_store.hpp"
#include "engine/worker/adaptive_poll.hpp"
#include "engine/worker/alarm.hpp"

namespace durable::worker {

class ScheduleLoop {
  public:
    struct Options {
        std::string connection_string;
        store::Faults faults{};
        std::vector<ScheduleSpec> declared{};
        /// The longest sleep while the alarm is silent.
        std::chrono::milliseconds look_every = full_pass_every;
        std::shared_ptr<store::PayloadGate> gate{};  ///< null: one without keys
        /// Asked before each look: a worker that is not registered does nothing.
        std::function<bool()> may_act = [] { return true; };
        /// Rings when something is due that it may not know of.
        std::shared_ptr<Alarm> alarm = std::make_shared<Alarm>();
    };
    /// All are called on this thread and must not block.
    struct Observer {
        std::function<void(const store::ScheduleChanges&)> applied{};
        std::function<void(const std::string& schedule, const store::ScheduleTurn&)> acted{};
        std::function<void(const std::string&)> trouble{};
    };
    ScheduleLoop(Options options, Observer observer);
    /// Stops and joins; a turn under way ends first.
    ~ScheduleLoop();
    ScheduleLoop(const ScheduleLoop&) = delete;
    ScheduleLoop& operator=(const ScheduleLoop&) = delete;

  private:
    void work(const std::stop_token& stop);
    /// How long nothing is to be done.
    std::chrono::milliseconds look();
    void apply();
    void act(const std::string& schedule);

    Options options_;
    Observer observer_;
    store::ScheduleStore store_;
    bool applied_ = false;
    std::jthread thread_;
};

}  // namespace durable::worker

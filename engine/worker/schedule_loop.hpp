#pragma once
// The thread that acts on schedules: applies those that the program declares, once, then looks what is due,
// acts, and sleeps until the next one is. Every worker has one; which of them acts on a schedule is decided
// by the row's lock. A look is one indexed statement; between two looks there is nothing.
//
// A thread and a connection of its own, because acting starts runs: the control thread's lease must not wait
// for that.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/store/schedule_store.hpp"

namespace durable::worker {

class ScheduleLoop {
  public:
    struct Options {
        std::string connection_string;
        store::Faults faults{};
        std::vector<ScheduleSpec> declared{};
        /// The longest sleep: how late a trigger, the end of a run, or a moved clock may be noticed.
        std::chrono::milliseconds look_every{500};
        std::shared_ptr<store::PayloadGate> gate{};  ///< null: one without keys
        /// Asked before each look: a worker that is not registered does nothing.
        std::function<bool()> may_act = [] { return true; };
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
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace durable::worker

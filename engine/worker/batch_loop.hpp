#pragma once
// The thread that works off batch jobs: looks whether a page is due, takes it, and sleeps until the next one
// is, or until its alarm rings: new jobs are seen by the worker's control connection. Every worker has one; which of
// them takes a page is decided by the job's lock.
//
// A thread and a connection of its own, because a page waits for the locks of its runs: neither the lease
// nor a schedule may wait for that.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/store/batch_store.hpp"
#include "engine/worker/adaptive_poll.hpp"
#include "engine/worker/alarm.hpp"

namespace durable::worker {

class BatchLoop {
  public:
    struct Options {
        std::string connection_string;
        const WorkflowRegistry& workflows;
        store::Faults faults{};
        /// The longest sleep while the alarm is silent.
        std::chrono::milliseconds look_every = full_pass_every;
        /// Asked before each look: a worker that is not registered does nothing.
        std::function<bool()> may_act = [] { return true; };
        /// Rings when something is due that it may not know of.
        std::shared_ptr<Alarm> alarm = std::make_shared<Alarm>();
    };
    /// All are called on this thread and must not block.
    struct Observer {
        std::function<void(const store::BatchPage&)> took{};
        std::function<void(const std::string&)> trouble{};
    };
    BatchLoop(Options options, Observer observer);
    /// Stops and joins; a page under way ends first.
    ~BatchLoop();
    BatchLoop(const BatchLoop&) = delete;
    BatchLoop& operator=(const BatchLoop&) = delete;

  private:
    void work(const std::stop_token& stop);
    /// Takes what is due; how long nothing is to be done then.
    std::chrono::milliseconds look(const std::stop_token& stop);

    Options options_;
    Observer observer_;
    store::BatchStore store_;
    std::jthread thread_;
};

}  // namespace durable::worker

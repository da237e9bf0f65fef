#pragma once
// The thread that works off batch jobs: looks whether a page is due, takes it, and sleeps until the next one
// is. Every worker has one; which of them takes a page is decided by the job's lock. Without jobs it is one
// indexed look a second.
//
// A thread and a connection of its own, because a page waits for the locks of its runs: neither the lease
// nor a schedule may wait for that.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/store/batch_store.hpp"

namespace durable::worker {

class BatchLoop {
  public:
    struct Options {
        std::string connection_string;
        const WorkflowRegistry& workflows;
        store::Faults faults{};
        /// The longest sleep: how late a new job, or a moved clock, may be noticed.
        std::chrono::milliseconds look_every{1000};
        /// Asked before each look: a worker that is not registered does nothing.
        std::function<bool()> may_act = [] { return true; };
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
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace durable::worker

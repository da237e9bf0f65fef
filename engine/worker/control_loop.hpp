#pragma once
// The thread that keeps this worker alive in the eyes of the others: registers, renews the lease, holds the
// session lock, sweeps for the dead and the stuck, looks for all others whether something waits for them, and hears
// notifications in between. A registration that is lost is followed by a new one with a new number.
//
// While the database cannot be reached from here there is no look and nobody is woken. Nothing is lost by that: the
// others make their passes now and then unasked (adaptive_poll.hpp), and all begin anew if the lease lapses.

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "engine/store/worker_store.hpp"
#include "engine/worker/trust_window.hpp"

namespace durable::worker {

class ControlLoop {
  public:
    struct Options {
        std::string connection_string;
        store::WorkerRegistration registration;
        bool notifications = true;
        std::chrono::milliseconds sweep_every{500};  ///< at the latest, see pause_before_look
    };
    /// All are called on the control thread and must not block.
    struct Observer {
        std::function<void(store::WorkerNo)> registered;
        std::function<void()> lost;
        std::function<void(store::ControlConnection::Wakeup)> woken;
        std::function<void(const store::ControlConnection::Swept&)> swept;
        std::function<void(const std::string&)> trouble;
        /// Asked, at every renewal of the lease, what the worker says of itself.
        std::function<store::WorkerState()> state;
    };
    /// `trust` must outlive this.
    ControlLoop(Options options, TrustWindow& trust, Observer observer);
    /// Stops (see stop) and joins.
    ~ControlLoop();
    ControlLoop(const ControlLoop&) = delete;
    ControlLoop& operator=(const ControlLoop&) = delete;

    /// Ends the thread; with `deregister` the registration is marked ended, so that nobody waits for a lease.
    void stop(bool deregister);

  private:
    void work();
    void serve(store::ControlConnection& connection);
    [[nodiscard]] bool renew(store::ControlConnection& connection);
    void listen(store::ControlConnection& connection, std::chrono::milliseconds at_most);
    /// Whether it is to be done again soon.
    [[nodiscard]] bool sweep(store::ControlConnection& connection);
    void pause(std::chrono::milliseconds how_long) const;

    Options options_;
    TrustWindow& trust_;
    Observer observer_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> deregister_{false};
    std::thread thread_;
};

}  // namespace durable::worker

#pragma once
// One listening session for all threads of a client that wait for results. The session is opened by the first
// waiter and ends soon after the last; if it cannot be had, or breaks, waiters go on by polling alone and it is tried
// again now and then.
//
// Thread-safe.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace durable::client {

class ClosedWatch {
  public:
    explicit ClosedWatch(std::string connection_string) : connection_string_(std::move(connection_string)) {}
    ~ClosedWatch();
    ClosedWatch(const ClosedWatch&) = delete;
    ClosedWatch& operator=(const ClosedWatch&) = delete;

    /// While one exists, the session listens.
    class Waiter {
      public:
        explicit Waiter(ClosedWatch& watch);
        ~Waiter();
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        /// Returns when some run has closed since the last call, or after `timeout`.
        void wait(std::chrono::milliseconds timeout);

      private:
        ClosedWatch& watch_;
        std::uint64_t seen_;
    };

  private:
    void listen(const std::stop_token& stop);
    /// Waits until somebody waits; false when it is told to stop.
    [[nodiscard]] bool is_wanted(const std::stop_token& stop);
    void listen_while_wanted(const std::stop_token& stop);

    const std::string connection_string_;
    std::mutex mutex_;  // guards waiters_, closings_ and the start of thread_
    std::condition_variable_any changed_;
    int waiters_ = 0;
    std::uint64_t closings_ = 0;
    std::jthread thread_;
};

}  // namespace durable::client

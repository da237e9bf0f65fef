#pragma once
// Vendors that report ended calls, as real ones do: signed, and again until somebody answers 200.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

/// When somebody was told that what he wrote is safe. Thread-safe.
class Acknowledgements {
  public:
    void add(const std::string& what);
    [[nodiscard]] std::vector<std::string> all() const;
    [[nodiscard]] std::size_t count() const;
    /// The longest time in which nobody was told anything.
    [[nodiscard]] std::chrono::milliseconds longest_gap() const;

  private:
    using Clock = std::chrono::steady_clock;
    mutable std::mutex mutex_;
    std::vector<std::string> what_;
    Clock::time_point last_{};
    Clock::duration longest_{};
};

class Reporters {
  public:
    /// `threads` of them, each with a report of its own under way and `pause` between two, of the organizations in turn
    /// and to the ports in turn.
    Reporters(const FragileWorld& world, std::vector<std::uint16_t> ports, int threads,
              std::chrono::milliseconds pause, Acknowledgements& acknowledged);
    ~Reporters();
    Reporters(const Reporters&) = delete;
    Reporters& operator=(const Reporters&) = delete;

    /// Begins no other report; returns when each has been acknowledged, or after FragileWorld::patience.
    void stop();
    /// Answers other than 200, and none at all.
    [[nodiscard]] int refused() const { return refused_; }

  private:
    void run(const std::stop_token& stop, int number);
    void report(const std::stop_token& stop, const callflex::SeededOrganization& organization,
                const std::string& call, std::size_t first_port);
    bool try_once(const callflex::SeededOrganization& organization, const std::string& call,
                  std::uint16_t port);
    /// Waits a moment; false when it is time to stop.
    bool pause(const std::stop_token& stop, std::chrono::milliseconds how_long);

    const std::vector<callflex::SeededOrganization> organizations_;
    const std::vector<std::uint16_t> ports_;
    const std::chrono::milliseconds pause_;
    Acknowledgements& acknowledged_;
    std::atomic<int> refused_ = 0;
    std::mutex mutex_;
    std::condition_variable_any never_;
    std::vector<std::jthread> threads_;
};

}  // namespace test

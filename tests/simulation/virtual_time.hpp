#pragma once
// Time and entropy of a simulation. While a VirtualTime stands, every clock that code on its thread asks (through
// std::chrono, asio or the C library) shows virtual time, a sleep moves it instead of waiting, and random bits of the
// operating system come from a seed. So the engine's code runs as it is shipped, and runs the same again.
//
// Not with sanitizers, which stand in the same place.

#include <chrono>
#include <cstdint>

#include "engine/workflow/time.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

/// One at a time, on the thread that made it.
class VirtualTime {
  public:
    explicit VirtualTime(std::uint64_t seed);
    ~VirtualTime();
    VirtualTime(const VirtualTime&) = delete;
    VirtualTime& operator=(const VirtualTime&) = delete;

    [[nodiscard]] static bool available();

    /// Since it was made.
    [[nodiscard]] std::chrono::nanoseconds elapsed() const { return elapsed_; }
    void pass(std::chrono::nanoseconds time) { elapsed_ += time; }
    /// What the calendar shows.
    [[nodiscard]] durable::Timestamp now() const;
    [[nodiscard]] std::uint64_t bits() { return entropy_.bits(); }

    /// The one that stands on this thread, if any.
    [[nodiscard]] static VirtualTime* standing();
    [[nodiscard]] std::chrono::nanoseconds calendar() const { return calendar_ + elapsed_; }

  private:
    std::chrono::nanoseconds calendar_;  ///< real time when it was made
    std::chrono::nanoseconds elapsed_{0};
    Dice entropy_;
};

}  // namespace simulation

#pragma once
// What becomes of one nominal time, given what runs and what waits before it. Pure.

#include <cstddef>

#include "engine/schedule/spec.hpp"

namespace durable::schedule {

/// More than this never waits.
inline constexpr std::size_t buffered_max = 1000;

struct Surroundings {
    bool running = false;     ///< a run of an earlier one goes on (those of allow_all do not count)
    std::size_t waiting = 0;  ///< earlier ones that wait
    bool held = false;        ///< the schedule is paused, and this one is not somebody's explicit wish
};

enum class Verdict : std::uint8_t {
    start,
    start_beside,         ///< start; it stands in nobody's way
    wait,                 ///< stays in the buffer
    drop,                 ///< left out, counted
    cancel_and_wait,      ///< ask what runs to stop, take the place of what waits to replace it
    terminate_and_start,  ///< end what runs
};

[[nodiscard]] Verdict decide(OverlapPolicy policy, const Surroundings& now);

}  // namespace durable::schedule

#pragma once
// Times and durations as people read them.

#include <string>

#include "engine/workflow/time.hpp"

namespace durable::client {

/// Two units at most, the larger first: "412 µs", "3.2 ms", "4.1 s", "2 min 5 s", "3 h 20 min", "12 d 4 h".
/// Negative durations get a minus.
[[nodiscard]] std::string human_duration(Duration duration);
/// "2026-11-21T04:20:36.123Z".
[[nodiscard]] std::string iso_time(Timestamp time);
/// "in 5 s", "3 min 2 s ago", "now" (within 1 ms).
[[nodiscard]] std::string relative_time(Timestamp time, Timestamp now);
/// "2026-11-21T04:20:36.123Z (in 5 s)".
[[nodiscard]] std::string due_time(Timestamp time, Timestamp now);

}  // namespace durable::client

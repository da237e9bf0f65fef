#pragma once
// Times and durations as filters write them. Pure: `now` comes from the caller.

#include <optional>
#include <string_view>

#include "engine/workflow/time.hpp"

namespace durable::search {

/// "250ms", "90s", "5m", "1h30m", "2d", "1w". Nothing if it is no duration, or more than 1,000 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// "now", "2h ago", "in 5m", "2026-11-21", "2026-11-21 08:30", "2026-11-21T08:30:00.5Z", "…+01:00"; without
/// an offset it is UTC. Nothing if it is none of these.
[[nodiscard]] std::optional<Timestamp> parse_moment(std::string_view text, Timestamp now);

}  // namespace durable::search

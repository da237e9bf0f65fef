#pragma once
// The time of an appointment as a model writes it down. Pure.

#include <optional>
#include <string_view>

#include "activities/time_zone.hpp"

namespace callflex::ingress::functions {

/// "2026-11-24T15:30" (local, or with Z or an offset), "tomorrow at 3 PM", "next Tuesday 9:30 am", "November
/// 24 at noon", "11/24 15:30". Both a day and a time have to be said; an hour needs AM or PM unless it is
/// written as 15:30. Nothing when it cannot be understood without guessing. A weekday is its next one,
/// today's only if the time is still to come; a date without a year is the next one.
[[nodiscard]] std::optional<durable::Timestamp> read_wanted_time(std::string_view text,
                                                                 durable::Timestamp now,
                                                                 const TimeZone& zone);

}  // namespace callflex::ingress::functions

#pragma once
// Facts in words that can be said on the telephone: US English, one line. Pure.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "activities/business_hours.hpp"
#include "activities/time_zone.hpp"

namespace callflex {

/// "+15550100200" as "5 5 5, 0 1 0, 0 2 0 0"; other countries begin with "plus".
[[nodiscard]] std::string spoken_phone(std::string_view e164);
/// "owner@example.com" as "owner at example dot com".
[[nodiscard]] std::string spoken_email(std::string_view address);
/// Since midnight: "8 AM", "5:30 PM", "noon", "midnight" (0 h and 24 h).
[[nodiscard]] std::string spoken_time(std::chrono::minutes since_midnight);
/// "December 25, 2026".
[[nodiscard]] std::string spoken_date(std::chrono::year_month_day date);
/// "Tuesday, November 24 at 8 AM".
[[nodiscard]] std::string spoken_day_and_time(durable::Timestamp at, const TimeZone& zone);
/// "today at 4:30 PM", "tomorrow at 8 AM", "Tuesday, November 24 at 8 AM", seen from `now`.
[[nodiscard]] std::string spoken_moment(durable::Timestamp at, durable::Timestamp now, const TimeZone& zone);
/// "Monday to Friday from 8 AM to 5 PM, Saturday from 9 AM to noon, closed on Sunday. Closed on December 25,
/// 2026."
[[nodiscard]] std::string spoken_hours(const BusinessHours& hours);
/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string spoken_list(const std::vector<std::string>& items);

/// Any text as one line: white space and control characters become single blanks, the ends are trimmed, and
/// what is longer than `bytes_max` is cut at a character.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max);

}  // namespace callflex

#pragma once
// IANA time zones ("America/Chicago"), by the system's tz database. A zone is a small value that may be
// copied and used from any thread.
//
// Local times that the clock shows twice (when it is set back) mean the first of the two instants; those it
// never shows (when it is set forward) mean the instant of the change.

#include <chrono>
#include <optional>
#include <string_view>

#include "engine/workflow/time.hpp"

namespace date {
class time_zone;
}

namespace callflex {

/// What a clock on the wall shows: a date, and the time since its midnight.
struct LocalTime {
    std::chrono::year_month_day date;
    std::chrono::seconds time_of_day{0};  ///< 0 <= t < 24 h when read from a clock

    [[nodiscard]] std::chrono::weekday weekday() const {
        return std::chrono::weekday{std::chrono::sys_days{date}};
    }
    bool operator==(const LocalTime&) const = default;
};

class TimeZone {
  public:
    /// None when the database knows no zone of that name.
    [[nodiscard]] static std::optional<TimeZone> find(std::string_view iana_name);
    [[nodiscard]] static TimeZone utc();

    [[nodiscard]] LocalTime local(durable::Timestamp at) const;
    /// `time_of_day` may be 24 h and more: that much after the date's midnight by the clock on the wall.
    [[nodiscard]] durable::Timestamp instant(const LocalTime& local) const;
    [[nodiscard]] std::string_view name() const;

  private:
    explicit TimeZone(const date::time_zone& zone) : zone_{&zone} {}
    const date::time_zone* zone_;  ///< owned by the tz database, which lives as long as the program
};

}  // namespace callflex

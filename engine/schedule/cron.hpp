#pragma once
// Cron expressions: which wall-clock readings match. Knows no time zone; see timetable.hpp. A value;
// thread-safe to read.
//
//   minute hour day-of-month month day-of-week          "30 2 * * mon-fri"
//   second minute hour day-of-month month day-of-week   "0 30 2 1,15 * *"
//   @yearly (@annually) @monthly @weekly @daily (@midnight) @hourly
//
// A field is a list of items: *, 5, 1-5, */10, 1-30/5, 20/10 (20 to the end in steps of 10); months and days
// of the week have names (jan, mon; any case); Sunday is 0 or 7; L as day of the month is its last day. If
// both day fields are restricted (neither begins with *), a day matches when either does, as in every cron
// since 1975.

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "engine/schedule/schedule_error.hpp"

namespace durable::schedule {

class CronExpression {
  public:
    /// Throws ScheduleError that names the field, the place and what is expected; also when no day ever
    /// matches.
    [[nodiscard]] static CronExpression parse(std::string_view text);

    /// The first matching reading that is not before `from`. None only if the calendar ends.
    [[nodiscard]] std::optional<std::chrono::local_seconds> next(std::chrono::local_seconds from) const;
    /// The hour field is *: the schedule goes by minutes, not by the hour of the day.
    [[nodiscard]] bool every_hour() const { return every_hour_; }
    /// No day has more than one matching reading.
    [[nodiscard]] bool at_most_daily() const;

  private:
    friend class CronParser;
    CronExpression() = default;

    [[nodiscard]] bool matches(std::chrono::local_days day) const;
    [[nodiscard]] std::optional<std::chrono::seconds> next_in_day(std::chrono::seconds from) const;

    std::bitset<60> seconds_;
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<8> weekdays_;  ///< 0 is Sunday; 7 is unused after parsing
    bool last_day_ = false;
    bool days_restricted_ = false;
    bool weekdays_restricted_ = false;
    bool every_hour_ = false;
};

}  // namespace durable::schedule

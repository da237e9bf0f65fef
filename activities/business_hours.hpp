#pragma once
// When a business is open: weekly hours, which may run over midnight, and dates that differ from them. In
// settings:
//
//   "business_hours": {
//       "monday": ["08:00-12:00", "13:00-17:00"],     a day that is not named is closed
//       "friday": ["18:00-02:00"],                     until two o'clock on Saturday morning
//       "sunday": ["00:00-24:00"],
//       "holidays": ["2026-12-25"],                    closed all day
//       "exceptions": {"2026-12-24": ["08:00-12:00"]}  other hours on that date
//   }
//
// Hours are times on the wall in the business' time zone; on the days when clocks change, a time shown twice
// means its first showing and one never shown means the moment of the change (activities/time_zone.hpp).
// Values; may be used from any thread. Pure.

#include <array>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "activities/time_zone.hpp"

namespace callflex {

/// Since the midnight that begins the day. `closes` is after `opens`, at most 24 h after it, and beyond 24 h
/// when it runs into the next day.
struct OpenInterval {
    std::chrono::minutes opens{0};
    std::chrono::minutes closes{0};
    bool operator==(const OpenInterval&) const = default;
};
using OpenDay = std::vector<OpenInterval>;  ///< in order, without overlap; empty: closed

/// A stretch of time during which the doors are open.
struct OpenSpan {
    durable::Timestamp from;
    durable::Timestamp until;  ///< not included
};

class BusinessHours {
  public:
    /// Monday to Friday, nine to five: for what needs a working day when the business has not named its
    /// hours.
    [[nodiscard]] static BusinessHours nine_to_five();

    void set_weekly(std::chrono::weekday day, OpenDay hours);
    void set_date(std::chrono::year_month_day date, OpenDay hours);
    /// The hours that a date begins with; what runs over from the day before is not among them.
    [[nodiscard]] const OpenDay& on(std::chrono::year_month_day date) const;
    [[nodiscard]] const OpenDay& weekly(std::chrono::weekday day) const;
    /// The dates that differ from their weekday.
    [[nodiscard]] const std::map<std::chrono::year_month_day, OpenDay>& dates() const { return dates_; }

    [[nodiscard]] bool open_at(durable::Timestamp at, const TimeZone& zone) const;
    /// From `at` itself when it is open then, else from the next opening. None when closed for 400 days.
    [[nodiscard]] std::optional<OpenSpan> next_open(durable::Timestamp at, const TimeZone& zone) const;
    /// Where an appointment of `length` fits that begins as close to `wanted` as possible, not before
    /// `earliest`: `wanted` itself if it fits. None when nothing does for 400 days.
    [[nodiscard]] std::optional<durable::Timestamp> nearest_slot(durable::Timestamp wanted,
                                                                 durable::Timestamp earliest,
                                                                 std::chrono::minutes length,
                                                                 const TimeZone& zone) const;
    /// The first opening on a later date than that of `at`. None when closed for 400 days.
    [[nodiscard]] std::optional<durable::Timestamp> next_business_morning(durable::Timestamp at,
                                                                          const TimeZone& zone) const;

    bool operator==(const BusinessHours&) const = default;

  private:
    [[nodiscard]] std::vector<OpenSpan> spans_around(std::chrono::sys_days day, const TimeZone& zone) const;

    std::array<OpenDay, 7> weekly_{};  ///< by weekday::c_encoding(): Sunday first
    std::map<std::chrono::year_month_day, OpenDay> dates_;
};

struct BusinessHoursReading {
    BusinessHours hours;                ///< without what is in `problems`
    std::vector<std::string> problems;  ///< "business_hours.monday[0]: expected ..."; empty: all is well
};

/// Reads the object above; `path` names it in problems. Problems quote no values.
[[nodiscard]] BusinessHoursReading read_business_hours(const nlohmann::json& value, std::string_view path);
/// The same from JSON text.
[[nodiscard]] BusinessHoursReading read_business_hours(std::string_view json, std::string_view path);

}  // namespace callflex

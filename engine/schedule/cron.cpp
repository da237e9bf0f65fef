#include "engine/schedule/cron.hpp"

namespace durable::schedule {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;

/// The longest wait for a day that exists: from 29 February 2096 to that of 2104.
constexpr days horizon{9 * 366};

/// The first set bit at or after `from`; the size if there is none.
template <std::size_t N>
std::size_t first_set(const std::bitset<N>& bits, std::size_t from) {
    while (from < N && !bits[from]) ++from;
    return from;
}

local_days first_of_next_month(std::chrono::year_month_day date) {
    return local_days{(date.year() / date.month() + std::chrono::months{1}) / 1};
}

}  // namespace

bool CronExpression::at_most_daily() const {
    return seconds_.count() == 1 && minutes_.count() == 1 && hours_.count() == 1;
}

bool CronExpression::matches(local_days day) const {
    const std::chrono::year_month_day date{day};
    const std::chrono::year_month_day_last end_of_month{date.year() / date.month() / std::chrono::last};
    const bool by_day =
        days_[static_cast<unsigned>(date.day())] || (last_day_ && date.day() == end_of_month.day());
    const bool by_weekday = weekdays_[std::chrono::weekday{day}.c_encoding()];
    if (days_restricted_ && weekdays_restricted_) return by_day || by_weekday;
    return by_day && by_weekday;
}

std::optional<seconds> CronExpression::next_in_day(seconds from) const {
    const std::chrono::hh_mm_ss clock{from};
    const auto from_hour = static_cast<std::size_t>(clock.hours().count());
    const auto from_minute = static_cast<std::size_t>(clock.minutes().count());
    const auto from_second = static_cast<std::size_t>(clock.seconds().count());
    std::size_t hour = first_set(hours_, from_hour);
    for (; hour < hours_.size(); hour = first_set(hours_, hour + 1)) {
        std::size_t minute = first_set(minutes_, hour == from_hour ? from_minute : 0);
        for (; minute < minutes_.size(); minute = first_set(minutes_, minute + 1)) {
            const bool from_here = hour == from_hour && minute == from_minute;
            const std::size_t second = first_set(seconds_, from_here ? from_second : 0);
            if (second < seconds_.size()) return seconds{hour * 3600 + minute * 60 + second};
        }
    }
    return std::nullopt;
}

std::optional<local_seconds> CronExpression::next(local_seconds from) const {
    local_days day = std::chrono::floor<days>(from);
    seconds in_day = from - day;
    const local_days end = day + horizon;
    while (day < end) {
        const std::chrono::year_month_day date{day};
        const bool in_month = months_[static_cast<unsigned>(date.month())];
        if (in_month && matches(day)) {
            if (const auto found = next_in_day(in_day)) return day + *found;
        }
        day = in_month ? day + days{1} : first_of_next_month(date);
        in_day = seconds{0};
    }
    return std::nullopt;
}

}  // namespace durable::schedule

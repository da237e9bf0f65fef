#include "activities/spoken.hpp"

#include <fmt/format.h>
#include <array>

#include "activities/call_text.hpp"

namespace callflex {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr minutes whole_day = hours{24};
constexpr std::array<std::string_view, 7> day_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names{"January",   "February", "March",    "April",
                                                       "May",       "June",     "July",     "August",
                                                       "September", "October",  "November", "December"};

std::string_view month_name(std::chrono::year_month_day date) {
    return month_names.at(static_cast<unsigned>(date.month()) - 1);
}

/// Digits one by one, in groups with a pause behind each.
std::string grouped(std::string_view digits, const std::vector<std::size_t>& groups) {
    std::string out;
    for (const std::size_t size : groups) {
        if (!out.empty()) out += ", ";
        for (std::size_t i = 0; i < size && i < digits.size(); ++i) {
            if (i > 0) out += ' ';
            out += digits[i];
        }
        digits.remove_prefix(std::min(size, digits.size()));
    }
    return out;
}

std::string spoken_interval(const OpenInterval& interval) {
    if (interval.opens == minutes{0} && interval.closes == whole_day) return "all day";
    return fmt::format("from {} to {}", spoken_time(interval.opens), spoken_time(interval.closes));
}

std::string spoken_day(const OpenDay& day) {
    std::vector<std::string> intervals;
    for (const OpenInterval& interval : day) intervals.push_back(spoken_interval(interval));
    return spoken_list(intervals);
}

/// "Monday", "Saturday and Sunday", "Monday to Friday".
std::string spoken_range(unsigned first, unsigned last) {
    const auto day = [](unsigned index) { return day_names.at(index % 7); };
    if (first == last) return std::string{day(first)};
    return fmt::format("{} {} {}", day(first), last == first + 1 ? "and" : "to", day(last));
}

std::string spoken_week(const BusinessHours& hours) {
    std::string open;
    std::vector<std::string> closed;
    // Monday first; days in a row with the same hours are one phrase.
    for (unsigned first = 1; first <= 7;) {
        const OpenDay& day = hours.weekly(std::chrono::weekday{first % 7});
        unsigned last = first;
        while (last < 7 && hours.weekly(std::chrono::weekday{(last + 1) % 7}) == day) ++last;
        if (day.empty()) {
            closed.push_back(spoken_range(first, last));
        } else {
            open +=
                fmt::format("{}{} {}", open.empty() ? "" : ", ", spoken_range(first, last), spoken_day(day));
        }
        first = last + 1;
    }
    if (open.empty()) return "closed all week";
    return closed.empty() ? open : fmt::format("{}, closed on {}", open, spoken_list(closed));
}

}  // namespace

std::string spoken_phone(std::string_view e164) {
    if (e164.starts_with("+1") && e164.size() == 12) return grouped(e164.substr(2), {3, 3, 4});
    const std::string_view digits = e164.starts_with('+') ? e164.substr(1) : e164;
    std::vector<std::size_t> groups{std::min<std::size_t>(2, digits.size())};
    for (std::size_t left = digits.size() - groups.front(); left > 0;) {
        const std::size_t size = left == 4 ? 4 : std::min<std::size_t>(3, left);
        groups.push_back(size);
        left -= size;
    }
    return "plus " + grouped(digits, groups);
}

std::string spoken_email(std::string_view address) {
    std::string out;
    for (const char c : address) {
        if (c == '@') {
            out += " at ";
        } else if (c == '.') {
            out += " dot ";
        } else {
            out += c;
        }
    }
    return out;
}

std::string spoken_time(minutes since_midnight) {
    const minutes time = since_midnight % whole_day;
    if (time == minutes{0}) return "midnight";
    if (time == hours{12}) return "noon";
    const auto hour = std::chrono::floor<hours>(time);
    const auto minute = (time - hour).count();
    const auto shown = hour.count() % 12 == 0 ? 12 : hour.count() % 12;
    const std::string_view half = hour.count() < 12 ? "AM" : "PM";
    return minute == 0 ? fmt::format("{} {}", shown, half) : fmt::format("{}:{:02} {}", shown, minute, half);
}

std::string spoken_date(std::chrono::year_month_day date) {
    return fmt::format("{} {}, {}", month_name(date), static_cast<unsigned>(date.day()),
                       static_cast<int>(date.year()));
}

std::string spoken_day_and_time(durable::Timestamp at, const TimeZone& zone) {
    const LocalTime then = zone.local(at);
    return fmt::format("{}, {} {} at {}", day_names.at(then.weekday().c_encoding()), month_name(then.date),
                       static_cast<unsigned>(then.date.day()),
                       spoken_time(std::chrono::floor<minutes>(then.time_of_day)));
}

std::string spoken_moment(durable::Timestamp at, durable::Timestamp now, const TimeZone& zone) {
    const LocalTime then = zone.local(at);
    const days ahead = sys_days{then.date} - sys_days{zone.local(now).date};
    const std::string time = spoken_time(std::chrono::floor<minutes>(then.time_of_day));
    if (ahead == days{0}) return "today at " + time;
    if (ahead == days{1}) return "tomorrow at " + time;
    return spoken_day_and_time(at, zone);
}

std::string spoken_hours(const BusinessHours& hours) {
    std::string out = spoken_week(hours) + ".";
    std::vector<std::string> closed;
    for (const auto& [date, day] : hours.dates()) {
        if (day.empty()) {
            closed.push_back(spoken_date(date));
        } else {
            out += fmt::format(" Open on {} {}.", spoken_date(date), spoken_day(day));
        }
    }
    if (!closed.empty()) out += fmt::format(" Closed on {}.", spoken_list(closed));
    return out;
}

std::string spoken_list(const std::vector<std::string>& items) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += i + 1 == items.size() ? " and " : ", ";
        out += items[i];
    }
    return out;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || (static_cast<unsigned char>(c) < 0x20) || c == 0x7f;
        if (!blank) out += c;
        if (blank && !out.empty() && out.back() != ' ') out += ' ';
    }
    while (out.ends_with(' ')) out.pop_back();
    out.resize(utf8_prefix(out, bytes_max).size());
    return out;
}

}  // namespace callflex

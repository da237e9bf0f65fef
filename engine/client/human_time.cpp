#include "engine/client/human_time.hpp"

#include <fmt/format.h>

namespace durable::client {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

template <class Large, class Small>
std::string two_units(Duration duration, const char* large, const char* small) {
    const auto whole = std::chrono::duration_cast<Large>(duration);
    const auto rest = std::chrono::duration_cast<Small>(duration - whole);
    if (rest.count() == 0) return fmt::format("{} {}", whole.count(), large);
    return fmt::format("{} {} {} {}", whole.count(), large, rest.count(), small);
}

/// At most one decimal, and none that is zero.
std::string one_decimal(double value, const char* unit) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text + " " + unit;
}

}  // namespace

std::string human_duration(Duration duration) {
    if (duration < Duration::zero()) return "-" + human_duration(-duration);
    const auto count = static_cast<double>(duration.count());
    if (duration < std::chrono::milliseconds{1}) return fmt::format("{} µs", duration.count());
    if (duration < seconds{1}) return one_decimal(count / 1e3, "ms");
    if (duration < minutes{1}) return one_decimal(count / 1e6, "s");
    if (duration < hours{1}) return two_units<minutes, seconds>(duration, "min", "s");
    if (duration < days{1}) return two_units<hours, minutes>(duration, "h", "min");
    return two_units<days, hours>(duration, "d", "h");
}

std::string iso_time(Timestamp time) {
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string relative_time(Timestamp time, Timestamp now) {
    const Duration distance = time - now;
    if (distance > std::chrono::milliseconds{1}) return "in " + human_duration(distance);
    if (distance < std::chrono::milliseconds{-1}) return human_duration(-distance) + " ago";
    return "now";
}

std::string due_time(Timestamp time, Timestamp now) {
    return iso_time(time) + " (" + relative_time(time, now) + ")";
}

}  // namespace durable::client

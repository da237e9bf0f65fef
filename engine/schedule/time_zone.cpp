#include "engine/schedule/time_zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include "engine/schedule/schedule_error.hpp"

namespace durable::schedule {
namespace {

/// Before this no zone has had its first rule; the library's own first instant overflows when stepped over.
constexpr Timestamp first_instant = std::chrono::sys_days{std::chrono::year{1700} / 1 / 1};

}  // namespace

TimeZone TimeZone::find(const std::string& name) {
    try {
        return TimeZone{::date::locate_zone(name)};
    } catch (const std::runtime_error&) {
        throw ScheduleError(fmt::format(
            "time zone \"{}\" is not in this machine's database; names are like Europe/Berlin or UTC", name));
    }
}

TimeZone::Period TimeZone::period_at(Timestamp time) const {
    using std::chrono::seconds;
    const ::date::sys_info info = zone_->get_info(std::chrono::floor<seconds>(time));
    Period period{info.begin, info.end, info.offset, info.offset};
    if (period.begin > first_instant) period.offset_before = zone_->get_info(info.begin - seconds{1}).offset;
    return period;
}

std::chrono::local_seconds TimeZone::local(Timestamp time) const {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    return std::chrono::local_seconds{(second + zone_->get_info(second).offset).time_since_epoch()};
}

}  // namespace durable::schedule

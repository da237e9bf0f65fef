#include "activities/time_zone.hpp"

#include <date/tz.h>
#include <stdexcept>
#include <string>

namespace callflex {

namespace {

// The library has calendar types of its own, older than the standard's; days since 1970 are common to both.
date::local_seconds to_library(const LocalTime& local) {
    const auto days = std::chrono::sys_days{local.date}.time_since_epoch();
    return date::local_seconds{std::chrono::duration_cast<std::chrono::seconds>(days) + local.time_of_day};
}

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view iana_name) {
    if (iana_name.empty()) return std::nullopt;
    try {
        return TimeZone{*date::locate_zone(std::string{iana_name})};
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

TimeZone TimeZone::utc() {
    return TimeZone{*date::locate_zone("Etc/UTC")};
}

LocalTime TimeZone::local(durable::Timestamp at) const {
    const auto local = zone_->to_local(std::chrono::floor<std::chrono::seconds>(at)).time_since_epoch();
    const auto days = std::chrono::floor<std::chrono::days>(local);
    return {std::chrono::year_month_day{std::chrono::sys_days{days}}, local - days};
}

durable::Timestamp TimeZone::instant(const LocalTime& local) const {
    return zone_->to_sys(to_library(local), date::choose::earliest);
}

std::string_view TimeZone::name() const {
    return zone_->name();
}

}  // namespace callflex

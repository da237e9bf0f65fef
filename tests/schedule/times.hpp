#pragma once
// Instants as texts, for tests that read like a calendar.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/schedule/timetable.hpp"

namespace test {

using namespace durable;
using namespace std::chrono_literals;

/// "2026-11-21T04:31:05Z", or with fewer parts ("2026-11-21").
[[nodiscard]] inline Timestamp at(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    REQUIRE(std::sscanf(text.c_str(), "%d-%u-%uT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second) >=
            3);
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                 std::chrono::day{day}} +
           std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

[[nodiscard]] inline std::vector<std::string> texts(const std::vector<Timestamp>& times) {
    std::vector<std::string> result;
    for (const Timestamp time : times) result.push_back(to_string(time));
    return result;
}

/// A valid spec of this rule.
[[nodiscard]] inline ScheduleSpec spec_of(const std::string& cron, const std::string& zone = "UTC",
                                          DstPolicy dst = DstPolicy::shift) {
    ScheduleSpec spec;
    spec.id = "test";
    spec.cron = cron;
    spec.time_zone = zone;
    spec.dst = dst;
    spec.workflow.type = "test_workflow";
    return spec;
}

/// Nominal times of [from, until).
[[nodiscard]] inline std::vector<std::string> between(const ScheduleSpec& spec, const std::string& from,
                                                      const std::string& until) {
    const schedule::Timetable timetable{spec};
    std::vector<std::string> found;
    auto next = timetable.next_after(at(from) - Duration{1});
    while (next && *next < at(until)) {
        found.push_back(to_string(*next));
        next = timetable.next_after(*next);
    }
    return found;
}

}  // namespace test

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/business_hours.hpp"
#include "activities/spoken.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using std::chrono::minutes;

namespace {

const TimeZone chicago = TimeZone::find("America/Chicago").value();

/// What the clock on a Chicago wall shows, as an instant: "2026-11-23 08:30".
durable::Timestamp wall(int year, unsigned month, unsigned day, int hour, int minute = 0,
                        const TimeZone& zone = chicago) {
    return zone.instant({std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day},
                         std::chrono::hours{hour} + minutes{minute}});
}

std::string on_wall(durable::Timestamp at, const TimeZone& zone = chicago) {
    const LocalTime local = zone.local(at);
    const auto time = std::chrono::duration_cast<minutes>(local.time_of_day).count();
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(local.date.year()),
                       static_cast<unsigned>(local.date.month()), static_cast<unsigned>(local.date.day()),
                       time / 60, time % 60);
}

BusinessHours hours(const char* json) {
    auto reading = read_business_hours(std::string_view{json}, "business_hours");
    REQUIRE(reading.problems.empty());
    return std::move(reading.hours);
}

const char* const office = R"({"monday": ["08:00-12:00", "13:00-17:00"], "tuesday": ["08:00-17:00"],
    "wednesday": ["08:00-17:00"], "thursday": ["08:00-17:00"], "friday": ["08:00-17:00"],
    "holidays": ["2026-12-25"], "exceptions": {"2026-12-24": ["08:00-12:00"], "2026-12-26": ["10:00-14:00"]}})";

}  // namespace

TEST_CASE("a business is open from its opening minute until just before its closing minute") {
    const BusinessHours business = hours(office);
    CHECK_FALSE(business.open_at(wall(2026, 11, 23, 7, 59), chicago));
    CHECK(business.open_at(wall(2026, 11, 23, 8), chicago));
    CHECK(business.open_at(wall(2026, 11, 23, 11, 59), chicago));
    CHECK_FALSE(business.open_at(wall(2026, 11, 23, 12), chicago));
    CHECK_FALSE(business.open_at(wall(2026, 11, 23, 12, 59), chicago));
    CHECK(business.open_at(wall(2026, 11, 23, 13), chicago));
    CHECK_FALSE(business.open_at(wall(2026, 11, 22, 10), chicago));  // a Sunday
}

TEST_CASE("the same instant is within the hours of one time zone and outside those of another") {
    const BusinessHours business = hours(office);
    const auto at = wall(2026, 11, 24, 16, 30);
    CHECK(business.open_at(at, chicago));
    CHECK_FALSE(business.open_at(at, TimeZone::find("America/New_York").value()));
}

TEST_CASE("a holiday closes its weekday, and an exception replaces its hours") {
    const BusinessHours business = hours(office);
    CHECK_FALSE(business.open_at(wall(2026, 12, 25, 10), chicago));
    CHECK(business.open_at(wall(2026, 12, 24, 11), chicago));
    CHECK_FALSE(business.open_at(wall(2026, 12, 24, 14), chicago));
    CHECK(business.open_at(wall(2026, 12, 26, 11), chicago));  // a Saturday, otherwise closed
}

TEST_CASE("hours that run over midnight belong to the day on which they begin") {
    const BusinessHours bar = hours(R"({"friday": ["18:00-02:00"], "saturday": ["18:00-02:00"]})");
    CHECK(bar.open_at(wall(2026, 11, 20, 23), chicago));
    CHECK(bar.open_at(wall(2026, 11, 21, 1, 59), chicago));
    CHECK_FALSE(bar.open_at(wall(2026, 11, 21, 2), chicago));
    CHECK(bar.open_at(wall(2026, 11, 22, 1), chicago));
    CHECK_FALSE(bar.open_at(wall(2026, 11, 20, 1), chicago));  // Thursday was closed
}

TEST_CASE("a day that never closes runs into the next one without a gap") {
    const BusinessHours always = hours(R"({"monday": ["00:00-24:00"], "tuesday": ["00:00-24:00"]})");
    const auto span = always.next_open(wall(2026, 11, 23, 12), chicago);
    REQUIRE(span);
    CHECK(on_wall(span->until) == "2026-11-25 00:00");
    CHECK(always.open_at(wall(2026, 11, 24, 0), chicago));
}

TEST_CASE("when clocks are set forward, an opening that the clock skips is the moment of the change") {
    const BusinessHours night = hours(R"({"sunday": ["02:30-06:00"]})");
    // 2026-03-08 in Chicago: 02:00 becomes 03:00.
    CHECK_FALSE(night.open_at(wall(2026, 3, 8, 1, 59), chicago));
    CHECK(night.open_at(wall(2026, 3, 8, 3), chicago));
    const auto span = night.next_open(wall(2026, 3, 8, 0), chicago);
    REQUIRE(span);
    CHECK(span->until - span->from == 3h);
}

TEST_CASE("when clocks are set forward, hours that the clock skips as a whole do not exist") {
    const BusinessHours night = hours(R"({"sunday": ["02:10-02:50"]})");
    const auto span = night.next_open(wall(2026, 3, 7, 0), chicago);
    REQUIRE(span);
    CHECK(on_wall(span->from) == "2026-03-15 02:10");
}

TEST_CASE("when clocks are set back, a time shown twice means its first showing") {
    // 2026-11-01 in Chicago: 02:00 becomes 01:00 again.
    const BusinessHours bar = hours(R"({"saturday": ["20:00-01:30"]})");
    const auto closes = wall(2026, 11, 1, 1, 30);
    CHECK(bar.open_at(closes - 1min, chicago));
    CHECK_FALSE(bar.open_at(closes, chicago));
    CHECK_FALSE(bar.open_at(closes + 1h, chicago));  // the second 01:30
    const BusinessHours early = hours(R"({"sunday": ["01:30-09:00"]})");
    const auto span = early.next_open(wall(2026, 11, 1, 0), chicago);
    REQUIRE(span);
    CHECK(span->until - span->from == 8h + 30min);  // 7.5 on the wall, and the hour that comes twice
}

TEST_CASE("a day of office hours is as long on the wall whatever the clocks did in the night") {
    const BusinessHours business = hours(R"({"sunday": ["09:00-17:00"]})");
    for (const auto at : {wall(2026, 3, 8, 0), wall(2026, 11, 1, 0), wall(2026, 11, 22, 0)}) {
        const auto span = business.next_open(at, chicago);
        REQUIRE(span);
        CHECK(span->until - span->from == 8h);
        CHECK(chicago.local(span->from).time_of_day == 9h);
    }
}

TEST_CASE("a zone that changes its clocks at midnight has no gap and no overlap there") {
    const TimeZone havana = TimeZone::find("America/Havana").value();
    const BusinessHours always = hours(R"({"saturday": ["00:00-24:00"], "sunday": ["00:00-24:00"]})");
    // 2026-11-01: 01:00 becomes 00:00 again; 2026-03-08: 00:00 becomes 01:00.
    for (const auto sunday : {wall(2026, 11, 1, 12, 0, havana), wall(2026, 3, 8, 12, 0, havana)}) {
        for (auto at = sunday - 30h; at < sunday + 11h; at += 15min) CHECK(always.open_at(at, havana));
    }
}

TEST_CASE("the next opening is now when it is open now") {
    const BusinessHours business = hours(office);
    const auto monday_morning = wall(2026, 11, 23, 9);
    CHECK(business.next_open(monday_morning, chicago)->from == monday_morning);
    CHECK(on_wall(business.next_open(wall(2026, 11, 20, 17), chicago)->from) == "2026-11-23 08:00");
    CHECK(on_wall(business.next_open(wall(2026, 12, 24, 12), chicago)->from) == "2026-12-26 10:00");
}

TEST_CASE("the nearest slot is the wanted time, or the closest one at which the whole appointment fits") {
    const BusinessHours business = hours(office);
    const auto earliest = wall(2026, 11, 20, 9);
    const auto nearest = [&](durable::Timestamp wanted) {
        return on_wall(business.nearest_slot(wanted, earliest, 30min, chicago).value());
    };
    CHECK(nearest(wall(2026, 11, 24, 10, 15)) == "2026-11-24 10:15");
    CHECK(nearest(wall(2026, 11, 24, 16, 45)) == "2026-11-24 16:30");  // it would not end in time
    CHECK(nearest(wall(2026, 11, 24, 18)) == "2026-11-24 16:30");
    CHECK(nearest(wall(2026, 11, 24, 6)) == "2026-11-24 08:00");
    CHECK(nearest(wall(2026, 11, 23, 12, 15)) == "2026-11-23 13:00");
    CHECK(nearest(wall(2026, 11, 21, 9)) == "2026-11-20 16:30");
    CHECK(nearest(wall(2026, 11, 22, 20)) == "2026-11-23 08:00");
}

TEST_CASE("the nearest slot is never in the past") {
    const BusinessHours business = hours(office);
    const auto now = wall(2026, 11, 24, 17, 30);
    const auto slot = business.nearest_slot(wall(2026, 11, 24, 9), now, 30min, chicago);
    CHECK(on_wall(slot.value()) == "2026-11-25 08:00");
}

TEST_CASE("a business that never opens has no opening, no slot and no morning") {
    const BusinessHours never = hours("{}");
    const auto now = wall(2026, 11, 23, 9);
    CHECK_FALSE(never.open_at(now, chicago));
    CHECK_FALSE(never.next_open(now, chicago));
    CHECK_FALSE(never.nearest_slot(now, now, 30min, chicago));
    CHECK_FALSE(never.next_business_morning(now, chicago));
}

TEST_CASE("an appointment longer than any opening finds no slot") {
    const BusinessHours brief = hours(R"({"monday": ["09:00-09:20"]})");
    const auto now = wall(2026, 11, 23, 9);
    CHECK_FALSE(brief.nearest_slot(now, now, 30min, chicago));
}

TEST_CASE("the next business morning is the first opening of a later day") {
    const BusinessHours business = hours(office);
    CHECK(on_wall(*business.next_business_morning(wall(2026, 11, 23, 6), chicago)) == "2026-11-24 08:00");
    CHECK(on_wall(*business.next_business_morning(wall(2026, 11, 20, 18), chicago)) == "2026-11-23 08:00");
    CHECK(on_wall(*business.next_business_morning(wall(2026, 12, 24, 9), chicago)) == "2026-12-26 10:00");
    const auto fallback = BusinessHours::nine_to_five();
    CHECK(on_wall(*fallback.next_business_morning(wall(2026, 11, 21, 9), chicago)) == "2026-11-23 09:00");
}

TEST_CASE("every mistake in business hours is named with its path") {
    struct Row {
        const char* json;
        const char* problem;
    };
    const Row rows[]{
        {"[]", "h: expected an object"},
        {"not json", "h: is not JSON"},
        {R"({"Monday": []})", "h.Monday: expected a day"},
        {R"({"mon day\n": []})", "h.(another name): expected a day"},
        {R"({"monday": "08:00-17:00"})", "h.monday: expected a list"},
        {R"({"monday": [8]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["8-17"]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["08:00-25:00"]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["24:00-08:00"]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["08:60-17:00"]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["08:00 - 17:00"]})", "h.monday[0]: expected hours"},
        {R"({"monday": ["08:00-08:00"]})", "h.monday[0]: opens and closes at the same time"},
        {R"({"monday": ["08:00-12:00", "11:00-17:00"]})", "h.monday[1]: begins before"},
        {R"({"holidays": "2026-12-25"})", "h.holidays: expected a list"},
        {R"({"holidays": ["2026-02-30"]})", "h.holidays[0]: expected a date"},
        {R"({"exceptions": []})", "h.exceptions: expected an object"},
        {R"({"exceptions": {"12/24": []}})", "h.exceptions.(another name): expected a date"},
        {R"({"exceptions": {"2026-12-24": ["late"]}})", "h.exceptions.2026-12-24[0]: expected hours"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const auto reading = read_business_hours(std::string_view{row.json}, "h");
        REQUIRE(reading.problems.size() == 1);
        CHECK(reading.problems.front().starts_with(row.problem));
    }
}

TEST_CASE("all mistakes are listed at once, and what is right is kept") {
    const auto reading = read_business_hours(
        std::string_view{
            R"({"monday": ["08:00-17:00", "late"], "funday": [], "holidays": ["2026-12-25", 7]})"},
        "h");
    CHECK(reading.problems.size() == 3);
    CHECK(reading.hours.weekly(std::chrono::Monday).size() == 1);
    CHECK(reading.hours.dates().size() == 1);
}

TEST_CASE("a time zone that nobody knows is none") {
    CHECK_FALSE(TimeZone::find("Mars/Olympus"));
    CHECK_FALSE(TimeZone::find(""));
    CHECK_FALSE(TimeZone::find("../../etc/passwd"));
    CHECK(TimeZone::find("Asia/Kolkata")->local(durable::Timestamp{}).time_of_day == 5h + 30min);
}

TEST_CASE("hours, times and numbers are said as people say them") {
    CHECK(spoken_hours(hours(office)) ==
          "Monday from 8 AM to noon and from 1 PM to 5 PM, Tuesday to Friday from 8 AM to 5 PM, closed on "
          "Saturday and "
          "Sunday. Open on December 24, 2026 from 8 AM to noon. Open on December 26, 2026 from 10 AM to 2 "
          "PM. Closed "
          "on December 25, 2026.");
    CHECK(spoken_hours(hours(R"({"saturday": ["18:00-02:00"], "sunday": ["00:00-24:00"]})")) ==
          "Saturday from 6 PM to 2 AM, Sunday all day, closed on Monday to Friday.");
    CHECK(spoken_hours(hours("{}")) == "closed all week.");
    CHECK(spoken_time(minutes{0}) == "midnight");
    CHECK(spoken_time(12h + 5min) == "12:05 PM");
    CHECK(spoken_time(24h) == "midnight");
    CHECK(spoken_phone("+15550100200") == "5 5 5, 0 1 0, 0 2 0 0");
    CHECK(spoken_phone("+442071234567") == "plus 4 4, 2 0 7, 1 2 3, 4 5 6 7");
    CHECK(spoken_email("front.desk@example.com") == "front dot desk at example dot com");
    CHECK(spoken_list({"a", "b", "c"}) == "a, b and c");
}

TEST_CASE("a moment is said as seen from the caller's day") {
    const auto now = wall(2026, 11, 23, 15);
    CHECK(spoken_moment(wall(2026, 11, 23, 16, 30), now, chicago) == "today at 4:30 PM");
    CHECK(spoken_moment(wall(2026, 11, 24, 8), now, chicago) == "tomorrow at 8 AM");
    CHECK(spoken_moment(wall(2026, 11, 30, 8), now, chicago) == "Monday, November 30 at 8 AM");
}

TEST_CASE("any text becomes one line that is cut between characters") {
    CHECK(one_line("  a\n\tb \x01 c  ", 100) == "a b c");
    CHECK(one_line("gr\xC3\xBC\xC3\x9F", 4) == "gr\xC3\xBC");
}

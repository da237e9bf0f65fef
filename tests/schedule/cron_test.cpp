// Cron expressions: what they mean, and what is said about those that mean nothing.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/schedule/cron.hpp"
#include "engine/workflow/time.hpp"

namespace {

using namespace durable;
using durable::schedule::CronExpression;
using durable::schedule::ScheduleError;

/// A wall-clock reading "2026-11-21T04:31:05".
std::chrono::local_seconds reading(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    REQUIRE(std::sscanf(text.c_str(), "%d-%u-%uT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) ==
            6);
    return std::chrono::local_days{std::chrono::year{year} / std::chrono::month{month} /
                                   std::chrono::day{day}} +
           std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

/// The first `count` matches from `from`, without the Z.
std::vector<std::string> matches(const std::string& cron, const std::string& from, int count) {
    const CronExpression expression = CronExpression::parse(cron);
    std::vector<std::string> found;
    auto at = reading(from);
    for (int i = 0; i < count; ++i) {
        const auto next = expression.next(at);
        REQUIRE(next.has_value());
        std::string text = to_string(Timestamp{next->time_since_epoch()});
        text.pop_back();
        found.push_back(text);
        at = *next + std::chrono::seconds{1};
    }
    return found;
}

std::string error_of(const std::string& cron) {
    try {
        static_cast<void>(CronExpression::parse(cron));
    } catch (const ScheduleError& error) {
        return error.what();
    }
    return "(accepted)";
}

struct Meaning {
    std::string cron;
    std::vector<std::string> next;  ///< from Saturday 2026-11-21T10:20:30 on
};

struct Mistake {
    std::string cron;
    std::string says;
};

}  // namespace

TEST_CASE("a cron expression names the readings that its fields match") {
    const std::vector<Meaning> table{
        {"* * * * *", {"2026-11-21T10:21:00", "2026-11-21T10:22:00"}},
        {"* * * * * *", {"2026-11-21T10:20:30", "2026-11-21T10:20:31"}},
        {"30 20 10 * * *", {"2026-11-21T10:20:30", "2026-11-22T10:20:30"}},
        {"*/20 * * * * *", {"2026-11-21T10:20:40", "2026-11-21T10:21:00", "2026-11-21T10:21:20"}},
        {"0 2 * * *", {"2026-11-22T02:00:00", "2026-11-23T02:00:00"}},
        {"20 10 * * *", {"2026-11-22T10:20:00"}},
        {"*/15 9-17 * * mon-fri", {"2026-11-23T09:00:00", "2026-11-23T09:15:00"}},
        {"0 0 1,15 * *", {"2026-12-01T00:00:00", "2026-12-15T00:00:00", "2027-01-01T00:00:00"}},
        {"5/25 10 * * *", {"2026-11-21T10:30:00", "2026-11-21T10:55:00", "2026-11-22T10:05:00"}},
        {"0-10/5,58 23 * * *",
         {"2026-11-21T23:00:00", "2026-11-21T23:05:00", "2026-11-21T23:10:00", "2026-11-21T23:58:00"}},
        {"0 12 * JAN Mon", {"2027-01-04T12:00:00", "2027-01-11T12:00:00"}},
        {"0 12 * jan-mar/2 *", {"2027-01-01T12:00:00"}},
        {"0 0 * * 7", {"2026-11-22T00:00:00", "2026-11-29T00:00:00"}},
        {"0 0 * * sun", {"2026-11-22T00:00:00", "2026-11-29T00:00:00"}},
        {"0 0 * * fri-sun", {"2026-11-22T00:00:00", "2026-11-27T00:00:00", "2026-11-28T00:00:00"}},
        {"0 0 * * 5-7", {"2026-11-22T00:00:00", "2026-11-27T00:00:00", "2026-11-28T00:00:00"}},
        // Both day fields restricted: either.
        {"0 0 13 * fri",
         {"2026-11-27T00:00:00", "2026-12-04T00:00:00", "2026-12-11T00:00:00", "2026-12-13T00:00:00"}},
        // One of them begins with *: both.
        {"0 0 */2 * mon", {"2026-11-23T00:00:00", "2026-12-07T00:00:00"}},
        {"0 0 L * *",
         {"2026-11-30T00:00:00", "2026-12-31T00:00:00", "2027-01-31T00:00:00", "2027-02-28T00:00:00"}},
        {"0 0 15,l feb *",
         {"2027-02-15T00:00:00", "2027-02-28T00:00:00", "2028-02-15T00:00:00", "2028-02-29T00:00:00"}},
        {"0 0 29 2 *", {"2028-02-29T00:00:00", "2032-02-29T00:00:00"}},
        {"0 0 31 * *", {"2026-12-31T00:00:00", "2027-01-31T00:00:00", "2027-03-31T00:00:00"}},
        {"59 23 31 12 *", {"2026-12-31T23:59:00", "2027-12-31T23:59:00"}},
        {"@hourly", {"2026-11-21T11:00:00", "2026-11-21T12:00:00"}},
        {"@daily", {"2026-11-22T00:00:00"}},
        {"@midnight", {"2026-11-22T00:00:00"}},
        {"@Weekly", {"2026-11-22T00:00:00", "2026-11-29T00:00:00"}},
        {"@monthly", {"2026-12-01T00:00:00"}},
        {"@yearly", {"2027-01-01T00:00:00", "2028-01-01T00:00:00"}},
        {"@annually", {"2027-01-01T00:00:00"}},
        {"  0\t2 * *   * ", {"2026-11-22T02:00:00"}},
    };
    for (const Meaning& meaning : table) {
        CAPTURE(meaning.cron);
        CHECK(matches(meaning.cron, "2026-11-21T10:20:30", static_cast<int>(meaning.next.size())) ==
              meaning.next);
    }
}

TEST_CASE("29 February is found over the century that has none") {
    CHECK(matches("0 0 29 2 *", "2096-03-01T00:00:00", 1) == std::vector<std::string>{"2104-02-29T00:00:00"});
}

TEST_CASE("an expression that makes no sense says what is wrong and where") {
    const std::vector<Mistake> table{
        {"", "has 0 fields; it needs 5"},
        {"* * * *", "has 4 fields; it needs 5"},
        {"* * * * * * *", "has 7 fields; it needs 5"},
        {"60 * * * *", "minute (characters 1-2): 60 is not from 0 to 59"},
        {"0 24 * * *", "hour (characters 3-4): 24 is not from 0 to 23"},
        {"0 0 0 * *", "day of month (character 5): 0 is not from 1 to 31"},
        {"0 0 * 13 *", "month (characters 7-8): 13 is not from 1 to 12"},
        {"0 0 * * 8", "day of week (character 9): 8 is not from 0 to 7"},
        {"61 0 0 * * *", "second (characters 1-2): 61 is not from 0 to 59"},
        {"0 0 * foo *", "month (characters 7-9): \"foo\" is not a number from 1 to 12, or jan to dec"},
        {"0 0 * * monday", "\"monday\" is not a number from 0 to 7, or sun to sat"},
        {"0 17-9 * * *", "hour (characters 3-6): the range goes backwards; write 17-23,0-9"},
        {"0 0 * * fri-mon", "the range goes backwards; write fri-7,0-mon"},
        {"*/0 * * * *", "minute (character 3): a step is from 1 to 60"},
        {"*/61 * * * *", "minute (characters 3-4): a step is from 1 to 60"},
        {"*/ * * * *", "minute (character 3): \"\" is not a number"},
        {"*/2/3 * * * *", "more than one /"},
        {"1-2-3 * * * *", "more than one -"},
        {"1,,2 * * * *", "minute (character 3): a value is missing"},
        {",1 * * * *", "a value is missing"},
        {"1, * * * *", "a value is missing"},
        {"-5 * * * *", "\"\" is not a number from 0 to 59"},
        {"+5 * * * *", "\"+5\" is not a number from 0 to 59"},
        {"5- * * * *", "\"\" is not a number from 0 to 59"},
        {"1.5 * * * *", "\"1.5\" is not a number"},
        {"99999999999999999999 * * * *", "is not from 0 to 59"},
        {"0 0 ? * *", "\"?\" is not a number from 1 to 31"},
        {"0 0 15W * *", "\"15W\" is not a number from 1 to 31"},
        {"0 0 * * mon#2", "\"mon#2\" is not a number"},
        {"0 L * * *", "\"L\" is not a number from 0 to 23"},
        {"0 0 31 2 *", "never comes"},
        {"0 0 30,31 feb *", "never comes"},
        {"0 0 31 4,6,9,11 *", "never comes"},
        {"@reboot", "@reboot is none of @yearly"},
        {"@", "@ is none of"},
        {"@daily 5", "has 2 fields"},
        {std::string(1001, '*'), "at most 1,000 characters"},
    };
    for (const Mistake& mistake : table) {
        CAPTURE(mistake.cron);
        const std::string said = error_of(mistake.cron);
        CHECK_MESSAGE(said.find(mistake.says) != std::string::npos, said);
    }
}

// A schedule of every second through ten minutes of virtual time, on the days when clocks change, by workers
// that are killed in the middle of turns, under a clock that jumps: exactly the nominal times.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "tests/schedule/office.hpp"
#include "tests/support/figures.hpp"

using namespace test;

namespace {

/// Acts in a process of its own, which is killed at the `fatal`-th place where a turn can be cut off.
void act_and_be_killed(const std::string& url, int fatal) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int places = 0;
        store::Faults faults;
        faults.hook = [&](store::Faults::Point, const char*) {
            if (++places == fatal) ::kill(::getpid(), SIGKILL);
            return false;
        };
        store::ScheduleStore worker{url, faults};
        for (const std::string& schedule : worker.due().ids) {
            auto turn = worker.take_turn(schedule);
            while (turn && turn->more) turn = worker.take_turn(schedule);
        }
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
}

/// Forwards by seconds or by half a minute, and now and then back.
std::vector<int> jumps() {
    std::vector<int> steps;
    const std::vector<int> pattern{1, 1, 13, -4, 30, 2, 1, 47, -20, 19};
    int sum = 0;
    for (std::size_t i = 0; sum < 600; ++i) {
        steps.push_back(pattern[i % pattern.size()]);
        sum += steps.back();
    }
    return steps;
}

}  // namespace

TEST_CASE(
    "every second of ten minutes has its run once, when clocks change in three zones, whoever is killed") {
    struct Day {
        const char* zone;
        const char* change;
    };
    std::size_t times_kept = 0;
    int workers_killed = 0;
    // Forward by an hour, back by an hour, back by half an hour.
    for (const Day& day :
         {Day{"Europe/Berlin", "2026-03-29T01:00:00Z"}, Day{"America/New_York", "2026-11-01T06:00:00Z"},
          Day{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}}) {
        CAPTURE(day.zone);
        Office office;
        ScheduleSpec spec = spec_of("* * * * * *", day.zone);
        spec.overlap = OverlapPolicy::allow_all;
        Timestamp now = at(day.change) - 5min;
        const Timestamp begin = now;
        office.go_to(to_string(now));
        office.apply(spec);
        int fatal = 1;
        int kills = 0;
        Timestamp latest = now;
        for (const int step : jumps()) {
            now += std::chrono::seconds{step};
            latest = std::max(latest, now);
            office.go_to(to_string(now));
            if (++kills % 3 == 0) {
                office.act();
            } else {
                act_and_be_killed(office.database.url(), fatal = fatal % 3 + 1);
            }
        }
        office.go_to(to_string(latest));
        office.act();
        std::vector<std::string> expected;
        for (Timestamp second = begin + 1s; second <= latest; second += 1s)
            expected.push_back(to_string(second));
        CHECK(expected.size() >= 600);
        CHECK(office.nominal_times() == expected);
        CHECK(office.schedule().actions == static_cast<std::int64_t>(expected.size()));
        CHECK(office.schedule().missed == 0);
        CHECK(office.violations().empty());
        times_kept += office.nominal_times().size();
        workers_killed += kills - kills / 3;
    }
    figure("nominal times that had their run", times_kept);
    figure("kills", workers_killed);
}

TEST_CASE("further rules add their times, exceptions take times away, on the wall clock of the zone") {
    ScheduleSpec spec = spec_of("0 9 * * 1-5", "Europe/Berlin");
    spec.also = {"30 17 * * 5"};
    spec.except = {"2026-12-25", "* * 1 1 *"};
    const auto times = between(spec, "2026-12-23T00:00:00Z", "2027-01-04T23:00:00Z");
    CHECK(times == std::vector<std::string>{"2026-12-23T08:00:00Z", "2026-12-24T08:00:00Z",
                                            "2026-12-28T08:00:00Z", "2026-12-29T08:00:00Z",
                                            "2026-12-30T08:00:00Z", "2026-12-31T08:00:00Z",
                                            "2027-01-04T08:00:00Z"});
    spec.except = {"* * * * * *"};
    CHECK(between(spec, "2026-12-23T00:00:00Z", "2026-12-24T00:00:00Z").empty());
}

TEST_CASE("rules that cannot be meant are refused by name") {
    ScheduleSpec interval = spec_of("");
    interval.cron.clear();
    interval.every = 10min;
    interval.also = {"@daily"};
    CHECK_THROWS_AS(schedule::Timetable{interval}, schedule::ScheduleError);
    ScheduleSpec wrong = spec_of("@daily");
    wrong.except = {"2026-13-01"};
    CHECK_THROWS_AS(schedule::Timetable{wrong}, schedule::ScheduleError);
}

TEST_CASE_FIXTURE(Office, "of two who change what they have seen, the second is told") {
    go_to("2026-11-21T10:00:00Z");
    ScheduleSpec spec = spec_of("0 12 * * *");
    CHECK(client.create(spec));
    CHECK_FALSE(client.create(spec));
    const auto seen = schedule().revision;
    spec.cron = "0 13 * * *";
    CHECK(client.update(spec, seen) == store::ScheduleUpdate::updated);
    CHECK(client.update(spec, seen) == store::ScheduleUpdate::unchanged);
    spec.cron = "0 14 * * *";
    CHECK(client.update(spec, seen) == store::ScheduleUpdate::conflict);
    CHECK(schedule().spec.cron == "0 13 * * *");
    CHECK(client.update(spec, seen + 1) == store::ScheduleUpdate::updated);
    spec.id = "nobody";
    CHECK(client.update(spec) == store::ScheduleUpdate::not_found);
}

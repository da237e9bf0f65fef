// Schedules: which times they name, what starts at them, and what an operator can do.

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine/store/schedule_store.hpp"
#include "tests/conformance/clockwork.hpp"

using namespace conformance;

namespace {

/// Nominal times after `from`, without a worker.
Times upcoming(const ScheduleSpec& spec, const std::string& from, std::size_t count) {
    Times times;
    for (const Timestamp time : schedule::Timetable{spec}.upcoming(moment(from), count))
        times.push_back(to_string(time));
    return times;
}

ScheduleSpec in_zone(const std::string& zone, const std::string& cron, DstPolicy policy) {
    ScheduleSpec spec = spec_of(cron);
    spec.time_zone = zone;
    spec.dst = policy;
    return spec;
}
ScheduleSpec in_berlin(const std::string& cron, DstPolicy policy) {
    return in_zone("Europe/Berlin", cron, policy);
}

/// A schedule's turn that breaks once, at this point of its transaction.
store::Faults breaking(store::Faults::Point at, int& times) {
    store::Faults faults;
    faults.hook = [at, &times](store::Faults::Point point, const char* statement) {
        return point == at && std::string_view{statement} == "schedule_turn" && times-- > 0;
    };
    return faults;
}

}  // namespace

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 schedule: a first-class object to create, list, describe, update and remove") {
    ScheduleSpec spec = spec_of("@hourly");
    CHECK(schedules.create(spec));
    CHECK_FALSE(schedules.create(spec_of("@daily")));
    CHECK(schedules.list().size() == 1);
    CHECK(schedule().next_nominal == moment("2026-11-21T01:00:00Z"));
    spec.cron = "45 * * * *";
    CHECK(schedules.update(spec) == store::ScheduleUpdate::updated);
    CHECK(schedule().next_nominal == moment("2026-11-21T00:45:00Z"));
    schedules.remove("test");
    CHECK(schedules.list().empty());
}

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 schedule: a program's set of schedules is applied as a whole, and may be again") {
    ScheduleSpec other = spec_of("@daily");
    other.id = "other";
    const std::vector both{spec_of("@hourly"), other};
    CHECK(schedules.apply(both).created == Times{"test", "other"});
    const auto again = schedules.apply(both);
    CHECK((again.created.empty() && again.updated.empty() && again.undeclared.empty()));
    ScheduleSpec wrong = spec_of("61 * * * *");
    wrong.id = "wrong";
    CHECK_THROWS_AS(schedules.apply(std::vector{wrong, other}), schedule::ScheduleError);
    CHECK(schedules.list().size() == 2);
}

TEST_CASE_FIXTURE(Clockwork, "1.3 spec: a union of calendars without its exceptions, from start to end") {
    ScheduleSpec spec = spec_of("0 9 * * MON-FRI");
    spec.also = {"30 11 * * SAT", "@monthly"};
    spec.except = {"2026-11-24", "* * * * WED"};
    spec.start = moment("2026-11-21T00:00:00Z");
    spec.end = moment("2026-12-02T00:00:00Z");
    REQUIRE(schedules.create(spec));
    live_until("2026-12-05T00:00:00Z");
    CHECK(nominal_times() == Times{"2026-11-21T11:30:00Z", "2026-11-23T09:00:00Z", "2026-11-26T09:00:00Z",
                                   "2026-11-27T09:00:00Z", "2026-11-28T11:30:00Z", "2026-11-30T09:00:00Z",
                                   "2026-12-01T00:00:00Z", "2026-12-01T09:00:00Z"});
    CHECK_FALSE(schedule().next_nominal.has_value());
}

TEST_CASE_FIXTURE(Clockwork, "1.3 spec: intervals count elapsed time from 1970, with an offset") {
    ScheduleSpec spec = spec_of("");
    spec.every = 6h;
    spec.offset = 15min;
    REQUIRE(schedules.create(spec));
    live_until("2026-11-21T12:15:00Z");
    CHECK(nominal_times() == Times{"2026-11-21T06:15:00Z", "2026-11-21T12:15:00Z"});
}

TEST_CASE("1.3 spec: cron knows seconds, names, steps and nicknames, in a time zone") {
    CHECK(upcoming(spec_of("*/20 30 1 * * *"), "2026-11-21T00:00:00Z", 3) ==
          Times{"2026-11-21T01:30:00Z", "2026-11-21T01:30:20Z", "2026-11-21T01:30:40Z"});
    CHECK(upcoming(spec_of("0 12 * JAN MON"), "2026-11-21T00:00:00Z", 1) == Times{"2027-01-04T12:00:00Z"});
    CHECK(upcoming(in_berlin("@daily", DstPolicy::shift), "2026-11-21T00:00:00Z", 1) ==
          Times{"2026-11-21T23:00:00Z"});
}

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 spec: jitter delays a run by the same amount each time it is asked, not its name") {
    ScheduleSpec spec = spec_of("@daily");
    spec.jitter = 1h;
    const schedule::Timetable timetable{spec};
    const Timestamp nominal = moment("2026-11-22T00:00:00Z");
    const Duration delay = timetable.due(nominal) - nominal;
    CHECK((delay > 0s && delay <= 1h));
    CHECK(schedule::Timetable{spec}.due(nominal) - nominal == delay);
    REQUIRE(schedules.create(spec));
    env.skip(nominal + delay - 1s - env.now());
    CHECK(nominal_times().empty());
    env.skip(1s);
    CHECK(nominal_times() == Times{"2026-11-22T00:00:00Z"});
}

TEST_CASE_FIXTURE(Clockwork, "1.3 spec: remaining actions end a schedule; triggers do not use them up") {
    ScheduleSpec spec = spec_of("@hourly");
    spec.limited_actions = 2;
    REQUIRE(schedules.create(spec));
    schedules.trigger("test");
    live_until("2026-11-21T05:30:00Z");
    CHECK(nominal_times().size() == 3);
    CHECK(schedule().actions == 2);
    CHECK(client::next_times(schedule(), 5).empty());
}

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 catch-up: an hour by default; what an outage has made older is counted, not run") {
    CHECK(ScheduleSpec{.id = "test"}.catch_up == 1h);
    ScheduleSpec spec = spec_of("*/30 * * * *");
    spec.catch_up = 1h;
    spec.overlap = OverlapPolicy::allow_all;
    REQUIRE(schedules.create(spec));
    set_clock("2026-11-21T10:10:00Z");  // and now the first worker comes
    env.settle();
    CHECK(nominal_times() == Times{"2026-11-21T09:30:00Z", "2026-11-21T10:00:00Z"});
    CHECK(schedule().missed == 17);  // 01:00 to 09:00
}

TEST_CASE_FIXTURE(Clockwork, "1.3 pause: with a note; what passes meanwhile is neither run nor missed") {
    REQUIRE(schedules.create(spec_of("@hourly")));
    schedules.pause("test", "the vendor is down");
    CHECK(schedule().note == "the vendor is down");
    live_until("2026-11-21T05:30:00Z");
    CHECK(nominal_times().empty());
    schedules.unpause("test", "it is up again");
    live_until("2026-11-21T06:00:00Z");
    CHECK(nominal_times() == Times{"2026-11-21T06:00:00Z"});
    CHECK(schedule().missed == 0);
}

TEST_CASE_FIXTURE(Clockwork, "1.3 trigger and backfill: a run now, and those of the past, each once") {
    REQUIRE(schedules.create(spec_of("@hourly")));
    live_until("2026-11-21T01:00:00Z");
    CHECK(schedules.trigger("test").fate == store::ScheduleFate::started);
    env.settle();
    CHECK(schedules.backfill("test", moment("2026-11-20T22:00:00Z"), moment("2026-11-21T01:30:00Z")) == 4);
    env.settle();
    Times times = nominal_times();
    CHECK(times.size() == 5);  // 01:00 had its run already
    times.pop_back();
    CHECK(times == Times{"2026-11-20T22:00:00Z", "2026-11-20T23:00:00Z", "2026-11-21T00:00:00Z",
                         "2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Clockwork, "1.3 backfill: what would let more than 1,000 wait is refused as a whole") {
    REQUIRE(schedules.create(spec_of("* * * * *")));
    CHECK_THROWS_AS(
        schedules.backfill("test", moment("2026-11-01T00:00:00Z"), moment("2026-11-03T00:00:00Z")),
        std::invalid_argument);
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 matching times: as many of the next ones as asked for, of a paused schedule too") {
    REQUIRE(schedules.create(spec_of("@hourly")));
    schedules.pause("test", "");
    const auto times = client::next_times(schedule(), 1'500);
    REQUIRE(times.size() == 1'500);
    CHECK(times.front() == moment("2026-11-21T01:00:00Z"));
    CHECK(times.back() - times.front() == 1'499h);
}

TEST_CASE_FIXTURE(Clockwork, "1.3 starts: at most 100 in one transaction, the others in the next ones") {
    ScheduleSpec spec = spec_of("* * * * *");
    spec.overlap = OverlapPolicy::allow_all;
    REQUIRE(schedules.create(spec));
    set_clock("2026-11-21T04:35:00Z");
    {
        pqxx::connection connection{env.database().url()};
        pqxx::work tx{connection};
        store::IdSource ids;
        store::PayloadGate gate{env.database().url(), {}};
        const auto turn = store::take_schedule_turn(tx, gate, ids, "test");
        REQUIRE(turn.has_value());
        CHECK(turn->decided.size() == 100);
        CHECK(turn->more);
    }  // rolled back: it never was
    env.settle();
    CHECK(nominal_times().size() == 245);
    CHECK(schedule().missed == 0);
}

TEST_CASE("1.3 daylight saving: a time that does not exist is shifted, skipped, or run after the gap") {
    const auto spring = [](DstPolicy policy) {
        return upcoming(in_berlin("30 2 * * *", policy), "2027-03-27T12:00:00Z", 1);
    };
    CHECK(spring(DstPolicy::shift) == Times{"2027-03-28T01:30:00Z"});  // 03:30 on the wall
    CHECK(spring(DstPolicy::both) == Times{"2027-03-28T01:30:00Z"});
    CHECK(spring(DstPolicy::first) == Times{"2027-03-28T01:00:00Z"});  // 03:00
    CHECK(spring(DstPolicy::skip) == Times{"2027-03-29T00:30:00Z"});   // the next day's
}

TEST_CASE_FIXTURE(Clockwork,
                  "1.3 daylight saving: a time that exists twice has one run, or two with policy both") {
    set_clock("2026-10-24T12:00:00Z");
    ScheduleSpec twice = in_berlin("30 2 * * *", DstPolicy::both);
    twice.id = "twice";
    REQUIRE(schedules.create(in_berlin("30 2 * * *", DstPolicy::shift)));
    REQUIRE(schedules.create(twice));
    live_until("2026-10-25T12:00:00Z");
    CHECK(env.client().result(tick, named("test-2026-10-25T00:30:00Z"), 60s) == "2026-10-25T00:30:00Z");
    CHECK(nominal_times() == Times{"2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"});
    CHECK(schedule().actions == 1);
}

TEST_CASE(
    "1.3 daylight saving: of an hour that comes twice, schedules of every hour run in both, but for first") {
    // Berlin goes back from 03:00 to 02:00 at 01:00Z, Lord Howe from 02:00 to 01:30 at 15:00Z.
    const auto berlin = [](DstPolicy policy) {
        return upcoming(in_berlin("30 * * * *", policy), "2026-10-24T23:45:00Z", 3);
    };
    const Times each_hour{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"};
    CHECK(berlin(DstPolicy::shift) == each_hour);
    CHECK(berlin(DstPolicy::skip) == each_hour);
    CHECK(berlin(DstPolicy::both) == each_hour);
    CHECK(berlin(DstPolicy::first) ==
          Times{"2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z", "2026-10-25T03:30:00Z"});
    const auto lord_howe = [](DstPolicy policy) {
        return upcoming(in_zone("Australia/Lord_Howe", "45 1 * * *", policy), "2026-04-04T12:00:00Z", 2);
    };
    for (const auto policy : {DstPolicy::shift, DstPolicy::skip, DstPolicy::first})
        CHECK(lord_howe(policy) == Times{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"});
    CHECK(lord_howe(DstPolicy::both) == Times{"2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"});
}

TEST_CASE_FIXTURE(Clockwork, "1.3 finished schedules stay, with their counts, until somebody removes them") {
    ScheduleSpec spec = spec_of("@hourly");
    spec.end = moment("2026-11-21T02:00:00Z");
    REQUIRE(schedules.create(spec));
    live_until("2026-11-21T03:00:00Z");
    env.skip(24h * 400);
    CHECK_FALSE(schedule().next_nominal.has_value());
    CHECK(schedule().actions == 1);
    schedules.remove("test");
    CHECK(env.client().result(tick, named("test-2026-11-21T01:00:00Z"), 60s) == "2026-11-21T01:00:00Z");
}

TEST_CASE_FIXTURE(Clockwork,
                  "2.10 the workflow id ends with the nominal time, the code is told it, and lists find it") {
    REQUIRE(schedules.create(spec_of("@hourly")));
    live_until("2026-11-21T02:00:00Z");
    CHECK(env.client().result(tick, named("test-2026-11-21T02:00:00Z"), 60s) == "2026-11-21T02:00:00Z");
    const auto found =
        env.client().search({.filter = "ScheduleId = 'test' and ScheduledFor > '2026-11-21T01:30:00Z'"});
    REQUIRE(found.size() == 1);
    CHECK(found.front().workflow.value == "test-2026-11-21T02:00:00Z");
}

TEST_CASE_FIXTURE(Clockwork,
                  "2.10 each nominal time has one run, whether its turn breaks before or after the commit") {
    ScheduleSpec spec = spec_of("@hourly");
    spec.overlap = OverlapPolicy::allow_all;
    REQUIRE(schedules.create(spec));
    for (const auto point :
         {store::Faults::Point::before_send, store::Faults::Point::after_commit_reply_lost}) {
        const bool before = point == store::Faults::Point::before_send;
        set_clock(before ? "2026-11-21T01:00:00Z" : "2026-11-21T02:00:00Z");
        int times = 1;
        store::ScheduleStore doomed{env.database().url(), breaking(point, times)};
        CHECK_THROWS_AS(doomed.take_turn("test"), store::StoreUnavailable);
        CHECK(nominal_times().size() == (before ? 0 : 2));
        CHECK(doomed.take_turn("test").has_value());
    }
    env.settle();
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"});
    CHECK(schedule().actions == 2);
}

TEST_CASE_FIXTURE(Clockwork, "2.10 each nominal time has one run, though workers race for its schedule") {
    ScheduleSpec spec = spec_of("* * * * *");
    spec.overlap = OverlapPolicy::allow_all;
    REQUIRE(schedules.create(spec));
    set_clock("2026-11-21T04:31:00Z");
    std::atomic<std::size_t> starts{0};
    std::vector<std::jthread> workers;
    for (int i = 0; i < 3; ++i) {
        workers.emplace_back([this, &starts] {
            store::ScheduleStore mine{env.database().url()};
            while (!mine.due().ids.empty()) {
                const auto turn = mine.take_turn("test");
                if (turn) starts += turn->decided.size();
            }
        });
    }
    workers.clear();
    CHECK(starts == 241);  // 00:31 to 04:31, each decided once
    CHECK(schedule().actions == 241);
    Times times = nominal_times();
    CHECK(times.size() == 241);
    CHECK(std::ranges::adjacent_find(times) == times.end());
    env.settle();
    CHECK(nominal_times() == times);
}

TEST_CASE_FIXTURE(
    Clockwork,
    "2.10 triggers and backfills ignore a pause and the catch-up window, by a policy of their own") {
    ScheduleSpec spec = spec_of("@hourly", shift);
    spec.catch_up = 1h;
    REQUIRE(schedules.create(spec));
    schedules.pause("test", "");
    CHECK(schedules.trigger("test").fate == store::ScheduleFate::started);
    CHECK(schedules.trigger("test").fate == store::ScheduleFate::skipped);
    CHECK(schedules.trigger("test", OverlapPolicy::allow_all).fate == store::ScheduleFate::started);
    CHECK(schedules.backfill("test", moment("2026-10-01T00:00:00Z"), moment("2026-10-01T03:00:00Z"),
                             OverlapPolicy::allow_all) == 3);
    env.settle();
    CHECK(open_runs().size() == 5);
    CHECK(schedule().missed == 0);
}

TEST_CASE_FIXTURE(Clockwork,
                  "2.10 pause on failure: a failed run pauses with a note, a terminated one does not") {
    ScheduleSpec spec = spec_of("@hourly", shift);
    spec.pause_on_failure = true;
    REQUIRE(schedules.create(spec));
    live_until("2026-11-21T01:00:00Z");
    env.client().terminate(named("test-2026-11-21T01:00:00Z"), "a test", "test");
    live_until("2026-11-21T02:00:00Z");
    CHECK_FALSE(schedule().paused);
    CHECK(end("2026-11-21T02:00:00Z", "fail").status == replay::RunStatus::failed);
    CHECK(schedule().paused);
    CHECK(schedule().note == "paused because test-2026-11-21T02:00:00Z failed");
    live_until("2026-11-21T04:00:00Z");
    CHECK(nominal_times().size() == 2);
}

TEST_CASE_FIXTURE(Clockwork, "2.10 the next run is handed the last result, and why the last run failed") {
    REQUIRE(schedules.create(spec_of("@hourly", shift)));
    live_until("2026-11-21T01:00:00Z");
    end("2026-11-21T01:00:00Z", "one");
    live_until("2026-11-21T02:00:00Z");
    end("2026-11-21T02:00:00Z", "fail");
    live_until("2026-11-21T03:00:00Z");
    const RunId third = env.client().resolve(named("test-2026-11-21T03:00:00Z")).value();
    const auto told = std::get<history::WorkflowStarted>(env.history(third).at(0).arrived.at(0));
    CHECK(told.previous_failure->type == "Accident");
    CHECK(decode<std::string>(end("2026-11-21T03:00:00Z", ", three").result) == "one, three");
}

TEST_CASE_FIXTURE(
    Clockwork,
    "2.10 an update names the revision that its author has seen, and is refused if there is another") {
    ScheduleSpec spec = spec_of("@hourly");
    REQUIRE(schedules.create(spec));
    const auto seen = schedule().revision;
    spec.cron = "@daily";
    CHECK(schedules.update(spec, seen) == store::ScheduleUpdate::updated);
    spec.cron = "@weekly";
    CHECK(schedules.update(spec, seen) == store::ScheduleUpdate::conflict);
    CHECK(schedule().spec.cron == "@daily");
}

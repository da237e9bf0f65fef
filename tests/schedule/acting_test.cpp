// Nominal times become runs: exactly once, in time, after outages, under races and crashes.

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "tests/schedule/office.hpp"

using namespace test;
using Times = std::vector<std::string>;

namespace {

ScheduleSpec allowing_all(ScheduleSpec spec) {
    spec.overlap = OverlapPolicy::allow_all;
    return spec;
}

/// Fails at `point` of a turn as often as told.
store::Faults failing(store::Faults::Point point, std::atomic<int>& times) {
    store::Faults faults;
    faults.hook = [point, &times](store::Faults::Point here, const char* statement) {
        return here == point && std::string_view{statement} == "schedule_turn" && times-- > 0;
    };
    return faults;
}

}  // namespace

TEST_CASE_FIXTURE(Office,
                  "a month of virtual time gives exactly the nominal runs, each told its nominal time") {
    const ScheduleSpec spec = allowing_all(spec_of("30 2 * * *", "America/New_York"));
    go_to("2026-10-15T00:00:00Z");
    apply(spec);
    live_until("2026-11-15T00:00:00Z", 1h);
    const Times expected = between(spec, "2026-10-15T00:00:01Z", "2026-11-15T00:00:00Z");
    CHECK(expected.size() == 31);
    CHECK(nominal_times() == expected);
    CHECK(schedule().actions == 31);
    CHECK(schedule().missed == 0);
    CHECK(schedule().last->nominal == at("2026-11-14T07:30:00Z"));
}

TEST_CASE_FIXTURE(Office,
                  "nothing is due before the nominal time, and the store says how long it is until then") {
    go_to("2026-11-21T10:00:00Z");
    apply(spec_of("0 12 * * *"));
    CHECK(act() == 0);
    const auto due = store.due();
    CHECK(due.ids.empty());
    REQUIRE(due.next_in.has_value());
    CHECK(*due.next_in <= 2h);
    CHECK(*due.next_in > 1h + 59min);
    go_to("2026-11-21T12:00:00Z");
    CHECK(act() == 1);
    CHECK(act() == 0);
    CHECK(runs() == std::vector<Ran>{{"test-2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"}});
}

TEST_CASE_FIXTURE(
    Office,
    "the run has the type, input, tenant and queue of the spec, and a name with the date if so asked") {
    ScheduleSpec spec = spec_of("0 2 * * *");
    spec.id_prefix = "usage-aggregation";
    spec.id_format = RunIdFormat::date;
    spec.workflow.input = Payload{R"({"page":500})"};
    spec.workflow.tenant = Tenant{"tenant-1"};
    spec.workflow.queue = "slow";
    go_to("2026-11-21T00:00:00Z");
    apply(spec);
    go_to("2026-11-21T02:00:01Z");
    act();
    CHECK(database.value(
              "select workflow_id || ' ' || type || ' ' || tenant || ' ' || queue from engine.runs") ==
          "usage-aggregation-2026-11-21 test_workflow tenant-1 slow");
    CHECK(database.value("select fields -> 'input' ->> 'page' from engine.history_events") == "500");
}

TEST_CASE_FIXTURE(
    Office, "after an outage what lies within the catch-up window is made up for, the rest is counted") {
    ScheduleSpec spec = allowing_all(spec_of("*/10 * * * *"));
    spec.catch_up = 30min;
    go_to("2026-11-21T00:00:00Z");
    apply(spec);
    go_to("2026-11-21T10:05:00Z");
    act();
    CHECK(nominal_times() == Times{"2026-11-21T09:40:00Z", "2026-11-21T09:50:00Z", "2026-11-21T10:00:00Z"});
    // 00:10 to 09:30.
    CHECK(schedule().missed == 57);
    CHECK(schedule().next_nominal == at("2026-11-21T10:10:00Z"));
}

TEST_CASE_FIXTURE(Office, "an outage of days in a schedule of every second is got over in bounded turns") {
    go_to("2026-11-21T00:00:00Z");
    ScheduleSpec spec = allowing_all(spec_of("* * * * * *"));
    spec.catch_up = 1s;
    apply(spec);
    go_to("2026-11-22T00:00:00Z");
    const int turns = act();
    CHECK(turns >= 9);
    CHECK(schedule().missed + schedule().actions >= 86'400);
    CHECK(static_cast<std::int64_t>(runs().size()) == schedule().actions);
}

TEST_CASE_FIXTURE(Office, "a jittered run starts at its own moment under its nominal name") {
    ScheduleSpec spec = spec_of("0 12 * * *");
    spec.jitter = 30min;
    const schedule::Timetable timetable{spec};
    const Timestamp nominal = at("2026-11-21T12:00:00Z");
    REQUIRE(timetable.due(nominal) - nominal > 10s);
    go_to("2026-11-21T10:00:00Z");
    apply(spec);
    go_to(to_string(timetable.due(nominal) - 5s));
    CHECK(act() == 0);
    go_to(to_string(timetable.due(nominal)));
    CHECK(act() == 1);
    CHECK(runs() == std::vector<Ran>{{"test-2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"}});
}

TEST_CASE_FIXTURE(Office, "workers that race for a schedule start each nominal time once") {
    ScheduleSpec spec = allowing_all(spec_of("* * * * *"));
    spec.catch_up = 24h;
    go_to("2026-11-21T00:00:00Z");
    apply(spec);
    go_to("2026-11-21T20:00:30Z");
    std::vector<std::jthread> workers;
    std::atomic<int> starts{0};
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([this, &starts] {
            store::ScheduleStore mine{database.url()};
            for (auto due = mine.due(); !due.ids.empty(); due = mine.due()) {
                const auto turn = mine.take_turn("test");
                if (turn) starts += static_cast<int>(turn->decided.size());
            }
        });
    }
    workers.clear();
    const Times times = nominal_times();
    CHECK(times == between(spec, "2026-11-21T00:00:01Z", "2026-11-21T20:00:30Z"));
    CHECK(starts == static_cast<int>(times.size()));
    CHECK(schedule().actions == 1200);
}

TEST_CASE_FIXTURE(Office, "a schedule that one worker holds is skipped by the others, not waited for") {
    go_to("2026-11-21T00:00:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:00:00Z");
    pqxx::connection other{database.url()};
    pqxx::work holding{other};
    holding.exec("select from engine.schedules for update");
    CHECK_FALSE(store.take_turn("test").has_value());
    holding.abort();
    CHECK(store.take_turn("test").has_value());
}

TEST_CASE_FIXTURE(Office,
                  "a crash between start and commit leaves nothing, and the next turn does it again") {
    std::atomic<int> times{1};
    store::ScheduleStore crashing{database.url(), failing(store::Faults::Point::before_send, times)};
    go_to("2026-11-21T00:00:00Z");
    apply(allowing_all(spec_of("@hourly")));
    go_to("2026-11-21T01:30:00Z");
    CHECK_THROWS_AS(crashing.take_turn("test"), store::StoreUnavailable);
    CHECK(runs().empty());
    CHECK(schedule().next_nominal == at("2026-11-21T01:00:00Z"));
    CHECK(act(crashing) == 1);
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "a commit whose answer was lost is not done again") {
    std::atomic<int> times{1};
    store::ScheduleStore crashing{database.url(),
                                  failing(store::Faults::Point::after_commit_reply_lost, times)};
    go_to("2026-11-21T00:00:00Z");
    apply(allowing_all(spec_of("@hourly")));
    go_to("2026-11-21T01:00:00Z");
    CHECK_THROWS_AS(crashing.take_turn("test"), store::StoreUnavailable);
    CHECK(act(crashing) == 0);
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
    CHECK(schedule().actions == 1);
}

TEST_CASE_FIXTURE(Office, "a run that has the nominal time's id already counts as started") {
    go_to("2026-11-21T00:00:00Z");
    apply(spec_of("@hourly"));
    {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        store::IdSource ids;
        store::StartRequest by_hand;
        by_hand.workflow = WorkflowId{"test-2026-11-21T01:00:00Z"};
        by_hand.type = "test_workflow";
        by_hand.run = ids.run_id();
        store::start(tx, std::vector{by_hand});
        tx.commit();
    }
    complete("test-2026-11-21T01:00:00Z");
    go_to("2026-11-21T01:00:00Z");
    const auto turn = store.take_turn("test");
    REQUIRE(turn.has_value());
    REQUIRE(turn->decided.size() == 1);
    CHECK(turn->decided[0].fate == ScheduleFate::existed);
    CHECK(open_runs() == 0);
    CHECK(schedule().actions == 1);
}

TEST_CASE_FIXTURE(Office, "after its last action or its end a schedule is over") {
    ScheduleSpec limited = allowing_all(spec_of("@hourly"));
    limited.limited_actions = 3;
    limited.catch_up = 24h;
    go_to("2026-11-21T00:00:00Z");
    apply(limited);
    go_to("2026-11-21T10:00:00Z");
    act();
    CHECK(runs().size() == 3);
    CHECK_FALSE(schedule().next_nominal.has_value());
    CHECK(schedule().skipped == 0);
    CHECK(client::next_times(schedule(), 5).empty());
    limited.limited_actions = 4;
    apply(limited);
    go_to("2026-11-21T20:00:00Z");
    act();
    CHECK_MESSAGE(runs().size() == 4, "a raised limit goes on counting");
}

TEST_CASE_FIXTURE(Office, "one schedule that cannot be understood does not hold up the others") {
    go_to("2026-11-21T00:00:00Z");
    ScheduleSpec other = spec_of("@hourly");
    other.id = "other";
    client.apply(std::vector{spec_of("@hourly"), other});
    database.execute(
        "update engine.schedules set spec = replace(spec, '@hourly', '@never') "
        "where schedule_id = 'other'");
    go_to("2026-11-21T01:00:00Z");
    CHECK_THROWS_AS(store.take_turn("other"), schedule::ScheduleError);
    CHECK(store.take_turn("test").has_value());
    CHECK(runs() == std::vector<Ran>{{"test-2026-11-21T01:00:00Z", "2026-11-21T01:00:00Z"}});
}

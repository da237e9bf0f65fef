// What operators do: declare again, pause, trigger, backfill, delete.

#include "tests/schedule/office.hpp"

using namespace test;
using Times = std::vector<std::string>;

TEST_CASE_FIXTURE(Office, "declaring the same again changes nothing, declaring otherwise updates") {
    go_to("2026-11-21T00:30:00Z");
    ScheduleSpec spec = spec_of("@hourly");
    CHECK(client.apply(std::vector{spec}).created == Times{"test"});
    const std::string row = database.value("select s::text from engine.schedules s");
    const auto same = client.apply(std::vector{spec});
    CHECK(same.created.empty());
    CHECK(same.updated.empty());
    CHECK(database.value("select s::text from engine.schedules s") == row);
    spec.cron = "45 * * * *";
    CHECK(client.apply(std::vector{spec}).updated == Times{"test"});
    CHECK(schedule().next_nominal == at("2026-11-21T00:45:00Z"));
}

TEST_CASE_FIXTURE(Office, "what is not declared any more is reported and goes on") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    ScheduleSpec other = spec_of("@daily");
    other.id = "other";
    const auto changes = client.apply(std::vector{other});
    CHECK(changes.created == Times{"other"});
    CHECK(changes.undeclared == Times{"test"});
    go_to("2026-11-21T01:00:00Z");
    act();
    CHECK(runs().size() == 1);
}

TEST_CASE_FIXTURE(Office, "a mistake in one declaration leaves all schedules as they were") {
    ScheduleSpec wrong = spec_of("@hourly");
    wrong.id = "wrong";
    wrong.cron = "61 * * * *";
    CHECK_THROWS_AS(client.apply(std::vector{spec_of("@hourly"), wrong}), schedule::ScheduleError);
    CHECK(client.list().empty());
    CHECK_THROWS_WITH_AS(client.apply(std::vector{spec_of("@hourly"), spec_of("@daily")}),
                         "schedule \"test\" is declared twice", schedule::ScheduleError);
}

TEST_CASE_FIXTURE(Office, "a pause and its note survive another declaration") {
    go_to("2026-11-21T00:30:00Z");
    ScheduleSpec spec = spec_of("@hourly");
    apply(spec);
    client.pause("test", "vendor is down");
    spec.cron = "*/5 * * * *";
    apply(spec);
    go_to("2026-11-21T03:00:00Z");
    act();
    CHECK(runs().empty());
    CHECK(schedule().paused);
    CHECK(schedule().note == "vendor is down");
    CHECK(schedule().spec.cron == "*/5 * * * *");
}

TEST_CASE_FIXTURE(Office, "what passes during a pause is neither run nor missed, and nothing is looked at") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    client.pause("test", "");
    act();
    CHECK(database.value("select next_at is null from engine.schedules") == "t");
    go_to("2026-11-21T05:30:00Z");
    CHECK(act() == 0);
    client.unpause("test");
    act();
    CHECK(runs().empty());
    CHECK(schedule().missed == 0);
    CHECK(schedule().next_nominal == at("2026-11-21T06:00:00Z"));
    CHECK(client::next_times(schedule(), 2) ==
          std::vector{at("2026-11-21T06:00:00Z"), at("2026-11-21T07:00:00Z")});
}

TEST_CASE_FIXTURE(Office, "unpausing what is not paused moves nothing") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:10:00Z");
    client.unpause("test");
    act();
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "a changed declaration does not lose what an outage left to catch up with") {
    go_to("2026-11-21T00:30:00Z");
    ScheduleSpec spec = spec_of("@hourly");
    apply(spec);
    go_to("2026-11-21T01:10:00Z");
    spec.workflow.type = "another";
    apply(spec);
    act();
    CHECK(nominal_times() == Times{"2026-11-21T01:00:00Z"});
}

TEST_CASE_FIXTURE(
    Office, "a trigger runs now, even when paused, under a name of its own, and says what became of it") {
    go_to("2026-11-21T00:30:00Z");
    ScheduleSpec spec = spec_of("0 2 * * *");
    spec.id_format = RunIdFormat::date;
    apply(spec);
    client.pause("test", "");
    const auto first = client.trigger("test");
    CHECK(first.fate == ScheduleFate::started);
    CHECK(first.workflow.value == "test-" + to_string(first.nominal));
    CHECK(runs() == std::vector<Ran>{{first.workflow.value, to_string(first.nominal)}});
    CHECK_MESSAGE(client.trigger("test").fate == ScheduleFate::skipped, "the schedule's policy is skip");
    CHECK(client.trigger("test", OverlapPolicy::buffer_one).fate == ScheduleFate::waits);
    CHECK(client.trigger("test", OverlapPolicy::allow_all).fate == ScheduleFate::started);
    CHECK_MESSAGE(schedule().actions == 0, "triggers spend no limited actions");
    complete(first.workflow.value);
    act();
    CHECK(schedule().waiting == 0);
    CHECK(runs().size() == 3);
}

TEST_CASE_FIXTURE(Office,
                  "a backfill runs the past in order, one at a time, even when paused, and nothing twice") {
    go_to("2026-11-20T00:00:00Z");
    ScheduleSpec spec = spec_of("0 2 * * *");
    apply(spec);
    go_to("2026-11-20T02:00:00Z");
    act();
    complete("test-2026-11-20T02:00:00Z");
    go_to("2026-11-20T03:00:00Z");
    client.pause("test", "");
    CHECK(client.backfill("test", at("2026-11-17T02:00:00Z"), at("2026-11-21T02:00:00Z")) == 4);
    for (const char* day : {"17", "18", "19"}) {
        act();
        CHECK(open_runs() == 1);
        complete("test-2026-11-" + std::string{day} + "T02:00:00Z");
    }
    act();
    CHECK(open_runs() == 0);
    CHECK(schedule().waiting == 0);
    CHECK(nominal_times() == Times{"2026-11-17T02:00:00Z", "2026-11-18T02:00:00Z", "2026-11-19T02:00:00Z",
                                   "2026-11-20T02:00:00Z"});
}

TEST_CASE_FIXTURE(Office, "a backfill with allow_all starts as many as it names, a hundred a turn") {
    go_to("2026-11-20T00:00:00Z");
    apply(spec_of("@hourly"));
    CHECK(client.backfill("test", at("2026-11-01"), at("2026-11-15"), OverlapPolicy::allow_all) == 336);
    CHECK(act() >= 4);
    CHECK(runs().size() == 336);
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Office, "a backfill that would let more than 1,000 wait is refused as a whole") {
    go_to("2026-11-20T00:00:00Z");
    apply(spec_of("@hourly"));
    CHECK_THROWS_AS(client.backfill("test", at("2026-01-01"), at("2026-06-01")), std::invalid_argument);
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Office, "a deleted schedule starts nothing more; its runs go on") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:00:00Z");
    act();
    client.remove("test");
    go_to("2026-11-21T02:00:00Z");
    act();
    CHECK(open_runs() == 1);
    CHECK(runs().size() == 1);
    CHECK(database.value("select count(*) from engine.schedule_runs") == "0");
}

TEST_CASE_FIXTURE(Office, "every verb says so when there is no such schedule") {
    CHECK_THROWS_AS(static_cast<void>(client.describe("none")), client::NotFound);
    CHECK_THROWS_AS(client.pause("none", ""), client::NotFound);
    CHECK_THROWS_AS(client.unpause("none"), client::NotFound);
    CHECK_THROWS_AS(client.trigger("none"), client::NotFound);
    CHECK_THROWS_AS(client.backfill("none", at("2026-11-20"), at("2026-11-21")), client::NotFound);
    CHECK_THROWS_AS(client.remove("none"), client::NotFound);
}

TEST_CASE_FIXTURE(Office,
                  "the checker sees a second run of a nominal time, and schedules that nobody will look at") {
    go_to("2026-11-21T00:30:00Z");
    apply(spec_of("@hourly"));
    go_to("2026-11-21T01:00:00Z");
    act();
    complete("test-2026-11-21T01:00:00Z");
    CHECK(violations().empty());
    database.execute("update engine.schedules set next_at = null");
    CHECK(violations() == Times{"schedule test: nobody will look at its next time"});
    database.execute(
        "update engine.schedules set paused = true; delete from engine.schedule_runs;"
        "insert into engine.schedule_buffer values ('test', now(), 'trigger', null)");
    CHECK(violations() == Times{"schedule test: what waits waits for nothing"});
    database.execute("delete from engine.schedule_buffer; delete from engine.workflow_ids");
    client.unpause("test");
    CHECK(client.backfill("test", at("2026-11-21T01:00:00Z"), at("2026-11-21T02:00:00Z")) == 1);
    act();
    CHECK(violations() == Times{"workflow test-2026-11-21T01:00:00Z: 2 runs"});
    database.execute("delete from engine.history");
}

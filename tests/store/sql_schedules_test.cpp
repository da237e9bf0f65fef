// Schedules by SQL: declared, held and deleted from psql; understood, run or refused by the next worker.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

#include "engine/schedule/schedule_error.hpp"
#include "engine/store/schedule_store.hpp"
#include "engine/store/search.hpp"
#include "tests/store/sql_fixture.hpp"

namespace test {
namespace {

using namespace std::chrono_literals;

class SqlSchedules : public SqlFixture {
  public:
    /// Everything that a worker's loop would do now; what the last turn did.
    ScheduleTurn look(const std::string& id = "nightly") {
        ScheduleTurn last;
        while (!schedules.due().ids.empty()) {
            if (const auto turn = schedules.take_turn(id)) last = *turn;
        }
        return last;
    }
    std::string create(const std::string& more) {
        return sql(
            fmt::format("select engine.create_schedule('acme', 'nightly', 'test_workflow', {})", more));
    }
    std::string state() { return sql("select state from engine.schedule_state('acme', 'nightly')"); }
    std::string note() { return sql("select note from engine.schedule_state('acme', 'nightly')"); }
    std::string next() {
        return sql("select next_time at time zone 'UTC' from engine.schedule_state('acme', 'nightly')");
    }
    ScheduleInfo described() {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        PayloadGate gate{database.url(), {}};
        return find_schedule(tx, gate, "nightly").value();
    }

    ScheduleStore schedules{database.url()};
};

TEST_CASE_FIXTURE(SqlSchedules,
                  "from psql: a schedule is declared in the caller's transaction, runs, is held and goes") {
    CHECK(in_psql("begin; select engine.create_schedule('acme', 'lost', 'test_workflow', every => '1 hour'); "
                  "rollback") == "created");
    CHECK(in_psql("select engine.create_schedule('acme', 'nightly', 'test_workflow', '{\"n\": 1}', "
                  "cron => '0 2 * * *', time_zone => 'Europe/Berlin', overlap => 'buffer_one', "
                  "catch_up => '2 hours', note => 'by billing')") == "created");
    CHECK(in_psql("select state, note from engine.schedule_state('acme', 'nightly')") == "new|by billing");
    CHECK(number("select count(*) from engine.schedules") == 1);
    look();
    CHECK(state() == "active");
    CHECK(sql("select to_char(next_time at time zone 'Europe/Berlin', 'HH24:MI') from "
              "engine.schedule_state('acme', 'nightly')") == "02:00");
    const ScheduleSpec spec = described().spec;
    CHECK(spec.overlap == OverlapPolicy::buffer_one);
    CHECK(spec.catch_up == 2h);
    CHECK(spec.workflow.tenant == Tenant{"acme"});

    CHECK(in_psql("select engine.trigger_schedule('acme', 'nightly') is not null") == "t");
    CHECK(look().decided.size() == 1);
    CHECK(number("select count(*) from engine.live_runs where tenant = 'acme'") == 1);
    CHECK(in_psql("select engine.pause_schedule('acme', 'nightly', 'ticket 12')") == "t");
    look();
    CHECK(in_psql("select state, note, next_time from engine.schedule_state('acme', 'nightly')") ==
          "paused|ticket 12|");
    CHECK(in_psql("select engine.unpause_schedule('acme', 'nightly')") == "t");
    look();
    CHECK(state() == "active");
    CHECK_FALSE(next().empty());
    check_invariants();
    CHECK(in_psql("select engine.delete_schedule('acme', 'nightly')") == "t");
    CHECK(in_psql("select engine.delete_schedule('acme', 'nightly')") == "f");
    CHECK(number("select count(*) from engine.live_runs where tenant = 'acme'") == 1);
}

TEST_CASE_FIXTURE(SqlSchedules, "a schedule declared by SQL is the one that C++ would have declared") {
    CHECK(create("'{\"n\":1}', every => '15 minutes', every_offset => '5 minutes', except_at => "
                 "'{2026-12-25,\"* * * * 6,7\"}', starts_at => '2026-01-01Z', ends_at => '2036-01-01Z', "
                 "jitter => '10 seconds', pause_on_failure => true, limited_actions => 5, dst => 'both', "
                 "queue => 'special', run_timeout => '1 hour', execution_timeout => '5 hours', "
                 "attributes => '{\"OrganizationId\": \"org-7\"}', retry_attempts => 4, "
                 "retry_interval => '2 seconds', priority => 2, fairness_key => 'imports', weight => 0.5, "
                 "limit_key => 'account-7', limit_runs => 3") == "created");
    constexpr SearchKey<std::string> organization{"OrganizationId"};
    ScheduleSpec wanted{.id = "nightly",
                        .every = 15min,
                        .offset = 5min,
                        .except = {"2026-12-25", "* * * * 6,7"},
                        .dst = DstPolicy::both,
                        .start = Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}},
                        .end = Timestamp{std::chrono::sys_days{std::chrono::year{2036} / 1 / 1}},
                        .jitter = 10s,
                        .pause_on_failure = true,
                        .limited_actions = 5};
    wanted.workflow = {.type = "test_workflow",
                       .input = Payload{R"({"n":1})"},
                       .tenant = Tenant{"acme"},
                       .queue = "special",
                       .run_timeout = 1h,
                       .execution_timeout = 5h,
                       .retry = RetryPolicy{.initial_interval = 2s, .maximum_attempts = 4},
                       .attributes = {organization("org-7")},
                       .share = {.priority = 2, .fairness_key = "imports", .weight = 0.5},
                       .limit = RunLimit{"account-7", 3}};
    ScheduleSpec found = described().spec;
    std::erase(found.workflow.input.json, ' ');
    CHECK(found == wanted);

    // And so are its runs.
    look();
    CHECK_FALSE(sql("select engine.trigger_schedule('acme', 'nightly')").empty());
    REQUIRE(look().decided.size() == 1);
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const auto run = RunId{Uuid::parse(database.value("select run_id from engine.live_runs")).value()};
    const auto rows = load_history(tx, run);
    const auto first = history::decode_activation(rows.front().first_event, rows.front().bytes);
    const auto& started = std::get<history::WorkflowStarted>(first.arrived.front());
    CHECK(started.run_timeout == wanted.workflow.run_timeout);
    CHECK(started.execution_timeout == wanted.workflow.execution_timeout);
    CHECK(started.retry == wanted.workflow.retry);
    CHECK(started.limit == wanted.workflow.limit);
    CHECK(started.attributes.size() == 3);
    CHECK(started.attributes.front() == organization("org-7"));
    CHECK(database.value("select priority || ' ' || fairness_key || ' ' || fairness_weight from "
                         "engine.live_runs") == "2 imports 0.5");
    check_invariants();
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "rules that only a program can tell to be wrong pause the schedule and say why") {
    CHECK(create("cron => '61 2 * * *'") == "created");
    CHECK_FALSE(sql("select engine.trigger_schedule('acme', 'nightly')").empty());
    const ScheduleTurn turn = look();
    CHECK(turn.refused.find("schedule \"nightly\"") != std::string::npos);
    CHECK(state() == "paused");
    CHECK(note() == "refused: " + turn.refused);
    CHECK(described().note == note());
    CHECK(number("select count(*) from engine.live_runs") == 0);
    check_invariants();
    // Unpaused as it is, it is refused again.
    CHECK(sql("select engine.unpause_schedule('acme', 'nightly')") == "t");
    CHECK_FALSE(look().refused.empty());
    {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        CHECK_THROWS_AS(unpause_schedule(tx, "nightly", ""), schedule::ScheduleError);
    }
    CHECK(create("cron => '1 2 * * *', replace => true") == "replaced");
    look();
    CHECK(state() == "paused");
    CHECK(sql("select engine.unpause_schedule('acme', 'nightly')") == "t");
    look();
    CHECK(state() == "active");
    CHECK(next().ends_with("02:01:00"));
    check_invariants();
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "a schedule that begins paused starts nothing, and goes on from when it is unpaused") {
    CHECK(create("every => '1 second', paused => true, note => 'later'") == "created");
    look();
    CHECK(state() == "paused");
    CHECK(note() == "later");
    CHECK(number("select count(*) from engine.runs") == 0);
    CHECK(sql("select engine.unpause_schedule('acme', 'nightly', 'now')") == "t");
    look();
    CHECK(state() == "active");
    CHECK(note() == "now");
    CHECK(sql("select missed from engine.schedule_state('acme', 'nightly')") == "0");
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "what passes before a worker has read a new schedule's rules is made up for") {
    CHECK(create("every => '1 second', overlap => 'allow_all'") == "created");
    database.execute("update engine.schedules set rules_since = rules_since - interval '5 seconds'");
    const auto turn = schedules.take_turn("nightly");
    REQUIRE(turn);
    CHECK(turn->decided.size() >= 5);
    CHECK(turn->missed == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "replacing a schedule's rules loses no time that was due, and keeps its counts") {
    CHECK(create("every => '1 second', overlap => 'allow_all'") == "created");
    look();
    database.execute(
        "update engine.schedules set next_nominal = engine.now() - interval '10 seconds', actions = 7");
    CHECK(create("every => '1 second', overlap => 'allow_all', replace => true") == "replaced");
    const auto turn = schedules.take_turn("nightly");
    REQUIRE(turn);
    CHECK(turn->decided.size() >= 9);
    CHECK(described().revision == 2);
    CHECK(described().actions >= 16);
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "tenants do not reach each other's schedules, and an id that is taken is refused") {
    CHECK(create("cron => '@daily'") == "created");
    CHECK(create("cron => '@hourly'") == "exists");
    CHECK(sql("select engine.create_schedule('rival', 'nightly', 'x', cron => '@daily', replace => true)") ==
          "exists");
    for (const char* verb : {"pause_schedule", "unpause_schedule", "delete_schedule"}) {
        CAPTURE(verb);
        CHECK(sql(fmt::format("select engine.{}('rival', 'nightly')", verb)) == "f");
        CHECK(sql(fmt::format("select engine.{}('acme', 'weekly')", verb)) == "f");
    }
    CHECK(sql("select count(*) from engine.schedule_state('rival', 'nightly')") == "0");
    look();
    CHECK(state() == "active");
    CHECK(described().spec.cron == "@daily");
}

TEST_CASE_FIXTURE(SqlSchedules,
                  "a schedule that cannot be is refused with a sentence, and nothing is written") {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"'null'", "either a cron expression or an interval"},
        {"cron => '@daily', every => '1 hour'", "either a cron expression or an interval"},
        {"cron => 'often'", "five fields, or six with seconds"},
        {"cron => '@daily', also => '{* * *}'", "five fields, or six with seconds"},
        {"every => '1 hour', also => '{@daily}'", "an interval goes alone"},
        {"every => '500 milliseconds'", "the interval is shorter than 00:00:01"},
        {"every => '1 month'", "the interval has months"},
        {"every => '1 hour', every_offset => '1 hour'", "the offset is not from 0 to less than the interval"},
        {"cron => '@daily', time_zone => 'Mars/Base'", "there is no time zone Mars/Base"},
        {"cron => '@daily', dst => 'often'", "dst is shift, skip, first or both"},
        {"cron => '@daily', overlap => 'often'", "overlap is skip"},
        {"cron => '@daily', catch_up => '-1 hour'", "the catch-up window is negative"},
        {"cron => '@daily', jitter => '25 hours'", "the jitter is not from 0 to 24 h"},
        {"cron => '@daily', limited_actions => 0", "the limit of actions is below 1"},
        {"cron => '@daily', starts_at => '2027-01-01', ends_at => '2026-01-01'",
         "the schedule ends before it starts"},
        {"cron => '@daily', attributes => '{\"ScheduleId\": \"x\"}'", "are set by schedules themselves"},
        {"cron => '@daily', priority => 9", "the priority is between 1 and 5"},
        {"'{\"$durable\": 1}', cron => '@daily'", "begins with the member $durable"},
        {"(repeat('[', 60) || repeat(']', 60))::jsonb, cron => '@daily'", "nested more than 49 deep"},
    };
    for (const auto& [arguments, sentence] : wrong) {
        CAPTURE(arguments);
        CHECK_THROWS_WITH(create(arguments), doctest::Contains(sentence.c_str()));
    }
    CHECK(number("select count(*) from engine.schedules") == 0);
    const ControlConnection worker{database.url(), {.name = "w", .build = "b", .encrypts = true}};
    CHECK_THROWS_WITH(create("'{\"secret\": 1}', cron => '@daily'"),
                      doctest::Contains("would be stored unencrypted"));
    CHECK(create("'{\"reference\": 1}', cron => '@daily', unencrypted => true") == "created");
}

}  // namespace
}  // namespace test

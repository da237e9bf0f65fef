// Damage that breaks one invariant, planted beside what looks like it and is none: the checker tells them apart.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "tests/support/database.hpp"

namespace {

using durable::store::CheckLine;

/// A database with one open run, of which rows are made what a test needs.
class OpenRun {
  public:
    OpenRun() {
        durable::store::IdSource ids;
        durable::store::StartRequest request;
        request.workflow = durable::WorkflowId{"checked"};
        request.type = "checked";
        request.run = ids.run_id();
        request.request_id = "first";
        run_ = request.run.value.to_string();
        pqxx::connection connection{database_.url()};
        pqxx::work tx{connection};
        durable::store::start(tx, std::span{&request, 1});
        tx.commit();
    }
    void execute(const std::string& sql) const { database_.execute(sql); }
    [[nodiscard]] const std::string& run() const { return run_; }
    [[nodiscard]] std::string value(const std::string& sql) const { return database_.value(sql); }
    [[nodiscard]] const test::Database& database() const { return database_; }

    /// Event 2, the code's first command; then nobody owns the run, which wakes at `wake_at`.
    void answer(const std::string& command, const std::string& wake_at) const {
        execute(fmt::format(
            "insert into engine.history (run_id, first_event, events, activation) values ('{}', 2, 1, "
            "convert_to('{{\"t\":1,\"b\":\"b\",\"c\":[{}]}}', 'UTF8'))",
            run_, command));
        execute(fmt::format("update engine.live_runs set activations = 2, next_event = 3, wake_at = {}",
                            wake_at));
    }
    /// What the run's start says besides.
    void add_to_start(const std::string& member) const {
        execute(
            fmt::format("update engine.history set activation = convert_to(replace(convert_from(activation, "
                        "'UTF8'), '\"k\":\"WorkflowStarted\",', '\"k\":\"WorkflowStarted\",{},'), 'UTF8') "
                        "where first_event = 1",
                        member));
    }
    void add_row(const std::string& attempt, const std::string& lost = "0") const {
        execute(fmt::format(
            "insert into engine.activities (run_id, activity, attempt, lost_attempts, scheduled_at, "
            "available_at, queue, type, tenant, task) values ('{}', 2, {}, {}, engine.now(), "
            "engine.now(), 'default', 'send', '', "
            "'{{\"k\":\"ActivityScheduled\",\"type\":\"send\",\"input\":1,"
            "\"options\":{{\"retry\":{{\"maximum_attempts\":3}}}}}}')",
            run_, attempt, lost));
    }
    [[nodiscard]] CheckLine look(const std::string& id) const {
        pqxx::connection connection{database_.url()};
        pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
        durable::store::CheckOptions options;
        options.only = {id};
        const auto lines = durable::store::run_checks(snapshot, durable::store::engine_checks(), options);
        REQUIRE(lines.size() == 1);
        CHECK(lines.front().examples.empty() == (lines.front().violated == 0));
        return lines.front();
    }
    [[nodiscard]] std::int64_t violations(const std::string& id) const { return look(id).violated; }

  private:
    test::Database database_;
    std::string run_;
};

/// A second run by the same start request, `later` after the first.
std::string same_request(const std::string& later) {
    return "insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, "
           "queue, "
           "request_id) select x.id, x.id, started_at + interval '" +
           later +
           "', name_space, workflow_id, type, tenant, queue, request_id from engine.runs, lateral (select "
           "(left(run_id::text, 24) || '0123456789ab')::uuid as id) x";
}

constexpr const char* a_timer = R"({"k":"TimerStarted","delay":1,"due":4000000000000000})";
constexpr const char* an_activity = R"({"k":"ActivityScheduled","type":"send","input":1})";
constexpr const char* when_due = "engine.moment(4000000000000000)";

}  // namespace

TEST_CASE("I-1: a start request that made two runs is found, unless it had been forgotten meanwhile") {
    const OpenRun one;
    CHECK(one.violations("I-1") == 0);
    SUBCASE("twice") {
        one.execute(same_request("1 minute"));
        CHECK(one.violations("I-1") == 1);
    }
    SUBCASE("a year later") {
        one.execute(same_request("365 days"));
        CHECK(one.violations("I-1") == 0);
    }
}

TEST_CASE("I-3: a run that nothing has caused is found") {
    const OpenRun one;
    CHECK(one.violations("I-3") == 0);
    CHECK(one.look("I-3").checked == 1);
    SUBCASE("of a chain, and after no run of it") {
        one.execute("update engine.runs set chain_id = gen_random_uuid()");
        CHECK(one.violations("I-3") == 1);
    }
    SUBCASE("a child that its parent has not ordered") {
        one.add_to_start(fmt::format(
            R"("parent":{{"run":"{0}","chain":"{0}","initiated":1,"workflow_id":"p"}})", one.run()));
        CHECK(one.violations("I-3") == 1);
    }
    SUBCASE("a child that its parent has ordered") {
        one.add_to_start(fmt::format(
            R"("parent":{{"run":"{0}","chain":"{0}","initiated":2,"workflow_id":"p"}})", one.run()));
        CHECK(one.violations("I-3") == 1);
        one.answer(
            fmt::format(R"({{"k":"ChildInitiated","type":"c","workflow_id":"c","run":"{}"}})", one.run()),
            "null");
        CHECK(one.violations("I-3") == 0);
    }
    SUBCASE("a child of a parent that is kept no longer") {
        one.add_to_start(R"("parent":{"run":"0199f0a4-0000-7000-8000-000000000001","chain":)"
                         R"("0199f0a4-0000-7000-8000-000000000001","initiated":2,"workflow_id":"p"})");
        CHECK(one.violations("I-3") == 0);
    }
    SUBCASE("the continuation of a run that did not go on") {
        one.add_to_start(fmt::format(R"("continued_from":"{}")", one.run()));
        one.execute(
            "insert into engine.closed_runs (run_id, closed_at, activations, events, status) "
            "select run_id, engine.now(), 1, 1, 'completed' from engine.runs");
        CHECK(one.violations("I-3") == 1);
    }
}

TEST_CASE("I-7: a right to change what is recorded is found, and no role of the daemons has it") {
    const OpenRun one;
    CHECK(one.violations("I-7") == 0);
    pqxx::connection application{one.database().url()};
    for (const char* role : {"callflex_app", "callflex_system"}) {
        CAPTURE(role);
        for (const char* change : {"update engine.history set events = 9",
                                   "update engine.audit set reason = ''", "delete from engine.audit"}) {
            CAPTURE(change);
            pqxx::work tx{application};
            tx.exec(fmt::format("set local role {}", role));
            CHECK_THROWS_AS(tx.exec(change), pqxx::insufficient_privilege);
        }
    }
    one.execute("grant update on engine.history to callflex_app");
    CHECK(one.violations("I-7") == 1);
}

TEST_CASE("I-10, I-13: an activity with two outcomes, or one that was never scheduled, is found") {
    const OpenRun one;
    const std::string outcome = R"({"k":"ActivityCompleted","scheduled":2,"result":1})";
    SUBCASE("one outcome") {
        one.answer(std::string{an_activity} + "," + outcome, "null");
        CHECK(one.violations("I-10") == 0);
        CHECK(one.violations("I-13") == 0);
        CHECK(one.look("I-13").checked == 1);
    }
    SUBCASE("two") {
        one.answer(std::string{an_activity} + "," + outcome + "," + outcome, "null");
        CHECK(one.violations("I-10") == 1);
    }
    SUBCASE("of what is a timer") {
        one.answer(std::string{a_timer} + "," + outcome, "null");
        CHECK(one.violations("I-13") == 1);
    }
}

TEST_CASE("I-14, I-15: a timer that fires before it is due, or twice, is found") {
    const OpenRun one;
    const std::string timer =
        R"({"k":"TimerStarted","delay":1,"due":1})";  // activations are of microsecond 1
    const std::string fired = R"({"k":"TimerFired","started":2})";
    SUBCASE("when it is due") {
        one.answer(timer + "," + fired, "null");
        CHECK(one.violations("I-14") == 0);
        CHECK(one.violations("I-15") == 0);
        CHECK(one.look("I-14").checked == 1);
    }
    SUBCASE("too early") {
        one.answer(std::string{a_timer} + "," + fired, "null");
        CHECK(one.violations("I-14") == 1);
    }
    SUBCASE("twice") {
        one.answer(timer + "," + fired + "," + fired, "null");
        CHECK(one.violations("I-15") == 1);
    }
    SUBCASE("after it was canceled") {
        one.answer(timer + R"(,{"k":"TimerCanceled","started":2},)" + fired, "null");
        CHECK(one.violations("I-15") == 1);
    }
}

TEST_CASE("I-40: an index that is invalid is found") {
    const OpenRun one;
    CHECK(one.violations("I-40") == 0);
    one.execute(
        "update pg_index set indisvalid = false where indexrelid = 'engine.audit_of_target'::regclass");
    CHECK(one.violations("I-40") == 1);
}

TEST_CASE("I-11: more attempts than the policy allows are found, unless an operator has begun anew") {
    const OpenRun one;
    SUBCASE("a row within its policy") {
        one.add_row("3", "10");
        CHECK(one.violations("I-11") == 0);
        CHECK(one.look("I-11").checked == 1);
    }
    SUBCASE("a row beyond it") {
        one.add_row("4");
        CHECK(one.violations("I-11") == 1);
        one.execute(
            fmt::format("insert into engine.audit (at, identity, verb, target) values (engine.now(), 'pat', "
                        "'activity update-options', '{}/2')",
                        one.run()));
        CHECK(one.violations("I-11") == 0);
    }
    SUBCASE("a row that was lost too often") {
        one.add_row("1", "11");
        CHECK(one.violations("I-11") == 1);
    }
    SUBCASE("an outcome after too many") {
        const std::string scheduled =
            R"({"k":"ActivityScheduled","type":"s","input":1,"options":{"retry":{"maximum_attempts":2}}})";
        one.answer(scheduled + R"(,{"k":"ActivityCompleted","scheduled":2,"result":1,"attempts":2})", "null");
        CHECK(one.violations("I-11") == 0);
        one.execute(
            "update engine.history set activation = convert_to(replace(convert_from(activation, 'UTF8'), "
            "'\"attempts\":2', '\"attempts\":3'), 'UTF8')");
        CHECK(one.violations("I-11") == 1);
    }
}

TEST_CASE("I-16: a timer that wakes nobody is found, whether the run sleeps too long or for ever") {
    const OpenRun one;
    CHECK(one.violations("I-16") == 0);
    const auto wakes = [&](const std::string& when) {
        one.execute("update engine.live_runs set wake_at = " + when);
    };
    SUBCASE("a pending timer") {
        one.answer(a_timer, when_due);
        CHECK(one.violations("I-16") == 0);
        CHECK(one.look("I-16").checked == 1);
        wakes("null");
        CHECK(one.violations("I-16") == 1);
        wakes(std::string{when_due} + " + interval '1 second'");
        CHECK(one.violations("I-16") == 1);
        wakes(std::string{when_due} + " - interval '1 second'");  // something else wakes it first
        CHECK(one.violations("I-16") == 0);
    }
    SUBCASE("a timer that was canceled") {
        one.answer(std::string{a_timer} + R"(,{"k":"TimerCanceled","started":2})", "null");
        CHECK(one.violations("I-16") == 0);
    }
    SUBCASE("a worker has the run: it knows its timers") {
        one.answer(a_timer, "null");
        one.execute("update engine.live_runs set owner = 1");
        CHECK(one.violations("I-16") == 0);
    }
    SUBCASE("the run's deadline") {
        one.add_to_start(R"("run_deadline":4000000000000000)");
        one.answer(an_activity, "null");
        CHECK(one.violations("I-16") == 1);
        wakes(when_due);
        CHECK(one.violations("I-16") == 0);
    }
}

TEST_CASE("I-35: what belongs to another tenant than its run is found") {
    const OpenRun one;
    CHECK(one.violations("I-35") == 0);
    one.execute("update engine.live_runs set tenant = 'somebody else'");
    CHECK(one.violations("I-35") == 1);
}

TEST_CASE("I-41: a pause, a reset and a fork that nobody is on record for are found") {
    const OpenRun one;
    CHECK(one.violations("I-41") == 0);
    const auto record = [&](const std::string& verb, const std::string& target, const std::string& details) {
        one.execute(fmt::format(
            "insert into engine.audit (at, identity, verb, target, details) values (engine.now(), "
            "'pat', '{}', '{}', '{}')",
            verb, target, details));
    };
    SUBCASE("a paused run") {
        one.execute(
            "insert into engine.paused (run_id, since, identity, reason) "
            "select run_id, engine.now(), 'pat', '' from engine.runs");
        CHECK(one.violations("I-41") == 1);
        record("workflow pause", one.run(), "{}");
        CHECK(one.violations("I-41") == 0);
    }
    SUBCASE("a paused queue") {
        one.execute(
            "insert into engine.queues (queue, paused_at, paused_by) values ('mail', engine.now(), 'pat')");
        CHECK(one.violations("I-41") == 1);
        record("queue pause", "mail", "{}");
        CHECK(one.violations("I-41") == 0);
    }
    SUBCASE("a reset") {
        one.execute("update engine.runs set base_run = run_id, forked_after = 1");
        CHECK(one.violations("I-41") == 1);
        record("workflow fork", "checked", fmt::format(R"({{"run":"{}"}})", one.run()));
        CHECK(one.violations("I-41") == 1);
        record("workflow reset", "checked", fmt::format(R"({{"run":"{}"}})", one.run()));
        CHECK(one.violations("I-41") == 0);
    }
}

TEST_CASE("I-68: an activity that nobody will run is found") {
    const OpenRun one;
    one.answer(an_activity, "null");
    CHECK(one.violations("I-68") == 1);
    SUBCASE("it has a row") {
        one.add_row("1");
        CHECK(one.violations("I-68") == 0);
        CHECK(one.look("I-68").checked == 1);
    }
    SUBCASE("its answer waits") {
        one.execute("update engine.live_runs set inbox_tail = 1");
        CHECK(one.violations("I-68") == 0);
    }
    SUBCASE("a worker has the run") {
        one.execute("update engine.live_runs set owner = 1");
        CHECK(one.violations("I-68") == 0);
    }
    SUBCASE("the next owner will make a row of it") {
        one.execute("update engine.live_runs set adopt = true, wake_at = engine.now()");
        CHECK(one.violations("I-68") == 0);
    }
}

TEST_CASE(
    "one invariant at a time, in the order of the numbers; one that takes too long leaves the others alone") {
    const test::Database database;
    const auto known = durable::store::known_checks(durable::store::engine_checks());
    CHECK(std::ranges::is_sorted(known, {},
                                 [](const CheckLine& line) { return std::stoi(line.id.substr(2)); }));
    CHECK(std::ranges::adjacent_find(known, {}, &CheckLine::id) == known.end());

    pqxx::connection connection{database.url()};
    std::vector<std::string> begun;
    durable::store::CheckOptions options;
    options.time_limit = std::chrono::seconds{1};
    options.progress = [&](const CheckLine& next) { begun.push_back(next.id); };
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
    const auto lines = durable::store::run_checks(
        snapshot,
        {"-- I-903: It is there.\nselect 3 as checked, 0 as violated, null as examples",
         "-- I-901: It never ends.\nselect count(*) as checked, 0 as violated, null as examples "
         "from generate_series(1, 1000000000000)",
         "-- I-902: It is left alone.\nselect 1 as checked, 0 as violated, null as examples from "
         "pg_sleep(0)"},
        options);
    REQUIRE(lines.size() == 3);
    CHECK(begun == std::vector<std::string>{"I-901", "I-902", "I-903"});
    CHECK(lines[0].problem == "took longer than 1 s, or was canceled");
    CHECK(lines[1].problem == "");
    CHECK(lines[2].checked == 3);
}

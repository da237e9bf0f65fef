// The verbs as SQL functions: the same policies and results as those of C++, by one table of cases; and from
// psql, in transactions that are not ours.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <thread>

#include "engine/search/fields.hpp"
#include "engine/store/schedule_store.hpp"
#include "engine/store/search.hpp"
#include "tests/store/sql_fixture.hpp"

namespace test {
namespace {

using namespace std::chrono_literals;

std::string name_of(StartResult::Outcome outcome) {
    static constexpr std::array<const char*, 4> names{"started", "existing", "already_open",
                                                      "already_closed"};
    return names.at(static_cast<std::size_t>(outcome));
}
std::string name_of(SendResult result) {
    static constexpr std::array<const char*, 4> names{"delivered", "duplicate", "not_found", "closed"};
    return names.at(static_cast<std::size_t>(result));
}

struct StartCase {
    std::string before;  ///< "", "open", "completed", "failed": what had the workflow id
    std::string conflict = "fail";
    std::string reuse = "allow";
    std::string expected;
};

TEST_CASE_FIXTURE(SqlFixture, "a start by SQL has the outcome of the same start by C++") {
    const std::vector<StartCase> cases{
        {"", "fail", "allow", "started"},
        {"", "use_existing", "reject", "started"},
        {"open", "fail", "allow", "already_open"},
        {"open", "use_existing", "allow", "existing"},
        {"open", "use_existing", "reject", "existing"},
        {"", "terminate_existing", "allow", "started"},
        {"open", "terminate_existing", "reject", "started"},
        {"completed", "terminate_existing", "reject", "already_closed"},
        {"completed", "fail", "allow", "started"},
        {"completed", "fail", "allow_if_not_completed", "already_closed"},
        {"completed", "use_existing", "reject", "already_closed"},
        {"failed", "fail", "allow_if_not_completed", "started"},
        {"failed", "fail", "reject", "already_closed"},
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const StartCase& one = cases[i];
        CAPTURE(i);
        const std::string by_cpp = fmt::format("cpp-{}", i);
        const std::string by_sql = fmt::format("sql-{}", i);
        if (!one.before.empty()) had(by_cpp, one.before);
        if (!one.before.empty()) had(by_sql, one.before);
        StartRequest wanted = request(by_cpp);
        wanted.conflict = one.conflict == "fail"           ? ConflictPolicy::fail
                          : one.conflict == "use_existing" ? ConflictPolicy::use_existing
                                                           : ConflictPolicy::terminate_existing;
        wanted.reuse = one.reuse == "allow"    ? ReusePolicy::allow
                       : one.reuse == "reject" ? ReusePolicy::reject
                                               : ReusePolicy::allow_if_not_completed;
        const StartResult result = start(wanted);
        CHECK(name_of(result.outcome) == one.expected);
        const std::string by_sql_said = sql(fmt::format(
            "select outcome || ' ' || run_id from engine.start_workflow('tenant-1', 'test_workflow', "
            "'{}', conflict => '{}', reuse => '{}')",
            by_sql, one.conflict, one.reuse));
        CHECK(by_sql_said == one.expected + " " + holder(by_sql));
        CHECK(row(by_cpp, "engine.live_runs",
                  "owner, epoch, activations, next_event, inbox_tail, queue, tenant, priority") ==
              row(by_sql, "engine.live_runs",
                  "owner, epoch, activations, next_event, inbox_tail, queue, tenant, priority"));
        for (const std::string& id : {by_cpp, by_sql}) end_if_open(id);
    }
    check_invariants();
}

TEST_CASE_FIXTURE(
    SqlFixture,
    "a run started by SQL has the rows of one started by C++, input, deadline and attributes included") {
    StartRequest wanted = request("cpp");
    wanted.input = Payload{R"({"n":1,"text":"it's"})"};
    wanted.queue = "special";
    wanted.run_timeout = 90min;
    wanted.start_delay = 10min;
    wanted.request_id = "r-1";
    wanted.share = {.priority = 2, .fairness_key = "imports", .weight = 0.5};
    wanted.limit = RunLimit{"account-7", 3};
    wanted.execution_timeout = 5h;
    wanted.retry = RetryPolicy{.initial_interval = 2s,
                               .backoff_coefficient = 3,
                               .maximum_interval = 1min,
                               .maximum_attempts = 4,
                               .non_retryable_types = {"Refused"}};
    constexpr SearchKey<std::int64_t> amount{"Amount"};
    constexpr SearchKey<std::string> organization{"OrganizationId"};
    constexpr SearchKey<std::vector<std::string>> tags{"Tags"};
    wanted.attributes = {amount(12), organization("org-7"), tags({"a", "b"})};
    start(wanted);
    CHECK(sql("select outcome from engine.start_workflow('tenant-1', 'test_workflow', 'sql', '{\"n\": 1, "
              "\"text\": "
              "\"it''s\"}', queue => 'special', run_timeout => '90 minutes', start_delay => '10 minutes', "
              "request_id => 'r-1', priority => 2, attributes => '{\"OrganizationId\": \"org-7\", "
              "\"Amount\": 12, "
              "\"Tags\": [\"a\", \"b\"]}', execution_timeout => '5 hours', retry_attempts => 4, "
              "retry_interval => '2 seconds', retry_backoff => 3, retry_max_interval => '1 minute', "
              "retry_not_for => '{Refused}', fairness_key => 'imports', weight => 0.5, limit_key => "
              "'account-7', "
              "limit_runs => 3)") == "started");
    const auto begun = [&](const std::string& id) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const RunId run = resolve(tx, {"default", std::nullopt, WorkflowId{id}}).value();
        const auto rows = load_history(tx, run);
        auto activation = history::decode_activation(rows.front().first_event, rows.front().bytes);
        auto started = std::get<history::WorkflowStarted>(activation.arrived.front());
        REQUIRE(started.run_deadline);
        CHECK(*started.run_deadline == activation.time + 100min);
        CHECK(activation.build.empty());
        REQUIRE(started.execution_deadline);
        CHECK(*started.execution_deadline == activation.time + 5h + 10min);
        started.run_deadline.reset();
        started.execution_deadline.reset();
        started.workflow_id.clear();
        std::erase(started.input.json, ' ');
        return std::pair{started, attributes_of(tx, run)};
    };
    CHECK(begun("cpp") == begun("sql"));
    const std::string columns =
        "priority, fairness_key, fairness_weight, queue, tenant, wake_at > engine.now() + interval '9 "
        "minutes' as delayed";
    CHECK(row("cpp", "engine.live_runs", columns) == row("sql", "engine.live_runs", columns));
    const std::string facts =
        "type, tenant, queue, name_space, request_id, parent_run, chain_id = run_id as first";
    CHECK(row("cpp", "engine.runs", facts) == row("sql", "engine.runs", facts));
    CHECK(row("sql", "engine.runs", "substr(run_id::text, 15, 1) as version").find("7") != std::string::npos);
    check_invariants();
}

TEST_CASE_FIXTURE(SqlFixture, "a run that is replaced by SQL ends as one that is replaced by C++") {
    const auto replaced = [&](const std::string& name,
                              const std::function<void(const std::string&)>& replace) {
        ClaimedRun parent = adult(name);
        const ClaimedRun child = child_of(parent, name + "-child");
        replace(name + "-child");
        deliver_all();
        const auto told = inbox(parent);
        REQUIRE(told.size() == 2);  // its start, and its end
        auto failed = std::get<history::ChildFailed>(told.back());
        CHECK(failed.run == child.chain);
        REQUIRE(failed.failure.cause);
        CHECK(failed.failure.cause->message == "replaced by run " + holder(name + "-child"));
        Failure without_id = *failed.failure.cause;
        without_id.message.clear();
        failed.failure.cause = std::make_shared<const Failure>(without_id);
        failed.run = {};
        const auto kept = database.value(fmt::format(
            "select c.status || ' ' || c.events || ' ' || c.activations || ' ' || (select count(*) from "
            "engine.children where child_chain = c.run_id) from engine.closed_runs c where run_id = '{}'",
            child.run.value.to_string()));
        end_if_open(name + "-child");  // nothing that the next one could claim instead of its child
        return std::pair{history::encode_event(failed), kept};
    };
    const auto by_cpp = replaced("cpp", [&](const std::string& id) {
        StartRequest wanted = request(id);
        wanted.conflict = ConflictPolicy::terminate_existing;
        CHECK(start(wanted).outcome == StartResult::Outcome::started);
    });
    const auto by_sql = replaced("sql", [&](const std::string& id) {
        CHECK(sql(fmt::format("select outcome from engine.start_workflow('tenant-1', 'test_workflow', '{}', "
                              "conflict => 'terminate_existing')",
                              id)) == "started");
    });
    CHECK(by_cpp.first == by_sql.first);
    CHECK(by_cpp.second == "terminated 2 2 0");
    CHECK(by_sql.second == by_cpp.second);
    check_invariants();
}

TEST_CASE_FIXTURE(SqlFixture, "nobody replaces another tenant's run") {
    const RunId run = had("a", "open");
    CHECK(sql("select outcome || ' ' || run_id from engine.start_workflow('tenant-2', 'test_workflow', 'a', "
              "conflict => 'terminate_existing')") == "already_open " + run.value.to_string());
    CHECK(sql("select engine.workflow_status('tenant-1', 'a')") == "running");
}

TEST_CASE_FIXTURE(SqlFixture,
                  "a request id gives the first run again, also after its workflow id has gone to another") {
    const std::string call =
        "select outcome || ' ' || run_id from engine.start_workflow('t', 'test_workflow', 'a', request_id => "
        "'r-1')";
    const std::string first = sql(call);
    CHECK(first.starts_with("started "));
    CHECK(sql(call) == "existing " + first.substr(8));
    commit(close_of(claim_one()));
    CHECK(sql(call) == "existing " + first.substr(8));
    CHECK(sql("select outcome from engine.start_workflow('t', 'test_workflow', 'a', request_id => 'r-2')") ==
          "started");
    CHECK(sql(call) == "existing " + first.substr(8));
    StartRequest same = request("a");
    same.request_id = "r-1";
    CHECK(start(same).run.value.to_string() == first.substr(8));
}

TEST_CASE_FIXTURE(SqlFixture,
                  "a message by SQL has the result, and leaves the rows, of the same message by C++") {
    had("closed", "completed");
    had("open-cpp", "open");
    had("open-sql", "open");
    const auto by_cpp = [&](const std::string& id, const std::string& request_id) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const auto result =
            store::send(tx, {"default", std::nullopt, WorkflowId{id}},
                        history::SignalReceived{"pay", Payload{R"({"n":1})"}, request_id}, request_id)
                .result;
        tx.commit();
        return name_of(result);
    };
    const auto by_sql = [&](const std::string& id, const std::string& request_id) {
        return sql(fmt::format("select engine.signal_workflow('tenant-1', '{}', 'pay', '{{\"n\": 1}}', '{}')",
                               id, request_id));
    };
    for (const std::string request_id : {"", "r-1", "r-1", "r-2", ""}) {
        CHECK(by_cpp("open-cpp", request_id) == by_sql("open-sql", request_id));
    }
    CHECK(by_cpp("closed", "") == "closed");
    CHECK(by_sql("closed", "") == "closed");
    CHECK(by_cpp("nobody", "") == "not_found");
    CHECK(by_sql("nobody", "") == "not_found");
    for (int time = 0; time < 3; ++time) {  // all of them say yes, one of them is a message
        CHECK(sql("select engine.cancel_workflow('tenant-1', 'open-sql', 'no more', 'ann')") == "delivered");
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        CHECK(store::send(tx, {"default", std::nullopt, WorkflowId{"open-cpp"}},
                          history::CancelRequested{"no more", "ann"}, "")
                  .result == SendResult::delivered);
        tx.commit();
    }

    const std::string columns = "inbox_head, inbox_tail, cancel_requested, wake_at <= engine.now() as due";
    CHECK(row("open-cpp", "engine.live_runs", columns) == row("open-sql", "engine.live_runs", columns));
    const auto messages = [&](const std::string& id) {
        return database.value(
            fmt::format("select jsonb_agg(jsonb_build_array(i.sequence, i.tenant, convert_from(i.event, "
                        "'UTF8')::jsonb) order by "
                        "i.sequence) from engine.inbox i join engine.workflow_ids w using (run_id) where "
                        "w.workflow_id = '{}'",
                        id));
    };
    CHECK(messages("open-cpp") == messages("open-sql"));
    CHECK(number("select count(*) from engine.inbox") == 10);
    check_invariants();
}

TEST_CASE_FIXTURE(SqlFixture,
                  "tenants do not reach each other's workflows, and nobody can leave his tenant out") {
    had("a", "open");
    CHECK(sql("select engine.signal_workflow('tenant-2', 'a', 'pay')") == "not_found");
    CHECK(sql("select engine.cancel_workflow('tenant-2', 'a')") == "not_found");
    CHECK(sql("select engine.workflow_status('tenant-2', 'a')").empty());
    CHECK(sql("select engine.workflow_status('tenant-1', 'a')") == "running");
    CHECK_THROWS_WITH(sql("select engine.start_workflow('', 'test_workflow', 'b')"),
                      doctest::Contains("the tenant is empty"));
    CHECK_THROWS_WITH(sql("select engine.signal_workflow(null, 'a', 'pay')"),
                      doctest::Contains("the tenant is empty"));
}

TEST_CASE_FIXTURE(SqlFixture, "wrong arguments are refused with a sentence, and nothing is written") {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"'t', 'x', ''", "the workflow id is empty"},
        {"'t', '', 'a'", "the workflow type is empty"},
        {"'t', 'x', e'a\\nb'", "the workflow id has a control character"},
        {"'t', 'x', repeat('x', 1001)", "the workflow id has 1001 bytes, at most 1000 are allowed"},
        {"'t', 'x', 'a', conflict => 'shout'", "conflict is fail, use_existing or terminate_existing"},
        {"'t', 'x', 'a', reuse => 'often'", "reuse is allow, allow_if_not_completed or reject"},
        {"'t', 'x', 'a', start_delay => '-1 second'", "the start delay is negative"},
        {"'t', 'x', 'a', run_timeout => '0'", "the run time-out is not positive"},
        {"'t', 'x', 'a', priority => 9", "the priority is between 1 and 5"},
        {"'t', 'x', 'a', weight => 0", "the weight is between 0.001 and 1000"},
        {"'t', 'x', 'a', fairness_key => repeat('x', 201)", "the fairness key has 201 bytes"},
        {"'t', 'x', 'a', limit_key => ''", "the run limit's key is empty"},
        {"'t', 'x', 'a', limit_key => 'a', limit_runs => 0", "lets at least one run through"},
        {"'t', 'x', 'a', execution_timeout => '0'", "the execution time-out is not positive"},
        {"'t', 'x', 'a', run_timeout => '1 month'", "the run time-out has months"},
        {"'t', 'x', 'a', retry_attempts => -1", "the number of attempts is negative"},
        {"'t', 'x', 'a', retry_attempts => 2, retry_interval => '0'", "the retry interval is not positive"},
        {"'t', 'x', 'a', retry_attempts => 2, retry_backoff => 0", "the back-off is between 1 and 1000"},
        {"'t', 'x', 'a', attributes => '{\"1x\": 1}'", "the search key 1x is not a letter"},
        {"'t', 'x', 'a', attributes => '{\"Deep\": {}}'", "is of type text, and was given object"},
    };
    for (const auto& [arguments, sentence] : wrong) {
        CAPTURE(arguments);
        CHECK_THROWS_WITH(sql("select engine.start_workflow(" + arguments + ")"),
                          doctest::Contains(sentence.c_str()));
    }
    CHECK(number("select count(*) from engine.workflow_ids") == 0);
}

TEST_CASE_FIXTURE(SqlFixture, "no field of the filter language can be a search attribute by SQL either") {
    for (const auto& field : search::system_fields()) {
        CAPTURE(field.name);
        CHECK_THROWS_WITH(sql(fmt::format("select engine.start_workflow('t', 'x', 'a', attributes => "
                                          "jsonb_build_object('{}', 'x'))",
                                          field.name)),
                          doctest::Contains("a_search_key_is_no_word_of_the_language"));
    }
}

TEST_CASE_FIXTURE(
    SqlFixture, "from psql: what a transaction does is done when it commits, and vanishes when it does not") {
    CHECK(
        in_psql(
            "begin; select outcome from engine.start_workflow('acme', 'test_workflow', 'lost'); rollback") ==
        "started");
    CHECK(in_psql("select engine.workflow_status('acme', 'lost')").empty());
    CHECK(
        in_psql(
            "begin; select outcome from engine.start_workflow('acme', 'test_workflow', 'kept', '{\"n\": 1}', "
            "attributes => '{\"OrganizationId\": \"org-7\"}'); "
            "select engine.signal_workflow('acme', 'kept', 'pay', '7'); commit; "
            "select engine.workflow_status('acme', 'kept')") == "started\ndelivered\nrunning");
    const ClaimedRun claimed = claim_one();
    CHECK(claimed.inbox_tail == 1);
    RunCommit publishing =
        commit_of(claimed, {history::StatePublished{"stage", Payload{R"({"done":2})"}, ""}});
    publishing.published = {{"stage", R"({"done":2})"}};
    publishing.tenant = claimed.tenant;
    commit(publishing);
    CHECK(in_psql("select engine.published_state('acme', 'kept', 'stage') ->> 'done'") == "2");
    CHECK(in_psql("select engine.published_state('other', 'kept', 'stage')").empty());
    CHECK(in_psql("select engine.start_workflow('', 'x', 'y')").starts_with("ERROR:  the tenant is empty"));
}

TEST_CASE_FIXTURE(SqlFixture,
                  "a schedule is triggered by SQL: a worker's next turn starts the run, paused or not") {
    ScheduleSpec spec;
    spec.id = "nightly";
    spec.cron = "0 2 * * *";
    spec.workflow.type = "test_workflow";
    spec.workflow.tenant = Tenant{"tenant-1"};
    pqxx::connection connection{database.url()};
    {
        pqxx::work tx{connection};
        PayloadGate gate{database.url(), {}};
        apply_schedules(tx, gate, std::array{spec});
        pause_schedule(tx, spec.id, "maintenance");
        tx.commit();
    }
    ScheduleStore schedules{database.url()};
    while (!schedules.due().ids.empty()) schedules.take_turn(spec.id);
    CHECK(sql("select engine.trigger_schedule('tenant-2', 'nightly')").empty());
    CHECK(sql("select engine.trigger_schedule('tenant-1', 'weekly')").empty());
    CHECK_THROWS_WITH(sql("select engine.trigger_schedule('tenant-1', 'nightly', 'often')"),
                      doctest::Contains("overlap is skip"));
    CHECK(schedules.due().ids.empty());
    CHECK_FALSE(sql("select engine.trigger_schedule('tenant-1', 'nightly', 'allow_all')").empty());
    REQUIRE(schedules.due().ids == std::vector{spec.id});
    const auto turn = schedules.take_turn(spec.id);
    REQUIRE(turn);
    REQUIRE(turn->decided.size() == 1);
    CHECK(turn->decided.front().fate == ScheduleFate::started);
    CHECK(number("select count(*) from engine.live_runs where tenant = 'tenant-1'") == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(
    SqlFixture, "where payloads are encrypted SQL stores none, unless the caller says that it may be read") {
    const auto start_with = [&](const std::string& id, const std::string& more) {
        return fmt::format("select outcome from engine.start_workflow('t', 'test_workflow', '{}'{})", id,
                           more);
    };
    CHECK(sql(start_with("before", ", '{\"n\": 1}'")) == "started");
    const ControlConnection worker{database.url(), {.name = "w", .build = "b", .encrypts = true}};
    CHECK_THROWS_WITH(sql(start_with("plain", ", '{\"secret\": 1}'")),
                      doctest::Contains("the input would be stored unencrypted"));
    CHECK(in_psql(start_with("plain", ", '1'")).find("HINT:  send it from a program") != std::string::npos);
    CHECK_THROWS_WITH(sql("select engine.signal_workflow('t', 'before', 'pay', '7')"),
                      doctest::Contains("the message would be stored unencrypted"));
    CHECK(sql("select count(*) from engine.workflow_ids where workflow_id = 'plain'") == "0");
    CHECK(sql("select count(*) from engine.inbox") == "0");

    CHECK(sql(start_with("nothing", "")) == "started");
    CHECK(sql("select engine.signal_workflow('t', 'before', 'go')") == "delivered");
    CHECK(sql("select engine.cancel_workflow('t', 'before', 'no more')") == "delivered");
    CHECK(sql(start_with("reference", ", '{\"order\": 7}', unencrypted => true")) == "started");
    CHECK(sql("select engine.signal_workflow('t', 'before', 'pay', '7', unencrypted => true)") ==
          "delivered");
    check_invariants();
}

TEST_CASE_FIXTURE(
    SqlFixture,
    "a data key is enough for SQL to know that payloads are encrypted, whatever has become of it") {
    database.execute(
        "insert into engine.payload_keys (key_id, tenant, master, created_at, retired_at, erased_at) values "
        "(gen_random_uuid(), 'somebody', 'm1', now(), now(), now())");
    CHECK_THROWS_WITH(sql("select engine.start_workflow('t', 'test_workflow', 'a', '1')"),
                      doctest::Contains("payloads are encrypted here"));
}

TEST_CASE_FIXTURE(SqlFixture, "a value by SQL that looks as if it were sealed is refused") {
    CHECK_THROWS_WITH(sql("select engine.start_workflow('t', 'test_workflow', 'a', '{\"$durable\": 1}')"),
                      doctest::Contains("begins with the member $durable"));
    CHECK_THROWS_WITH(
        sql("select engine.signal_workflow('t', 'a', 'pay', '{\"$durable\": 1}', unencrypted => true)"),
        doctest::Contains("begins with the member $durable"));
}

TEST_CASE_FIXTURE(SqlFixture, "of many that start the same workflow at once by SQL, one has started it") {
    std::vector<std::thread> threads;
    std::array<std::string, 6> outcomes;
    for (std::string& outcome : outcomes) {
        threads.emplace_back([this, &outcome] {
            outcome =
                sql("select outcome from engine.start_workflow('t', 'test_workflow', 'a', conflict => "
                    "'use_existing')");
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(std::count(outcomes.begin(), outcomes.end(), "started") == 1);
    CHECK(std::count(outcomes.begin(), outcomes.end(), "existing") == 5);
    check_invariants();
}

TEST_CASE_FIXTURE(SqlFixture, "a role without the application's rights may not") {
    database.execute(
        "do $$ begin create role test_stranger login; exception when duplicate_object then null; end $$");
    const std::string url = database.url();
    const auto user = url.rfind("user=test_app");
    REQUIRE(user != std::string::npos);
    const std::string stranger = url.substr(0, user) + "user=test_stranger" + url.substr(user + 13);
    CHECK(psql(stranger, "select engine.start_workflow('t', 'x', 'y')").find("permission denied") !=
          std::string::npos);
}

}  // namespace
}  // namespace test

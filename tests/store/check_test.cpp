// The checker is the oracle of every other test: it must be quiet on a healthy database and must see planted
// damage.

#include <doctest/doctest.h>

#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "tests/support/database.hpp"

namespace {

using durable::store::CheckLine;

std::vector<CheckLine> check(const test::Database& database) {
    pqxx::connection connection{database.url()};
    return durable::store::check(connection);
}

const CheckLine& line(const std::vector<CheckLine>& lines, const std::string& id) {
    for (const auto& candidate : lines) {
        if (candidate.id == id) return candidate;
    }
    FAIL("no invariant " << id);
    return lines.front();
}

/// A database with one open run.
void start_one(const test::Database& database) {
    durable::store::IdSource ids;
    durable::store::StartRequest request;
    request.workflow = durable::WorkflowId{"checked"};
    request.type = "checked";
    request.run = ids.run_id();
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    durable::store::start(tx, std::span{&request, 1});
    tx.commit();
}

}  // namespace

TEST_CASE("a healthy database has no violation, and every invariant has a sentence") {
    test::Database database;
    start_one(database);
    const auto lines = check(database);
    CHECK(lines.size() >= 15);
    for (const auto& each : lines) {
        INFO(each.id << " " << each.sentence);
        CHECK(each.violated == 0);
        CHECK(each.examples.empty());
        CHECK(each.sentence.ends_with("."));
    }
    CHECK(line(lines, "I-1").checked == 1);
    CHECK(line(lines, "I-4").checked == 1);
}

TEST_CASE("planted damage is found and named") {
    test::Database database;
    start_one(database);
    const auto found = [&](const std::string& damage, const std::string& id) {
        INFO(id << " after: " << damage);
        database.execute(damage);
        const auto lines = check(database);
        CHECK(line(lines, id).violated > 0);
        CHECK_FALSE(line(lines, id).examples.empty());
    };
    SUBCASE("a name that points elsewhere") {
        found("update engine.workflow_ids set run_id = gen_random_uuid()", "I-1");
    }
    SUBCASE("a gap in a history") {
        found("update engine.live_runs set next_event = 5", "I-4");
    }
    SUBCASE("a first event that is not the start") {
        found(
            "update engine.history set activation = convert_to(replace(convert_from(activation, 'UTF8'), "
            "'WorkflowStarted', 'TimerFired'), 'UTF8')",
            "I-5");
    }
    SUBCASE("a run without a history") {
        found("delete from engine.history", "I-5");
    }
    SUBCASE("a run that is neither open nor closed") {
        found("delete from engine.live_runs", "I-6");
    }
    SUBCASE("a message without a wake-up") {
        found("update engine.live_runs set inbox_tail = 1, wake_at = null", "I-20");
        CHECK(line(check(database), "I-18").violated > 0);
    }
    SUBCASE("a message of no run") {
        found(
            "insert into engine.inbox (chain_id, sequence, run_id, tenant, event) "
            "values (gen_random_uuid(), 1, gen_random_uuid(), '', '{}')",
            "I-21");
    }
    SUBCASE("an owner nobody knows") {
        found("update engine.live_runs set owner = 77, wake_at = null", "I-22");
    }
    SUBCASE("a block mark that is missing") {
        found("update engine.live_runs set failures = 2", "I-24");
    }
    SUBCASE("a tie to a child that is not open") {
        found(
            "insert into engine.children (child_chain, parent_chain, parent_run, initiated, name_space, "
            "workflow_id, "
            "parent_close) select gen_random_uuid(), chain_id, run_id, 2, 'default', 'x', 'abandon' "
            "from engine.live_runs",
            "I-21");
    }
    SUBCASE("a tie to a parent that is gone, with nobody told") {
        found(
            "insert into engine.children (child_chain, parent_chain, parent_run, initiated, name_space, "
            "workflow_id, "
            "parent_close) select chain_id, gen_random_uuid(), gen_random_uuid(), 2, 'default', 'x', "
            "'abandon' "
            "from engine.live_runs",
            "I-21");
    }
    SUBCASE("an errand that nobody carries out") {
        found(
            "insert into engine.errands (kind, target, tenant, since) values ('closed', gen_random_uuid(), "
            "'', "
            "engine.now() - interval '2 minutes')",
            "I-23");
    }
    SUBCASE("a child that is no run") {
        found(
            "update engine.history set events = 2, activation = convert_to(replace(convert_from(activation, "
            "'UTF8'), "
            "'\"a\":[', '\"a\":[{\"k\":\"ChildStarted\",\"initiated\":2,\"run\":\"' || run_id || '\"},'), "
            "'UTF8')",
            "I-19");
    }
    SUBCASE("a child whose end was told twice") {
        found(
            "update engine.runs set parent_run = run_id; update engine.history set events = 4, activation = "
            "convert_to(replace(convert_from(activation, 'UTF8'), '\"a\":[', '\"a\":[{\"k\":\"ChildStarted\","
            "\"initiated\":2,\"run\":\"' || run_id || '\"},' || "
            "repeat('{\"k\":\"ChildFailed\",\"initiated\":2,"
            "\"run\":\"' || run_id || '\"},', 2)), 'UTF8')",
            "I-19");
    }
    SUBCASE("a month without partitions") {
        found("drop table engine.history_" +
                  database.value("select to_char(engine.now() + interval '2 months', 'YYYY_MM')"),
              "I-39");
    }
}

// Promises of schema app that no single statement shows.

#include <doctest/doctest.h>

#include "tests/workflows/product_database.hpp"

using test::ended_call;
using test::ProductDatabase;

TEST_CASE("fifteen months of calls exist: two back, this one, twelve ahead; making them again makes none") {
    const test::Database database{test::Content::all_months};
    CHECK(database.value("select count(*) from pg_inherits where inhparent = 'app.calls'::regclass") == "15");
    CHECK(database.value("select app.create_partitions()") == "0");
    CHECK(database.value("select app.create_partitions(2, 13)") == "1");
    CHECK(database.value(
              "select to_regclass('app.calls_' || to_char(now() at time zone 'UTC' + interval '12 months', "
              "'YYYY_MM')) is not null") == "t");
}

TEST_CASE(
    "the application's role makes partitions but can neither change tables nor prices nor read the owner's") {
    ProductDatabase db;
    const auto refused = [&](const std::string& sql) {
        pqxx::work tx{db.application};
        CHECK_THROWS_AS(tx.exec(sql), pqxx::insufficient_privilege);
    };
    refused("alter table app.calls add column x int");
    refused("update app.plans set monthly_price_cents = 0");
    refused("drop table app.live_events");
    refused("truncate app.calls");
}

TEST_CASE("a call's key finds it in one partition") {
    ProductDatabase db;
    db.add_call(ended_call());
    const std::string plan =
        db.value("explain (format json) select * from app.calls where organization_id = '" +
                 std::string{test::organization_id} + "' and started_at = '2026-11-21T10:15:02Z' and id = '" +
                 ended_call().call_id + "'");
    CHECK(plan.find("calls_2026_11") != std::string::npos);
    CHECK(plan.find("calls_2026_12") == std::string::npos);
}

TEST_CASE("a finished call is never reopened by greatest()") {
    test::Database database;
    CHECK(database.value("select greatest('ended'::app.call_status, 'ringing')") == "ended");
    CHECK(database.value("select enum_range(null::app.call_status)::text") ==
          "{queued,ringing,in_progress,forwarding,ended}");
}

TEST_CASE("ids made by statements are UUIDs of version 7, in order of time") {
    test::Database database;
    CHECK(database.value("select app.uuid_v7()::text ~ "
                         "'^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'") == "t");
    CHECK(
        database.value("select abs(('x' || replace(left(app.uuid_v7()::text, 13), '-', ''))::bit(48)::bigint "
                       "- (extract(epoch from clock_timestamp()) * 1000)::bigint) < 60000") == "t");
}

TEST_CASE("constraints refuse what the product never means") {
    ProductDatabase db;
    db.add_call(ended_call());
    const auto refused = [&](const std::string& sql, const std::string& constraint) {
        pqxx::work tx{db.application};
        callflex::act_for_everybody(tx);
        try {
            tx.exec(sql);
            FAIL("accepted: " << sql);
        } catch (const pqxx::sql_error& error) {
            CHECK(std::string{error.what()}.find(constraint) != std::string::npos);
        }
    };
    refused("update app.calls set summary = 'x'", "summaries_say_who_made_them");
    refused("update app.calls set ended_at = null", "ended_calls_say_when");
    refused("update app.calls set billed_minutes = 1", "billed_calls_have_a_date");
    refused("update app.organizations set settings = '[]'", "organization_settings_are_an_object");
    refused(
        "insert into app.contacts (organization_id, id, number, first_call_at, last_call_at) select id, id, "
        "'5550100123', now(), now() from app.organizations",
        "phone_numbers_are_e164");
}

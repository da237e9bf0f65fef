// usage backfill and org recompute.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

constexpr const char* acme = "0199f0a4-0000-7000-8000-0000000000a1";

/// An organization with a call of two minutes on 2026-11-20 that the day's row has as seven.
void miscount(const Database& database) {
    const std::string id = acme;
    database.execute(
        "select app.create_partitions(2, 12, '2026-11-21');"
        "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values ('" +
        id +
        "', 'Acme', 'acme', '2026-11-01', '2026-12-01');"
        "insert into app.calls (organization_id, started_at, id, vendor_call_id, status, ended_at, "
        "duration_seconds, "
        "billed_minutes, usage_date) values ('" +
        id +
        "', '2026-11-20T10:00:00Z', gen_random_uuid(), 'c', 'ended', '2026-11-20T10:02:00Z', 120, 2, "
        "'2026-11-20');"
        "insert into app.daily_usage (organization_id, usage_date, calls, minutes) values ('" +
        id + "', '2026-11-20', 1, 7)");
}

}  // namespace

TEST_CASE(
    "org recompute makes the days of an organization the sum of their calls, and shows what was wrong") {
    Database database;
    miscount(database);
    const auto json = callflex({"org", "recompute", "--organization", "acme", "--from", "2026-11-01", "--to",
                                "2026-11-30", "--database-url", database.url(), "-o", "json"})
                          .json();
    CHECK(json.at("days") == 30);
    REQUIRE(json.at("repaired").size() == 1);
    CHECK(json["repaired"][0]["date"] == "2026-11-20");
    CHECK(json["repaired"][0]["minutes_before"] == 7);
    CHECK(json["repaired"][0]["minutes"] == 2);
    CHECK(database.value("select minutes from app.daily_usage") == "2");
    CHECK(callflex({"org", "recompute", "--organization", "acme", "--from", "2026-11-20", "--database-url",
                    database.url()})
              .has("0 of 1 days"));
}

TEST_CASE("usage backfill starts one run a day of the range, once, and refuses a range that is none") {
    Database database;
    const auto backfill = [&](const char* from, const char* to) {
        return callflex({"usage", "backfill", "--from", from, "--to", to, "--database-url", database.url(),
                         "-o", "json"});
    };
    const auto json = backfill("2026-11-19", "2026-11-21").json();
    REQUIRE(json.size() == 3);
    CHECK(json[2]["workflow_id"] == "usage-backfill-2026-11-21");
    CHECK(json[2]["started"] == true);
    CHECK(backfill("2026-11-21", "2026-11-22").json()[0]["started"] == false);
    CHECK(database.value(
              "select count(*) from engine.runs where type = 'usage-aggregation' and tenant = ''") == "4");
    CHECK(backfill("2026-11-21", "2026-11-20").code == 2);
    CHECK(backfill("2024-11-21", "2026-11-20").code == 2);
}

}  // namespace test

// queue limits.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

/// A key that is full, with two rows that wait, one of them for its time; and one that is idle.
void fill(const Database& database) {
    database.execute(
        "insert into engine.limits (limit_key, concurrency, per_second, burst, tokens, refilled_at) values "
        "('vendor-1', 1, 2.5, 4, 4, engine.now()), ('idle', 3, null, 1, 1, engine.now());"
        "insert into engine.activities (run_id, activity, attempt, scheduled_at, available_at, queue, type, "
        "tenant, "
        "task, limit_key, owner) select gen_random_uuid(), 2, 1, now(), now() + waits * interval '1 hour', "
        "'default', "
        "'work', 't', '', 'vendor-1', owner from (values (0, 7), (-1, null), (1, null)) as x(waits, owner)");
}

}  // namespace

TEST_CASE("queue limits shows what runs and waits under a key, those that wait first") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    const auto printed = callflex({"queue", "limits", "--all"});
    CHECK(printed.code == 0);
    CHECK(printed.has("vendor-1"));
    CHECK(printed.has("1 of 1"));
    CHECK(printed.has("2.5/s, burst 4"));
    CHECK(printed.out.find("vendor-1") < printed.out.find("idle"));
    const auto json = callflex({"queue", "limits", "-o", "json"}).json();
    REQUIRE(json.size() == 1);
    const auto& key = json.at(0);
    CHECK(key.at("key") == "vendor-1");
    CHECK(key.at("concurrency") == 1);
    CHECK(key.at("starts_left") == 4.0);
    CHECK(key.at("running") == 1);
    CHECK(key.at("waiting") == 2);
    CHECK(key.at("due") == 1);
    CHECK(key.at("queues") == "default");
    CHECK(key.contains("oldest_due"));
}

TEST_CASE("queue limits says so when nothing is limited") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    const auto printed = callflex({"queue", "limits"});
    CHECK(printed.code == 0);
    CHECK(printed.out.empty());
    CHECK(printed.err.find("nothing runs or waits") != std::string::npos);
    CHECK(callflex({"queue", "limits", "-o", "json"}).json().empty());
}

}  // namespace test

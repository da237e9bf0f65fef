// queue list, describe, pause, weight; worker list; semaphore list, describe, set-capacity.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

/// Runs of two tenants that are due, one that sleeps, a worker, and a semaphore with a holder and one who
/// waits.
void fill(const Database& database) {
    database.execute(
        "insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant, priority, holds_units) "
        "select ('00000000-0000-7000-8000-00000000000' || i)::uuid, gen_random_uuid(), "
        "now() + due * interval '1 minute', 'default', tenant, priority, true "
        "from (values (1, -10, 'big', 3), (2, -5, 'big', 3), (3, -1, 'small', 1), (4, 60, 'small', 3)) "
        "as x(i, due, tenant, priority);"
        "insert into engine.workers (name, build, queue, started_at, lease, lease_until, runs_held, "
        "runs_max, "
        "async_used, async_slots, transactional_used, transactional_slots, last_claim_at, "
        "runs_claimed_per_second, "
        "rows_claimed_per_second, runs_closed_per_second) values ('host@7', 'build-9', 'default', now(), '1 "
        "hour', "
        "now() + interval '1 hour', 12, 1024, 64, 64, 1, 8, now(), 5.5, 0, 5);"
        "insert into engine.semaphores (resource, capacity, highest_capacity) values ('lines', 2, 2);"
        "insert into engine.semaphore_requests (run_id, request, resource, units, requested_at, granted_at, "
        "tenant, "
        "event) values ('00000000-0000-7000-8000-000000000001', 2, 'lines', 2, now(), now(), 't', ''), "
        "('00000000-0000-7000-8000-000000000002', 2, 'lines', 1, now(), null, 't', '');");
}

}  // namespace

TEST_CASE("queue list and describe show the backlog by key and age, who serves it and how fast") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    const auto listed = callflex({"queue", "list", "-o", "json"}).json();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("queue") == "default");
    CHECK(listed[0].at("runs").at("due") == 3);
    CHECK(listed[0].at("runs").at("later") == 1);
    CHECK(listed[0].at("runs").contains("oldest_due"));
    CHECK(listed[0].at("workers") == 1);
    CHECK(listed[0].at("per_second").at("runs_claimed") == 5.5);
    CHECK(callflex({"queue", "list"}).has("default"));

    const auto described = callflex({"queue", "describe", "default", "-o", "json"}).json();
    REQUIRE(described.at("run_lines").size() == 2);
    CHECK(described.at("run_lines")[0].at("key") == "big");
    CHECK(described.at("run_lines")[0].at("due") == 2);
    CHECK(described.at("run_lines")[1].at("priority") == 1);
    const auto table = callflex({"queue", "describe", "default"});
    CHECK(table.code == 0);
    CHECK(table.has("3 due"));
}

TEST_CASE("a queue is paused and goes on, for a reason that is kept") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    CHECK(callflex({"queue", "pause", "default"}).code != 0);  // no reason given
    const auto paused = callflex({"queue", "pause", "default", "--reason", "ticket 12"});
    CHECK(paused.code == 0);
    CHECK(paused.has("paused"));
    CHECK(callflex({"queue", "pause", "default", "--reason", "again"}).has("already"));
    CHECK(callflex({"queue", "describe", "default"}).has("ticket 12"));
    CHECK(callflex({"queue", "list", "-o", "json"}).json()[0].at("paused").at("reason") == "ticket 12");
    CHECK(
        callflex({"queue", "unpause", "default", "--reason", "mended", "-o", "json"}).json().at("unpaused") ==
        true);
    CHECK(database.value(
              "select string_agg(verb || ': ' || reason, ', ' order by audit_id) from engine.audit") ==
          "queue pause: ticket 12, queue unpause: mended");
}

TEST_CASE("queue weight overrides what runs say, and takes it back") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    CHECK(callflex({"queue", "weight", "small", "4", "--reason", "plan"}).code == 0);
    CHECK(callflex({"queue", "describe", "default", "-o", "json"}).json().at("weights").at("small") == 4.0);
    CHECK(callflex({"queue", "weight", "small", "none", "--reason", "over"}).code == 0);
    CHECK(callflex({"queue", "describe", "default", "-o", "json"}).json().at("weights").empty());
    CHECK(callflex({"queue", "weight", "small", "heavy", "--reason", "x"}).code == 2);
    CHECK(callflex({"queue", "weight", "small", "0", "--reason", "x"}).code == 2);
}

TEST_CASE("worker list and describe show room used and speed") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    const auto listed = callflex({"worker", "list", "-o", "json"}).json();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("build") == "build-9");
    CHECK(listed[0].at("runs").at("held") == 12);
    CHECK(listed[0].at("async_slots").at("used") == 64);
    CHECK(callflex({"worker", "list"}).has("64 of 64"));
    const std::string number = std::to_string(listed[0].at("number").get<int>());
    CHECK(callflex({"worker", "describe", number}).has("12 of 1024"));
    CHECK(callflex({"worker", "describe", "999"}).code != 0);
}

TEST_CASE("semaphore commands name the holders, and change how much there is") {
    const Database database;
    fill(database);
    const Variable url{"DATABASE_URL", database.url()};
    const auto listed = callflex({"semaphore", "list", "-o", "json"}).json();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("held") == 2);
    CHECK(listed[0].at("waiting") == 1);
    const auto described = callflex({"semaphore", "describe", "lines", "-o", "json"}).json();
    REQUIRE(described.at("requests").size() == 2);
    CHECK(described.at("requests")[0].contains("granted_at"));
    CHECK_FALSE(described.at("requests")[1].contains("granted_at"));
    CHECK(callflex({"semaphore", "describe", "lines"}).has("2 of 2 units held"));
    CHECK(callflex({"semaphore", "describe", "nothing"}).code != 0);
    CHECK(callflex({"semaphore", "set-capacity", "lines", "5", "--reason", "bigger plan"}).code == 0);
    CHECK(callflex({"semaphore", "list", "-o", "json"}).json()[0].at("capacity") == 5);
    CHECK(callflex({"semaphore", "set-capacity", "lines", "-1", "--reason", "x"}).code != 0);
}

}  // namespace test

// schema/: what a database looks like after `callflex migrate`, and who may do what in it.

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "schema/migrate.hpp"
#include "tests/support/database.hpp"

namespace {

std::string one(const std::string& url, const std::string& sql) {
    pqxx::connection connection{url};
    pqxx::work tx{connection};
    const auto result = tx.exec(sql);
    tx.commit();
    return result.empty() || result[0][0].is_null() ? std::string{} : result[0][0].as<std::string>();
}

/// Tables, columns, indexes and functions of the schemas that migrations make.
std::string everything_in(const std::string& url) {
    return one(url, R"(
        select string_agg(thing, E'\n' order by thing) from (
            select format('%s.%s.%s %s %s', c.relnamespace::regnamespace, c.relname, a.attname,
                          format_type(a.atttypid, a.atttypmod), a.attnotnull) as thing
              from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
             where c.relkind in ('r', 'p', 'v')
               and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
            union all
            select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
             where c.relnamespace::regnamespace::text !~ '^pg_'
            union all
            select pg_get_functiondef(p.oid) from pg_proc p
             where p.prokind = 'f' and p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
        ) as things)");
}

}  // namespace

TEST_CASE("an empty database is planned, migrated once, and then has nothing left to apply") {
    const test::EmptyDatabase database;
    pqxx::connection connection{database.owner_url()};

    const auto planned = schema::plan(connection);
    REQUIRE(planned.size() >= 2);
    CHECK(planned.front().area == "engine");
    CHECK_THROWS_WITH_AS(schema::require_usable(connection), doctest::Contains("run `callflex migrate`"),
                         std::runtime_error);

    std::vector<std::string> applied;
    schema::migrate(connection, [&](const schema::Step& step) { applied.push_back(step.area + step.name); });
    CHECK(applied.size() == planned.size());
    CHECK(schema::plan(connection).empty());
    CHECK_NOTHROW(schema::require_usable(connection));

    applied.clear();
    schema::migrate(connection, [&](const schema::Step& step) { applied.push_back(step.name); });
    CHECK(applied.empty());
}

TEST_CASE(
    "F78: a migration that is killed again and again leaves whole steps, and comes to the same schema") {
    const test::EmptyDatabase whole;
    const test::EmptyDatabase broken;
    pqxx::connection unharmed{whole.owner_url()};
    schema::migrate(unharmed);

    constexpr int kills = 12;
    int deaths = 0;
    for (int round = 0; round < kills; ++round) {
        pqxx::connection victim{broken.owner_url()};
        const int process = victim.backendpid();
        const std::jthread killer{[&] {
            std::this_thread::sleep_for(std::chrono::milliseconds{5 + 10 * round});
            one(whole.owner_url(), "select pg_terminate_backend(" + std::to_string(process) + ")");
        }};
        try {
            schema::migrate(victim);
        } catch (const std::exception&) {
            ++deaths;
        }
    }
    CHECK(deaths > 1);
    pqxx::connection last{broken.owner_url()};
    schema::migrate(last);
    CHECK_NOTHROW(schema::require_usable(last));
    CHECK(everything_in(broken.owner_url()) == everything_in(whole.owner_url()));
}

TEST_CASE("an open run older than the months that are made anyway can use every table after the migration") {
    const test::EmptyDatabase database;
    pqxx::connection connection{database.owner_url()};
    const auto until_the_first_release = [](const schema::Step& step) {
        if (step.area == "engine" && step.number == 5) throw std::runtime_error("far enough");
    };
    CHECK_THROWS_WITH(schema::migrate(connection, until_the_first_release), "far enough");
    one(database.owner_url(),
        "select engine.create_partitions(now() - interval '6 months', now() - interval '6 months')");

    schema::migrate(connection);
    CHECK(one(database.owner_url(),
              "select string_agg(p.relname, ' ') from pg_class p"
              " where p.relkind = 'p' and p.relnamespace = 'engine'::regnamespace"
              "   and to_regclass('engine.' || p.relname || to_char(now() - interval '6 months', '_YYYY_MM'))"
              "       is null") == "");
}

TEST_CASE("two migrators at once: each migration is applied by one of them") {
    const test::EmptyDatabase database;
    std::atomic<int> applied = 0;
    std::atomic<int> failed = 0;
    const auto migrate = [&] {
        try {
            pqxx::connection connection{database.owner_url()};
            schema::migrate(connection, [&](const schema::Step&) { ++applied; });
        } catch (const std::exception& e) {
            MESSAGE(e.what());
            ++failed;
        }
    };
    {
        const std::jthread first{migrate};
        const std::jthread second{migrate};
    }
    CHECK(failed == 0);
    CHECK(std::to_string(applied.load()) ==
          one(database.owner_url(), "select count(*) from engine.migrations"));
}

TEST_CASE("a database of a newer release is refused before anything is touched") {
    const test::EmptyDatabase database;
    pqxx::connection connection{database.owner_url()};
    schema::migrate(connection);
    one(database.owner_url(),
        "insert into engine.migrations (area, number, name, contracts) values ('engine', 9999, 'x', true)");

    CHECK_THROWS_WITH_AS(schema::migrate(connection), doctest::Contains("engine/9999"), schema::NewerSchema);
    CHECK_THROWS_AS(schema::require_usable(connection), schema::NewerSchema);
    CHECK(schema::expansions_beyond(connection).empty());
}

TEST_CASE(
    "beside what a newer release has only added, daemons of this release work on; it does not migrate") {
    const test::EmptyDatabase database;
    pqxx::connection connection{database.owner_url()};
    schema::migrate(connection);
    one(database.owner_url(),
        "insert into engine.migrations (area, number, name) values ('engine', 9998, 'x'), ('app', 9999, "
        "'y')");

    CHECK_NOTHROW(schema::require_usable(connection));
    CHECK(schema::expansions_beyond(connection) == std::vector<std::string>{"app/9999", "engine/9998"});
    CHECK_THROWS_AS(schema::migrate(connection), schema::NewerSchema);
    // One that takes something away is enough.
    one(database.owner_url(), "update engine.migrations set contracts = true where number = 9998");
    CHECK_THROWS_WITH_AS(schema::require_usable(connection), doctest::Contains("engine/9998"),
                         schema::NewerSchema);
}

TEST_CASE(
    "a database that an early release has migrated, which did not record what contracts, is read and "
    "migrated") {
    const test::EmptyDatabase database;
    pqxx::connection connection{database.owner_url()};
    schema::migrate(connection);
    one(database.owner_url(), "alter table engine.migrations drop column contracts");
    CHECK_NOTHROW(schema::require_usable(connection));
    CHECK_NOTHROW(schema::migrate(connection));
    CHECK(one(database.owner_url(), "select bool_or(contracts)::text from engine.migrations") == "false");
}

TEST_CASE("a migration contracts exactly if a line of it says so") {
    CHECK(schema::Step{"app", 1, "x", "-- Takes it away.\n-- contracts: app.calls.old\nalter table ...\n"}
              .contracts());
    CHECK(schema::Step{"app", 1, "x", "-- contracts: app.calls.old\n"}.contracts());
    CHECK_FALSE(
        schema::Step{"app", 1, "x", "-- Nothing -- contracts: here.\ncreate table ...\n"}.contracts());
}

TEST_CASE("the application's role reads and writes rows, owns nothing and changes no structure") {
    const test::Database database;
    const std::string app = database.url();
    CHECK(one(app, "select count(*) from engine.live_runs") == "0");
    CHECK_THROWS_AS(one(app, "create table engine.mine (a int)"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "create table public.mine (a int)"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "truncate engine.live_runs"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "drop table engine.inbox"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "alter table engine.inbox add column a int"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "delete from engine.migrations"), pqxx::sql_error);
    CHECK_THROWS_AS(one(app, "select engine.create_partitions(now(), now())"), pqxx::sql_error);
    CHECK(database.value("select count(*) from pg_class c join pg_roles r on r.oid = c.relowner "
                         "where r.rolname in ('callflex_app', 'callflex_readonly')") == "0");
    // Everything belongs to the owner, who cannot log in. (The clock of test databases is the tests' own.)
    CHECK(database.value(
              "select string_agg(c.relname, ' ') from pg_class c join pg_namespace n on n.oid = "
              "c.relnamespace join pg_roles r on r.oid = c.relowner where n.nspname in "
              "('engine', 'app') and r.rolname <> 'callflex_owner' and c.relname <> 'test_clock'") == "");
    CHECK(database.value("select rolcanlogin from pg_roles where rolname = 'callflex_owner'") == "f");
}

TEST_CASE("partitions are not reached past their parents, and reach two years ahead") {
    const test::Database database{test::Content::all_months};
    const std::string month = database.value("select to_char(now(), 'YYYY_MM')");
    CHECK_THROWS_AS(one(database.url(), "select * from engine.history_" + month), pqxx::sql_error);
    CHECK(database.value(
              "select to_regclass('engine.history_' || to_char(now() + interval '24 months', 'YYYY_MM'))"
              " is not null") == "t");
    CHECK(database.value("select count(*) from pg_partitioned_table where partdefid <> 0") == "0");
}

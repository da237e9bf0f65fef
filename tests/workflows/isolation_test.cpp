// Tenants apart: what the catalogue promises, and what a wrong tenant sees.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/workflows/product_database.hpp"

using test::ended_call;
using test::ProductDatabase;

namespace {

constexpr const char* stranger = "0199f0a4-0000-7000-8000-00000000beef";

/// Tables of schema app that hold tenants' rows and are not isolated as they must be.
constexpr const char* unprotected_tables = R"(
    select string_agg(c.oid::regclass::text, ', ' order by c.oid::regclass::text)
      from pg_class c
     where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not in ('industries', 'plans', 'templates')
       and not (c.relrowsecurity and c.relforcerowsecurity
                and exists (select from pg_policy p
                             where p.polrelid = c.oid and p.polname = 'of_the_organization'
                               and p.polqual is not null and p.polwithcheck is not null)))";

std::vector<std::string> tenant_tables(pqxx::transaction_base& tx) {
    std::vector<std::string> names;
    for (const auto& row :
         tx.exec("select c.oid::regclass::text from pg_class c where c.relnamespace = 'app'::regnamespace "
                 "and c.relkind in ('r', 'p', 'v') and not c.relispartition and c.relname not in "
                 "('industries', 'plans', 'templates') order by 1")) {
        names.push_back(row[0].as<std::string>());
    }
    return names;
}

long visible(pqxx::transaction_base& tx, const std::string& table) {
    return tx.exec("select count(*) from " + table)[0][0].as<long>();
}

}  // namespace

TEST_CASE("every tenant table forces row-level security with a policy for reading and writing") {
    test::Database database;
    CHECK(database.value(unprotected_tables) == "");
}

TEST_CASE("the catalogue test is red when one policy is dropped, and when one table is merely enabled") {
    test::Database database;
    database.execute("drop policy of_the_organization on app.contacts");
    database.execute("alter table app.webhook_attempts no force row level security");
    CHECK(database.value(unprotected_tables) == "app.contacts, app.webhook_attempts");
}

TEST_CASE("the application's role owns nothing, passes by no policy, and has no rights on partitions") {
    test::Database database;
    CHECK(database.value(
              "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname "
              "in ('callflex_app', 'callflex_system', 'callflex_readonly')") == "0");
    CHECK(database.value("select count(*) from pg_roles where rolname like 'callflex%' and (rolbypassrls or "
                         "rolsuper or rolcanlogin)") == "0");
    CHECK(
        database.value(
            "select count(*) from pg_class c, unnest(array['callflex_app', 'callflex_system', "
            "'callflex_readonly']) as who, unnest(array['select', 'insert', 'update', 'delete', 'truncate']) "
            "as right_to where c.relispartition and c.relkind = 'r' and "
            "has_table_privilege(who, c.oid, right_to)") == "0");
    CHECK(database.value("select count(*) from pg_class c where c.relnamespace in ('app'::regnamespace, "
                         "'engine'::regnamespace) and c.relkind = 'v' and "
                         "not coalesce('security_invoker=true' = any (c.reloptions), false)") == "0");
    CHECK(database.value("select string_agg(p.oid::regproc::text, ', ' order by p.oid::regproc::text) from "
                         "pg_proc p where p.prosecdef and "
                         "p.pronamespace in ('app'::regnamespace, 'engine'::regnamespace)") ==
          "app.create_partitions, app.drop_calls_of, engine.create_partitions, engine.shrink_partitions");
}

TEST_CASE("a transaction that names no organization, or another one, sees no row of any table") {
    ProductDatabase db;
    db.add_call(ended_call());
    pqxx::work tx{db.application};
    for (const std::string& table : tenant_tables(tx)) {
        CAPTURE(table);
        CHECK(visible(tx, table) == 0);
    }
    callflex::act_for(tx, stranger);
    for (const std::string& table : tenant_tables(tx)) {
        CAPTURE(table);
        CHECK(visible(tx, table) == 0);
    }
    callflex::act_for(tx, test::organization_id);
    CHECK(visible(tx, "app.organizations") == 1);
    CHECK(visible(tx, "app.calls") == 1);
}

TEST_CASE("naming an organization ends with the transaction, also on a connection that others use next") {
    ProductDatabase db;
    {
        pqxx::work tx{db.application};
        callflex::act_for(tx, test::organization_id);
        CHECK(visible(tx, "app.organizations") == 1);
        tx.commit();
    }
    {
        pqxx::work tx{db.application};
        callflex::act_for_everybody(tx);
        CHECK(visible(tx, "app.organizations") == 1);
    }
    pqxx::work tx{db.application};
    CHECK(visible(tx, "app.organizations") == 0);
}

TEST_CASE("a wrong tenant can neither write rows of another organization nor change or delete them") {
    ProductDatabase db;
    db.add_call(ended_call());
    const auto as_stranger = [&](const std::string& sql) {
        pqxx::work tx{db.application};
        callflex::act_for(tx, stranger);
        const auto result = tx.exec(sql);
        tx.commit();
        return result.affected_rows();
    };
    CHECK(as_stranger("update app.calls set cost_microdollars = 0") == 0);
    CHECK(as_stranger("delete from app.calls") == 0);
    CHECK_THROWS_AS(
        as_stranger(fmt::format("insert into app.contacts (organization_id, id, number, first_call_at, "
                                "last_call_at) values ('{}', '{}', '+15550100999', now(), now())",
                                test::organization_id, stranger)),
        pqxx::insufficient_privilege);
    CHECK(db.value("select count(*) from app.calls") == "1");
}

TEST_CASE("acting for several organizations shows those and no other") {
    ProductDatabase db;
    db.database.execute(fmt::format(
        "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
        "('{}', 'Beef', 'beef', '2026-11-01', '2026-12-01'), "
        "('0199f0a4-0000-7000-8000-00000000cafe', 'Cafe', 'cafe', '2026-11-01', '2026-12-01')",
        stranger));
    pqxx::work tx{db.application};
    callflex::act_for(tx, std::string{test::organization_id} + "," + stranger);
    CHECK(visible(tx, "app.organizations") == 2);
    callflex::act_for_everybody(tx);
    CHECK(visible(tx, "app.organizations") == 3);
    callflex::act_for_nobody(tx);
    CHECK(visible(tx, "app.organizations") == 0);
}

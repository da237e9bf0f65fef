// S-42, S-44, S-45: tenants apart by the shape of the tables, not only by what statements ask for.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/ingress/world.hpp"

using test::World;

namespace {

/// Foreign keys from one tenant table to another that could lead into another tenant's rows: checks of foreign keys
/// pass by row-level security.
constexpr const char* keys_across_tenants = R"(
    select string_agg(c.conname, ', ' order by c.conname)
      from pg_constraint c
     where c.contype = 'f' and c.connamespace = 'app'::regnamespace and c.conparentid = 0
       and exists (select from pg_attribute where attrelid = c.conrelid and attname = 'organization_id')
       and exists (select from pg_attribute where attrelid = c.confrelid and attname = 'organization_id')
       and not exists (select from unnest(c.conkey, c.confkey) as k(mine, theirs)
                         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.mine
                         join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.theirs
                        where a.attname = 'organization_id' and b.attname = 'organization_id'))";

/// Unique indexes of tenant tables in which another tenant's row could be in the way.
constexpr const char* uniqueness_across_tenants = R"(
    select string_agg(i.indexrelid::regclass::text, ' ' order by i.indexrelid::regclass::text)
      from pg_index i
      join pg_class t on t.oid = i.indrelid and t.relnamespace = 'app'::regnamespace and not t.relispartition
     where i.indisunique
       and exists (select from pg_attribute where attrelid = t.oid and attname = 'organization_id')
       and not exists (select from pg_attribute where attrelid = t.oid and attnum = i.indkey[0]
                          and attname = 'organization_id'))";

}  // namespace

TEST_CASE("S-44: no foreign key leads from one organization's row to another's") {
    const World world;
    CHECK(world.value(keys_across_tenants) == "");
    world.database.execute(
        fmt::format("insert into app.assistants (organization_id, id, name, prompt, first_message) values "
                    "('{0}', '{0}', 'Theirs', 'p', 'f')",
                    World::other_organization));
    const std::string number =
        "insert into app.phone_numbers (organization_id, id, number, assistant_id) "
        "values ('{0}', '{0}', '+15550100001', '{1}')";
    // As the superuser, whom row-level security does not stop: the key itself refuses.
    CHECK_THROWS_AS(world.database.execute(
                        fmt::format(fmt::runtime(number), World::organization, World::other_organization)),
                    pqxx::foreign_key_violation);
    CHECK_NOTHROW(world.database.execute(
        fmt::format(fmt::runtime(number), World::other_organization, World::other_organization)));
}

TEST_CASE("S-45: only what the outside world numbers is unique across organizations") {
    const World world;
    // Calls, messages, events and numbers of vendors: one of them cannot belong to two organizations.
    CHECK(world.value(uniqueness_across_tenants) ==
          "app.a_stripe_event_is_recorded_once app.assistants_by_vapi_id app.call_refs_pkey "
          "app.inbound_webhooks_pkey "
          "app.phone_numbers_by_vapi_id app.phone_numbers_in_use");
}

TEST_CASE("S-42: no organization, an empty one and nobody's id show nothing; what is no id is an error") {
    const World world;
    pqxx::connection application{world.database.url()};
    const auto visible = [&](const std::string& set) {
        pqxx::work tx{application};
        if (!set.empty()) tx.exec(fmt::format("set local app.current_organization = {}", set));
        return tx.exec("select count(*) from app.organizations")[0][0].as<int>();
    };
    CHECK(visible("") == 0);
    CHECK(visible("''") == 0);
    CHECK(visible("'0199f0a4-0000-7000-8000-00000000ffff'") == 0);
    CHECK(visible(fmt::format("'{}'", World::organization)) == 1);
    CHECK_THROWS_AS(visible("'% or true'"), pqxx::data_exception);
    CHECK(visible("") == 0);  // also on the connection that was told otherwise before
}

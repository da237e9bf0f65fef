// The demo organization of `callflex dev`.

#include <doctest/doctest.h>

#include "activities/secrets/secret_box.hpp"
#include "api/dev/seed.hpp"
#include "tests/support/database.hpp"

using namespace callflex;

TEST_CASE("seeding twice makes one organization and gives the same secret back") {
    test::Database database;
    pqxx::connection connection{database.owner_url()};
    const std::string key = SecretBox::generate_key("dev");
    const SeededOrganization first = seed_demo_organization(connection, key);
    database.execute("update app.organizations set name = 'Changed by hand'");
    const SeededOrganization again = seed_demo_organization(connection, key);
    CHECK(again.organization_id == first.organization_id);
    CHECK(again.vapi_secret == first.vapi_secret);
    CHECK(first.vapi_secret.size() > 40);
    CHECK(database.value("select name from app.organizations") == "Changed by hand");
    CHECK(database.value("select count(*) from app.organization_secrets where active") == "1");
    CHECK(database.value(
              "select count(*) from app.phone_numbers join app.assistants on assistants.id = assistant_id") ==
          "1");
}

TEST_CASE("a secret that the key no longer opens is retired and replaced") {
    test::Database database;
    pqxx::connection connection{database.owner_url()};
    const auto first = seed_demo_organization(connection, SecretBox::generate_key("dev"));
    const auto second = seed_demo_organization(connection, SecretBox::generate_key("dev"));
    CHECK(second.vapi_secret != first.vapi_secret);
    CHECK(database.value(
              "select count(*) filter (where active) || ' ' || count(*) from app.organization_secrets") ==
          "1 2");
}

TEST_CASE("the secret is not readable in the database") {
    test::Database database;
    pqxx::connection connection{database.owner_url()};
    const auto seeded = seed_demo_organization(connection, SecretBox::generate_key("dev"));
    CHECK(database.value("select position(convert_to('" + seeded.vapi_secret +
                         "', 'UTF8') in ciphertext) from app.organization_secrets") == "0");
}

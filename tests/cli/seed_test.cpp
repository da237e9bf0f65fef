// The demo organization of `callflex dev`.

#include <doctest/doctest.h>

#include "activities/organization_settings.hpp"
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

TEST_CASE("the demo's own system gets its webhooks: one endpoint, whose secret is given back") {
    test::Database database;
    pqxx::connection connection{database.owner_url()};
    const std::string key = SecretBox::generate_key("dev");
    const std::string url = "http://127.0.0.1:8081/customers/northside";
    const auto first = seed_demo_organization(connection, key, url);
    CHECK(first.webhook_secret.starts_with("whsec_"));
    const auto again = seed_demo_organization(connection, key, url);
    CHECK(again.webhook_endpoint == first.webhook_endpoint);
    CHECK(again.webhook_secret == first.webhook_secret);
    SUBCASE("it moves with the sandbox") {
        const auto moved = seed_demo_organization(connection, key, "http://127.0.0.1:9/customers/northside");
        CHECK(moved.webhook_secret != first.webhook_secret);
        CHECK(database.value("select count(*) || ' ' || min(url) from app.webhook_endpoints") ==
              "1 http://127.0.0.1:9/customers/northside");
    }
    SUBCASE("a secret that no longer opens is replaced") {
        const auto other = seed_demo_organization(connection, SecretBox::generate_key("dev"), url);
        CHECK(other.webhook_secret != first.webhook_secret);
        CHECK(database.value("select count(*) from app.webhook_endpoints") == "1");
    }
    SUBCASE("endpoints that somebody added stay") {
        database.execute(
            "update app.webhook_endpoints set description = 'mine', url = 'https://mine.example/'");
        const auto next = seed_demo_organization(connection, key, url);
        CHECK(next.webhook_endpoint != first.webhook_endpoint);
        CHECK(database.value("select count(*) from app.webhook_endpoints") == "2");
    }
}

TEST_CASE("the demo's settings have numbers to transfer to and hours, and nothing that is wrong") {
    test::Database database;
    pqxx::connection connection{database.owner_url()};
    (void)seed_demo_organization(connection, SecretBox::generate_key("dev"));
    const auto reading =
        read_organization_settings(database.value("select settings::text from app.organizations"));
    CHECK(reading.problems.empty());
    for (const auto target : transfer_targets) CHECK(reading.settings.numbers(target).size() == 1);
    REQUIRE(reading.settings.business_hours);
    CHECK(reading.settings.business_hours->weekly(std::chrono::Sunday).empty());
    CHECK(reading.settings.business_hours->weekly(std::chrono::Monday).size() == 1);
}

// The webhook commands against a real database, without any worker.

#include <doctest/doctest.h>

#include "activities/secrets/secret_box.hpp"
#include "activities/tenancy.hpp"
#include "activities/webhooks/deliveries.hpp"
#include "api/dev/seed.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

const std::string key = ::callflex::SecretBox::generate_key("cli");
constexpr const char* url = "https://hooks.acme-customer.com/calls";

struct Site {
    Site() {
        pqxx::connection connection{database.owner_url()};
        organization = ::callflex::seed_demo_organization(connection, key).organization_id;
    }
    Printed run(std::vector<std::string> arguments, bool json = true) const {
        arguments.insert(arguments.begin(), "webhook");
        arguments.insert(arguments.end(), {"--organization", organization});
        if (json) arguments.insert(arguments.end(), {"-o", "json"});
        return callflex(arguments);
    }
    [[nodiscard]] std::string add() const {
        const auto added = run({"endpoint", "add", url});
        REQUIRE(added.code == 0);
        return added.json().at("id");
    }
    /// A delivery as the product makes one, ended as `status`.
    std::string add_delivery(const std::string& event_id, const std::string& status) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        ::callflex::act_for(tx, organization);
        const auto made = ::callflex::webhooks::create(
            tx, {}, {organization, event_id, "call.completed", {}, durable::Payload{R"({"a":1})"}});
        REQUIRE(made.deliveries.size() == 1);
        tx.commit();
        database.execute("update app.webhook_deliveries set status = '" + status +
                         "', attempts = 7 where id = '" + made.deliveries[0].delivery_id + "'");
        return made.deliveries[0].delivery_id;
    }

    Database database;
    Variable database_url{"DATABASE_URL", database.url()};
    Variable secrets_key{"CALLFLEX_SECRETS_KEY", key};
    std::string organization;
};

}  // namespace

TEST_CASE("an endpoint is added, its secret shown once, and never again") {
    const Site site;
    const auto added = site.run({"endpoint", "add", url, "--event", "call.completed", "--at-once", "3"});
    REQUIRE(added.code == 0);
    const auto secret = added.json().at("secret").get<std::string>();
    CHECK(secret.starts_with("whsec_"));
    CHECK(added.json().at("url") == url);
    const auto listed = site.run({"endpoint", "list"});
    REQUIRE(listed.json().size() == 1);
    CHECK(listed.json()[0].at("event_types") == nlohmann::json{"call.completed"});
    CHECK(listed.json()[0].at("circuit") == "closed");
    const auto shown = site.run({"endpoint", "show", added.json().at("id")}, false);
    CHECK(shown.code == 0);
    for (const auto& printed : {listed, shown}) CHECK_FALSE(printed.has(secret.substr(6)));
}

TEST_CASE("what may not be called is refused with the reason") {
    const Site site;
    for (const auto* bad :
         {"http://hooks.acme-customer.com/", "https://127.0.0.1/", "https://localhost/",
          "https://hooks.acme-customer.com:22/", "https://user:pass@hooks.acme-customer.com/"}) {
        const auto refused = site.run({"endpoint", "add", bad});
        CAPTURE(std::string{bad});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("the URL is refused: ") != std::string::npos);
    }
    const auto header = site.run({"endpoint", "add", url, "--header", "Host: elsewhere.example"});
    CHECK(header.code == 2);
    CHECK(site.run({"endpoint", "list"}).json().empty());
}

TEST_CASE("an endpoint is disabled with a reason, enabled, rotated and removed") {
    const Site site;
    const std::string id = site.add();
    CHECK(site.run({"endpoint", "disable", id, "--reason", "moved"}).code == 0);
    CHECK(site.run({"endpoint", "show", id}).json().at("disabled_reason") == "moved");
    CHECK(site.run({"endpoint", "enable", id}).code == 0);
    CHECK(site.run({"endpoint", "show", id}).json().at("status") == "enabled");
    const auto rotated = site.run({"endpoint", "rotate", id, "--overlap", "1h"});
    CHECK(rotated.json().at("secret").get<std::string>().starts_with("whsec_"));
    CHECK(site.run({"endpoint", "show", id}).json().at("active_secrets") == 2);
    CHECK(site.run({"endpoint", "remove", id}).code == 0);
    const auto gone = site.run({"endpoint", "show", id});
    CHECK(gone.code == 3);
    CHECK(gone.err.find("has no endpoint") != std::string::npos);
}

TEST_CASE("an Ed25519 endpoint shows the public half of its key") {
    const Site site;
    const auto added = site.run({"endpoint", "add", url, "--ed25519"});
    CHECK(added.json().at("public_key").get<std::string>().starts_with("whpk_"));
    CHECK_FALSE(added.json().contains("secret"));
}

TEST_CASE("dead letters are listed, shown and sent again; what is under way is not") {
    Site site;
    static_cast<void>(site.add());
    const auto dead = site.add_delivery("msg_1", "dead");
    const auto pending = site.add_delivery("msg_2", "pending");
    CHECK(site.run({"delivery", "list"}).json().size() == 2);
    const auto letters = site.run({"delivery", "list", "--dead"}).json();
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].at("id") == dead);
    CHECK(
        site.run({"delivery", "show", dead}).json().at("body").get<std::string>().find(R"("data":{"a":1})") !=
        std::string::npos);

    CHECK(site.run({"delivery", "redeliver", pending}).code == 6);
    const auto again = site.run({"delivery", "redeliver", "--dead"});
    REQUIRE(again.code == 0);
    CHECK(again.json()[0].at("workflow_id") == "webhook-" + dead + "-redelivery-1");
    CHECK(site.database.value("select attempts || ' ' || status from app.webhook_deliveries where id = '" +
                              dead + "'") == "7 pending");
    CHECK(callflex({"workflow", "describe", "webhook-" + dead + "-redelivery-1"}).code == 0);
}

TEST_CASE("another organization's endpoints and deliveries are not there") {
    Site site;
    const std::string id = site.add();
    const auto delivery = site.add_delivery("msg_1", "dead");
    site.database.execute(
        "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
        "('0199f0a4-0000-7000-8000-00000000beef', 'Other', 'other', now(), now() + interval '1 month')");
    site.organization = "other";
    CHECK(site.run({"endpoint", "list"}).json().empty());
    CHECK(site.run({"endpoint", "rotate", id}).code == 3);
    CHECK(site.run({"endpoint", "remove", id}).code == 3);
    CHECK(site.run({"delivery", "show", delivery}).code == 3);
    CHECK(site.run({"delivery", "redeliver", delivery}).code == 3);
    site.organization = "nobody";
    CHECK(site.run({"endpoint", "list"}).code == 3);
}

}  // namespace test

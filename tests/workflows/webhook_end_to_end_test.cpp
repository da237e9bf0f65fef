// webhook-delivery by a real worker on a real Postgres, to receivers that answer over real HTTP and check signatures.

#include <doctest/doctest.h>

#include <thread>

#include "tests/workflows/webhook_world.hpp"
#include "workflows/webhook_delivery.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using test::WebhookWorld;

namespace {

constexpr const char* states =
    "select string_agg(status, ', ' order by created_at, id) from app.webhook_deliveries";

}  // namespace

TEST_CASE("an event reaches every subscribed endpoint once, signed, byte for byte as it is stored") {
    WebhookWorld world;
    world.start_worker();
    world.add_endpoint("all");
    world.add_endpoint("calls", {"call.completed"});
    world.add_endpoint("others", {"call.started"});
    const auto runs = world.publish("msg_1");
    REQUIRE(runs.size() == 2);
    for (const auto& run : runs) {
        const WebhookOutcome outcome = world.result(run);
        CHECK(outcome.status == "delivered");
        CHECK(outcome.attempts == 1);
    }
    for (const auto* customer : {"all", "calls"}) {
        const auto report = world.received(customer);
        REQUIRE(report["count"] == 1);
        const auto& message = report["received"][0];
        CHECK(message["problem"] == "");
        CHECK(message["id"] == "msg_1");
        CHECK(message["event"] == "call.completed");
        CHECK(
            message["body"].get<std::string>() ==
            R"({"type":"call.completed","timestamp":"2026-11-21T10:16:31Z","data":{"callId":"c-1","durationSeconds":32}})");
        CHECK(message["body"] == world.value("select distinct body from app.webhook_deliveries"));
    }
    CHECK(world.received("others")["count"] == 0);
    CHECK(world.value(states) == "delivered, delivered");
    CHECK(world.value("select string_agg(outcome || ' ' || status_code, ', ') from app.webhook_attempts") ==
          "delivered 200, delivered 200");
    CHECK(world.publish("msg_1").empty());
}

TEST_CASE(
    "a failing endpoint is tried by the schedule, then the message is a dead letter and its owner is told "
    "once") {
    WebhookWorld world;
    world.db.set_settings(R"({"notifications": {"email": ["owner@acme.example"]}})");
    world.start_worker();
    world.add_endpoint("broken");
    world.behave("broken", {{"status", 503}, {"body", "try <later>\n"}});
    const auto first = world.publish("msg_1").at(0);
    const auto second = world.publish("msg_2").at(0);
    for (const auto& run : {first, second}) {
        const WebhookOutcome outcome = world.result(run);
        CHECK(outcome.status == "dead");
        CHECK(outcome.attempts == 3);
        CHECK(outcome.reason == "answered 503");
    }
    const auto report = world.received("broken");
    CHECK(report["count"] == 6);
    CHECK(report["distinct_ids"] == 2);
    CHECK(world.value(states) == "dead, dead");
    CHECK(world.value("select count(*) from app.live_events where type = 'webhook_dead_letter'") == "2");
    CHECK(world.value("select distinct answer from app.webhook_attempts") == "try <later>\\x0a");
    CHECK(world.value(
              "select count(*) from engine.workflow_ids where workflow_id like 'notify-webhook-outage/%'") ==
          "1");
    world.keep_history(first, "webhook_delivery.v1");
}

TEST_CASE("no try comes before its moment, and Retry-After moves it further away") {
    WebhookWorld world{[] {
        WebhookConfig config = test::quick_webhooks();
        config.schedule = {0ms, 300ms, 500ms};
        return config;
    }()};
    world.start_worker();
    world.add_endpoint("slow");
    world.behave("slow", {{"status", 429}, {"retry_after", 1}, {"times", 1}});
    const auto run = world.publish("msg_1").at(0);
    CHECK(world.result(run).status == "delivered");
    const auto report = world.received("slow");
    REQUIRE(report["count"] == 2);
    const auto gap = report["received"][1]["at_ms"].get<std::int64_t>() -
                     report["received"][0]["at_ms"].get<std::int64_t>();
    CHECK(gap >= 1000);
}

TEST_CASE("410 disables the endpoint with the reason; what waits for it becomes dead letters") {
    WebhookWorld world;
    world.start_worker();
    const auto endpoint = world.add_endpoint("gone");
    world.behave("gone", {{"status", 410}});
    CHECK(world.result(world.publish("msg_1").at(0)).status == "dead");
    CHECK(world.received("gone")["count"] == 1);
    CHECK(world.value("select status || ': ' || disabled_reason from app.webhook_endpoints") ==
          "disabled: it answered 410 Gone");
    CHECK(world.publish("msg_2").empty());

    SUBCASE("enabled again, its dead letters can be sent again, under the same id") {
        world.behave("gone", {{"status", 200}});
        const auto again = world.for_the_organization([&](pqxx::work& tx) {
            webhooks::enable_endpoint(tx, test::organization_id, endpoint.id);
            const auto id = world.value("select id from app.webhook_deliveries");
            auto redelivery = webhooks::redeliver(tx, world.config, test::organization_id, id);
            REQUIRE(redelivery);
            world.client.start(tx, webhook_delivery, redelivery->input,
                               {.workflow = durable::WorkflowId{redelivery->workflow_id},
                                .tenant = durable::Tenant{test::organization_id}});
            return *redelivery;
        });
        CHECK(again.workflow_id.ends_with("-redelivery-1"));
        CHECK(world.result(again.workflow_id).status == "delivered");
        const auto report = world.received("gone");
        CHECK(report["count"] == 2);
        CHECK(report["distinct_ids"] == 1);
        CHECK(world.value("select attempts || ' ' || status from app.webhook_deliveries") == "2 delivered");
        CHECK(world.value("select string_agg(attempt || ' ' || outcome, ', ' order by attempt) from "
                          "app.webhook_attempts") == "1 failed, 2 delivered");
    }
}

TEST_CASE("the circuit opens after failures in a row, one probe is let through, and a success closes it") {
    WebhookConfig config = test::quick_webhooks();
    config.schedule = {0ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms};
    config.circuit_failures = 3;
    config.circuit = 1s;
    config.circuit_max = 1s;
    WebhookWorld world{config};
    world.start_worker();
    world.add_endpoint("flaky", {}, 1);
    world.behave("flaky", {{"status", 500}, {"times", 4}});
    const WebhookOutcome outcome = world.result(world.publish("msg_1").at(0));
    CHECK(outcome.status == "delivered");
    CHECK(outcome.attempts == 5);
    CHECK(outcome.waits >= 2);
    const auto report = world.received("flaky");
    REQUIRE(report["count"] == 5);
    const auto at = [&](std::size_t index) { return report["received"][index]["at_ms"].get<std::int64_t>(); };
    CHECK(at(3) - at(2) >= 900);
    CHECK(at(4) - at(3) >= 900);
    CHECK(world.value("select consecutive_failures || ' ' || (circuit_open_until is null) from "
                      "app.webhook_endpoints") == "0 true");
}

TEST_CASE("a cancelled delivery is marked so, and nobody is told") {
    WebhookConfig config = test::quick_webhooks();
    config.schedule = {0ms, 1h};
    WebhookWorld world{config};
    world.start_worker();
    world.add_endpoint("down");
    world.behave("down", {{"status", 500}});
    const auto run = world.publish("msg_1").at(0);
    durable::client::RunRef ref{};
    ref.workflow = durable::WorkflowId{run};
    while (world.received("down")["count"] == 0) std::this_thread::sleep_for(10ms);
    world.client.cancel(ref, "not wanted", "test");
    CHECK(world.client.wait_result(ref, 30s).status == durable::replay::RunStatus::canceled);
    CHECK(world.value(states) == "canceled");
    CHECK(world.value("select count(*) from app.live_events") == "0");
}

TEST_CASE(
    "secrets are rotated with an overlap: deliveries are signed with both, and receivers of either accept") {
    WebhookWorld world;
    world.start_worker();
    const auto endpoint = world.add_endpoint("careful");
    const auto fresh = world.for_the_organization([&](pqxx::work& tx) {
        return webhooks::rotate_secret(tx, world.secrets, test::organization_id, endpoint.id, 1h);
    });
    CHECK(world.result(world.publish("msg_1").at(0)).status == "delivered");
    world.behave("careful", {{"secrets", {fresh}}});
    CHECK(world.result(world.publish("msg_2").at(0)).status == "delivered");
    CHECK(world.received("careful")["not_verified"] == 0);

    world.db.database.advance(2h);
    CHECK(world.result(world.publish("msg_3").at(0)).status == "delivered");
    world.behave("careful", {{"secrets", {endpoint.secret}}});
    CHECK(world.result(world.publish("msg_4").at(0)).status == "dead");
    CHECK(world.value(
              "select count(*) from app.webhook_endpoint_secrets where ciphertext::text like '%whsec%'") ==
          "0");
}

TEST_CASE(
    "S-69: however many endpoints a customer has, and however many lead to one address, few tries run at "
    "once") {
    WebhookConfig config = test::quick_webhooks();
    SUBCASE("by organization") {
        config.per_organization = 1;
    }
    SUBCASE("by address") {
        config.per_address = 1;
    }
    WebhookWorld world{config};
    world.start_worker();
    // Three endpoints of one receiver: what it sees is all of them together.
    std::vector<std::string> known;
    for (int i = 0; i < 3; ++i) known.push_back(world.add_endpoint("busy").secret);
    world.behave("busy", {{"secrets", known}, {"delay_ms", 150}});
    const auto runs = world.publish("msg_1");
    REQUIRE(runs.size() == 3);
    int waits = 0;
    for (const auto& run : runs) {
        const WebhookOutcome outcome = world.result(run);
        CHECK(outcome.status == "delivered");
        CHECK(outcome.attempts == 1);
        waits += outcome.waits;
    }
    CHECK(world.received("busy")["in_flight_max"] == 1);
    CHECK(waits >= 2);
    CHECK(world.value("select count(*) from app.webhook_attempts") == "3");
}

TEST_CASE("S-70: what a customer's server said is for its own organization alone, and for no reader") {
    WebhookWorld world;
    world.start_worker();
    world.add_endpoint("talkative");
    world.behave("talkative", {{"status", 500}, {"body", "secret of the customer"}});
    const auto run = world.publish("msg_1").at(0);
    CHECK(world.result(run).status == "dead");
    pqxx::connection connection{world.db.database.url()};
    pqxx::work tx{connection};
    act_for(tx, "0199f0a4-0000-7000-8000-00000000beef");
    CHECK(tx.exec("select count(*) from app.webhook_attempts")[0][0].as<int>() == 0);
    act_for(tx, test::organization_id);
    CHECK(tx.exec("select count(*) from app.webhook_attempts")[0][0].as<int>() == 3);
    CHECK(world.value("select has_table_privilege('callflex_readonly', 'app.webhook_attempts', 'select')") ==
          "f");
    CHECK(world.value(
              "select has_table_privilege('callflex_readonly', 'app.webhook_endpoint_secrets', 'select')") ==
          "f");
    // Not in the run's history either: verdicts and our own words only.
    CHECK(world.history(run).find("answered 500") != std::string::npos);
    CHECK(world.history(run).find("secret of") == std::string::npos);
}

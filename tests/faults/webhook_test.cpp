// webhook-delivery, broken at every commit boundary and in the middle of a try: nothing is lost, nothing is told twice,
// and a receiver sees repeats only of the try that broke, under the same id.

#include <doctest/doctest.h>

#include <csignal>
#include <thread>

#include "activities/tenancy.hpp"
#include "activities/webhooks/deliveries.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "tests/faults/crash_scenario.hpp"

namespace {

using namespace callflex;
using namespace std::chrono_literals;
using test::FaultWorld;

constexpr auto second_wait = 200ms;

WebhookConfig quick() {
    WebhookConfig config;
    config.schedule = {0ms, second_wait};
    config.allow_private = true;
    return config;
}

void behave(FaultWorld& world, const nlohmann::json& behaviour) {
    world.ask_sandbox("PUT", "/customers/acme/handicap", behaviour.dump());
}

nlohmann::json received(const FaultWorld& world) {
    return world.ask_sandbox("GET", "/customers/acme/received");
}

/// An endpoint, one event for it, and the start of its delivery, in one transaction.
std::string publish(FaultWorld& world) {
    const SecretBox box{world.secrets_key()};
    webhooks::NewEndpoint wanted;
    wanted.url = world.sandbox_url() + "/customers/acme";
    pqxx::connection connection{world.database().url()};
    pqxx::work tx{connection};
    act_for(tx, world.organization_id());
    // The demo organization may have an endpoint of its own: this event is for ours.
    wanted.event_types = {"test.event"};
    const auto endpoint = webhooks::create_endpoint(tx, box, world.organization_id(), wanted, true);
    const auto made = webhooks::create(tx, quick(),
                                       {world.organization_id(), "msg_1", "test.event",
                                        durable::Timestamp{1795256191s}, durable::Payload{R"({"n":1})"}});
    tx.commit();
    const auto ours = std::ranges::find(made.deliveries, endpoint.id, &WebhookDelivery::endpoint_id);
    REQUIRE(ours != made.deliveries.end());
    world.ask_sandbox("PUT", "/customers/acme/behaviour",
                      nlohmann::json{{"secrets", {endpoint.secret}}}.dump());
    const std::string run = "webhook-" + ours->delivery_id;
    world.start(std::string{webhook_delivery.name}, durable::encode(*ours), run);
    return run;
}

void require_same_message(const FaultWorld& world, int tries, bool same_try_again = false) {
    const auto report = received(world);
    CHECK(report["distinct_ids"] == 1);
    CHECK(report["not_verified"] == 0);
    CHECK(report["count"] >= tries);
    CHECK(report["count"] <= tries + 1);  // the try that broke, again
    const auto first = report["received"].front()["at_ms"].get<std::int64_t>();
    const auto last = report["received"].back()["at_ms"].get<std::int64_t>();
    if (!same_try_again) CHECK(last - first >= std::chrono::milliseconds{second_wait}.count());
}

/// A worker that dies between the endpoint's refusal and its note of it makes the same try again, which then
/// succeeds: the endpoint has seen two requests in any case.
void require_delivered(const FaultWorld& world) {
    const std::string delivery = world.value(
        "select status || ' ' || attempts from app.webhook_deliveries where event_type = 'test.event'");
    const std::string tries = world.value(
        "select string_agg(attempt || ' ' || outcome, ', ' order by attempt) from app.webhook_attempts");
    const bool refusal_forgotten = world.lost_a_worker() && tries == "1 delivered";
    CHECK(delivery == (refusal_forgotten ? "delivered 1" : "delivered 2"));
    CHECK((refusal_forgotten || tries == "1 failed, 2 delivered"));
    CHECK(world.value("select count(*) from app.live_events where type = 'webhook_dead_letter'") == "0");
    if (refusal_forgotten) CHECK(received(world)["count"] == 2);
    require_same_message(world, 2, refusal_forgotten);
}

void require_buried(const FaultWorld& world) {
    CHECK(world.value("select status || ' ' || attempts from app.webhook_deliveries where event_type = "
                      "'test.event'") == "dead 2");
    CHECK(world.value("select count(*) from app.live_events where type = 'webhook_dead_letter'") == "1");
    CHECK(world.value(
              "select count(*) from engine.workflow_ids where workflow_id like 'notify-webhook-outage/%'") ==
          "1");
    CHECK(world.sent("resend")["count"] == 1);
    require_same_message(world, 2);
}

}  // namespace

TEST_CASE(
    "a message is delivered at its second try whichever commit boundary its worker breaks at, and however") {
    test::require_at_every_crash_point({.begin =
                                            [](FaultWorld& world) {
                                                publish(world);
                                                behave(world, {{"status", 500}, {"times", 1}});
                                            },
                                        .verify = require_delivered,
                                        .points_min = 4});
}

TEST_CASE(
    "a dead letter is written down once and told once, whichever commit boundary its worker breaks at") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 world.database().execute(
                     R"(update app.organizations set settings = '{"notifications": {"email": ["owner@acme.example"]}}')");
                 publish(world);
                 behave(world, {{"status", 500}});
             },
         .verify = require_buried,
         .points_min = 6});
}

TEST_CASE("a worker that dies in the middle of a try: the same try is made again, and recorded as one") {
    FaultWorld world;
    publish(world);
    behave(world, {{"manner", "hang"}, {"times", 1}});
    const pid_t victim = world.start_worker();
    while (received(world)["count"] == 0) std::this_thread::sleep_for(10ms);
    ::kill(victim, SIGKILL);
    CHECK(world.crashed(victim));
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    CHECK(world.violations() == "");
    const auto report = received(world);
    CHECK(report["count"] == 2);
    CHECK(report["distinct_ids"] == 1);
    CHECK(world.value("select string_agg(attempt || ' ' || outcome, ', ') from app.webhook_attempts") ==
          "1 delivered");
}

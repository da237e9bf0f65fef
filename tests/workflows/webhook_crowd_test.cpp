// Ten thousand messages for an endpoint that is dead, and one that is well beside it: nobody pays for the other.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/workflows/webhook_world.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using test::WebhookWorld;

namespace {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int crowd = 1'500;
#else
constexpr int crowd = 10'000;
#endif
constexpr int healthy_messages = 100;
constexpr int dead_at_once = 2;
constexpr auto second_wait = 20s;
constexpr auto patience = 5min;

/// With a circuit that closes soon, so that the dead endpoint's tries lie heavily on whatever they share.
WebhookConfig crowded() {
    WebhookConfig config = test::quick_webhooks();
    config.schedule = {0ms, second_wait, 1h};
    config.timeout = 40s;  // of a try that hangs: nearly all that the activity has
    config.circuit_failures = 20;
    config.circuit = 5s;
    config.circuit_max = 5s;
    return config;
}

/// One event for many rows at once, as the fan-out would do it one by one.
void publish_many(WebhookWorld& world, const std::string& prefix, int count) {
    for (int done = 0; done < count; done += 500) {
        world.for_the_organization([&](pqxx::work& tx) {
            for (int i = done; i < std::min(count, done + 500); ++i) {
                const WebhookEvent event{test::organization_id, "msg_" + prefix + std::to_string(i), prefix,
                                         durable::Timestamp{1795256191s}, durable::Payload{R"({"n":1})"}};
                for (const auto& delivery : webhooks::create(tx, world.config, event).deliveries)
                    world.client.start(tx, webhook_delivery, delivery,
                                       {.workflow = durable::WorkflowId{"webhook-" + delivery.delivery_id},
                                        .tenant = durable::Tenant{test::organization_id}});
            }
        });
    }
    world.client.notify();
}

/// An endpoint that is well, and a crowd before one that behaves like this and has taken all the tries that it may.
void gather(WebhookWorld& world, const nlohmann::json& behaviour) {
    world.start_worker();
    world.add_endpoint("well", {"well"});
    world.add_endpoint("dead", {"dead"}, dead_at_once);
    world.behave("dead", behaviour);
    publish_many(world, "dead", crowd);
    REQUIRE(test::eventually([&] { return world.received("dead")["count"] >= dead_at_once; }, patience));
}

/// Publishes, one every 20 ms, and waits until all have arrived. False: some have not.
bool healthy_ones_arrive(WebhookWorld& world) {
    for (int i = 0; i < healthy_messages; ++i) {
        world.publish("msg_well" + std::to_string(i), "well");
        std::this_thread::sleep_for(20ms);  // the pace of the load, not a wait for anything
    }
    return test::eventually([&] { return world.received("well")["distinct_ids"] == healthy_messages; },
                            patience);
}

}  // namespace

TEST_CASE("10,000 messages for an endpoint that hangs: a healthy one's wait for none of its tries") {
    WebhookWorld world{crowded()};
    gather(world, {{"manner", "hang"}});
    REQUIRE(healthy_ones_arrive(world));

    // The tries before the healthy messages' hang on. On a very slow machine some are over and others have followed;
    // were a place in any queue shared, each healthy message would have had to wait for one of them.
    const auto report = world.received("dead");
    CHECK(report["in_flight_max"] == dead_at_once);
    CHECK(report["count"] <= dead_at_once + healthy_messages / 10);
}

TEST_CASE(
    "10,000 messages for an endpoint that fails keep to their schedule and limit, beside a healthy one's") {
    WebhookWorld world{crowded()};
    gather(world, {{"status", 503}, {"delay_ms", 100}});
    REQUIRE(healthy_ones_arrive(world));

    const auto report = world.received("dead");
    MESSAGE("tries at the dead endpoint: " << report["count"]);
    CHECK(report["in_flight_max"] <= dead_at_once);
    std::map<std::string, std::int64_t> first_try;
    for (const auto& message : report["received"]) {
        const auto at = message["at_ms"].get<std::int64_t>();
        const auto [earlier, is_first] = first_try.emplace(message["id"], at);
        if (!is_first)
            CHECK(at - earlier->second >=
                  std::chrono::duration_cast<std::chrono::milliseconds>(second_wait).count());
    }
    CHECK(world.value("select count(*) from app.webhook_deliveries where status = 'pending' and event_type = "
                      "'dead'") == std::to_string(crowd));
}

// Ten thousand messages for an endpoint that is dead, and one that is well beside it: nobody pays for the other.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <thread>

#include "tests/workflows/webhook_world.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using test::WebhookWorld;

namespace {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int crowd = 1'000;
#else
constexpr int crowd = 10'000;
#endif
constexpr int healthy_messages = 100;
constexpr int dead_at_once = 2;
constexpr auto second_wait = 20s;

/// The dead endpoint hangs for a second and then fails, so that its tries lie heavily on whatever they share.
WebhookConfig crowded() {
    WebhookConfig config = test::quick_webhooks();
    config.schedule = {0ms, second_wait, 1h};
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

/// Milliseconds from an event to its arrival, sorted; the messages are published one every 20 ms.
std::vector<std::int64_t> healthy_latencies(WebhookWorld& world) {
    std::map<std::string, std::int64_t> published;
    for (int i = 0; i < healthy_messages; ++i) {
        const std::string id = "msg_well" + std::to_string(i);
        published[id] = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
        world.publish(id, "well");
        std::this_thread::sleep_for(20ms);  // the pace of the load, not a wait for anything
    }
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    nlohmann::json report = world.received("well");
    while (report["distinct_ids"] != healthy_messages && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(20ms);
        report = world.received("well");
    }
    REQUIRE(report["distinct_ids"] == healthy_messages);
    std::vector<std::int64_t> latencies;
    for (const auto& message : report["received"])
        latencies.push_back(message["at_ms"].get<std::int64_t>() - published.at(message["id"]));
    std::ranges::sort(latencies);
    return latencies;
}

std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

TEST_CASE(
    "10,000 messages for a dead endpoint cost a healthy one nothing, and keep to their schedule and limit") {
    std::int64_t alone = 0;
    {
        WebhookWorld world{crowded()};
        world.start_worker();
        world.add_endpoint("well", {"well"});
        const auto latencies = healthy_latencies(world);
        alone = percentile(latencies, 0.99);
        MESSAGE("alone: p50 " << percentile(latencies, 0.5) << " ms, p99 " << alone << " ms");
    }
    WebhookWorld world{crowded()};
    world.start_worker();
    world.add_endpoint("well", {"well"});
    world.add_endpoint("dead", {"dead"}, dead_at_once);
    world.behave("dead", {{"status", 503}, {"delay_ms", 100}});
    publish_many(world, "dead", crowd);
    // The crowd is there when every one of its runs waits for its try, or for the circuit.
    const auto give_up = std::chrono::steady_clock::now() + 120s;
    while (world.received("dead")["count"] < 20 && std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(50ms);
    while (world.value("select count(*) >= " + std::to_string(crowd) + " from app.webhook_deliveries") != "t")
        std::this_thread::sleep_for(50ms);

    const auto latencies = healthy_latencies(world);
    const std::int64_t beside = percentile(latencies, 0.99);
    MESSAGE("beside " << crowd << " dead ones: p50 " << percentile(latencies, 0.5) << " ms, p99 " << beside
                      << " ms");
    CHECK(beside <= 3 * alone + 250);

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

#include <doctest/doctest.h>
#include <unistd.h>

#include "api/bench/ingress_load.hpp"
#include "tests/ingress/world.hpp"

using namespace std::chrono_literals;

namespace {

callflex::bench::IngressLoadOptions load_on(const test::World& world, int connections,
                                            std::chrono::milliseconds duration) {
    callflex::bench::IngressLoadOptions load;
    load.port = world.port();
    load.reporters = {{test::World::organization, test::World::secret}};
    load.connections = connections;
    load.duration = duration;
    return load;
}

}  // namespace

TEST_CASE("under load every acknowledged report has its call and its run, and commits are shared") {
    const test::World world;
    const auto result = callflex::bench::run_ingress_load(load_on(world, 16, 1s));
    MESSAGE("reports/s: " << result.requests_per_second << ", p50 " << result.p50.count() << " us, p99 "
                          << result.p99.count() << " us");
    REQUIRE(result.acknowledged.size() > 20);
    CHECK(result.refused == 0);
    CHECK(result.broken == 0);
    const std::string count = std::to_string(result.acknowledged.size());
    CHECK(world.rows() == count + " " + count + " " + count);
    CHECK(world.value("select count(*) from app.calls c join engine.workflow_ids w on w.workflow_id = "
                      "'call-processing-' || c.vendor_call_id where c.status = 'ended'") == count);
    CHECK(std::stoll(world.value("select count(distinct xmin::text) from app.inbound_webhooks")) <
          std::stoll(count));
}

// The bar: 64 connections, 2 KiB reports, at least 2,000/s in a release build with the load on the same two
// cores. Run by name: test_ingress -ns -tc="the ingress bar*"
TEST_CASE("the ingress bar is 2000 reports a second" * doctest::skip()) {
    const test::World world;
    const auto result = callflex::bench::run_ingress_load(load_on(world, 64, 10s));
    MESSAGE("reports/s: " << result.requests_per_second << ", p50 " << result.p50.count() << " us, p99 "
                          << result.p99.count() << " us, p99.9 " << result.p999.count() << " us");
    CHECK(result.refused == 0);
    CHECK(result.requests_per_second >= 2000);
}

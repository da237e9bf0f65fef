// What is wrong around a healthy server: clocks, snapshots, partitions, notifications.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "tests/faults/database/tallies.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Settings under which a process believes in another time. Durations are left alone.
FragileWorld::Settings believing(const std::string& shift) {
    return {{"LD_PRELOAD", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"},
            {"FAKETIME", shift},
            {"DONT_FAKE_MONOTONIC", "1"}};
}

/// Whether the library that makes it believe so is really there.
bool is_faked(pid_t process) {
    std::ifstream maps{fmt::format("/proc/{}/maps", process)};
    const std::string text{std::istreambuf_iterator<char>{maps}, {}};
    return text.find("libfaketime") != std::string::npos;
}

void nap(durable::client::Client& client, int number) {
    durable::client::StartOptions options;
    options.workflow = durable::WorkflowId{fmt::format("nap-{}", number)};
    client.start("nap", durable::encode(200), options);
}

}  // namespace

TEST_CASE(
    "workers whose clocks are an hour early and late fire no timer early and take nothing from each other") {
    FragileWorld world;
    const pid_t early = world.start_worker("early", "", believing("-1h"));
    const pid_t late = world.start_worker("late", "", believing("+1h"));
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(2);
    REQUIRE(is_faked(early));
    REQUIRE(is_faked(late));
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 10ms, acknowledged};
    TallyCaller caller{world.url(), "tally", acknowledged};
    durable::client::Client client{{.connection_string = world.url()}};
    for (int number = 0; number < 20; ++number) nap(client, number);
    REQUIRE(eventually([&] { return acknowledged.count() >= 60; }, FragileWorld::patience));
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(wrong_tallies(world, tallies).empty());
    // Timers that fired early are among what is looked for here.
    CHECK(world.violations() == "");
    // Nobody was declared dead.
    CHECK(world.value("select count(*) from engine.workers") == "2");
    CHECK(world.value("select count(*) from engine.workers where ended_at is not null") == "0");
    CHECK(
        world.value(
            "select count(*) from engine.runs r join engine.closed_runs c using (run_id) where type = 'nap' "
            "and c.closed_at - r.started_at < interval '400 milliseconds'") == "0");
}

TEST_CASE("beside a stranger's long snapshot all is processed") {
    FragileWorld world;
    world.start_worker("worker-1");
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    pqxx::connection stranger{world.owner_url()};
    pqxx::transaction<pqxx::repeatable_read> snapshot{stranger};
    snapshot.exec("select count(*) from engine.live_runs");
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 4, 5ms, acknowledged};
    const std::size_t enough = full_size() ? 20'000 : 80;
    REQUIRE(eventually([&] { return acknowledged.count() >= enough; },
                       full_size() ? 15min : FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
    // The rows are really kept: otherwise this would show nothing.
    CHECK(std::stoi(world.value("select count(*) from pg_stat_activity where backend_xmin is not null and "
                                "xact_start < now() - interval '1 second'")) > 0);
    figure("acknowledged beside a snapshot", acknowledged.count());
}

TEST_CASE(
    "without a partition for new histories nothing is acknowledged and the log says why; with one, all is") {
    FragileWorld world;
    world.start_worker("worker-1");
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    world.execute(
        "do $$ declare one text; begin for one in select inhrelid::regclass::text from pg_inherits "
        "where inhparent = 'engine.history'::regclass loop execute 'drop table ' || one; end loop; end $$");
    CHECK(world.violations().find("history") != std::string::npos);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    REQUIRE(eventually([&] { return reporters.refused() > 5; }, FragileWorld::patience));
    CHECK(acknowledged.count() == 0);
    CHECK(world.log_of("ingress-1").find("callflex migrate") != std::string::npos);
    world.execute("select engine.create_partitions(now() - interval '1 month', now() + interval '4 months')");
    const auto count = acknowledged.count();
    REQUIRE(eventually([&] { return acknowledged.count() >= count + 10; }, FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
}

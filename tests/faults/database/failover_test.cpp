// The primary dies under load, its synchronous standby takes over: what was acknowledged is there.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>
#include <pqxx/pqxx>
#include <thread>

#include "tests/faults/database/standby.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Cancels the wait of a commit for its standby; false if nobody of that application waits.
bool cancel_wait(const FragileWorld& world, const std::string& application) {
    return world.value(
               "select bool_or(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep' "
               "and "
               "application_name like '" +
               application + "%'") == "t";
}

void want_standby(const FragileWorld& world, const std::string& name) {
    world.execute("alter system set synchronous_standby_names = '" + name + "'");
    world.execute("select pg_reload_conf()");
    REQUIRE(eventually([&] { return world.value("show synchronous_standby_names") == name; }));
    // Commits go on as before until the checkpointer has read it: the second of two begins afterwards.
    world.execute("checkpoint");
    world.execute("checkpoint");
}

}  // namespace

TEST_CASE(
    "failing over to a synchronous standby under load loses nothing that was acknowledged, and all runs "
    "finish") {
    FragileWorld world;
    Standby standby{world};
    const std::string& url = standby.url_of_both();
    for (const char* name : {"worker-1", "worker-2"}) world.start_worker(name, url);
    const std::vector<std::uint16_t> ports{world.start_ingress("ingress-1", url),
                                           world.start_ingress("ingress-2", url)};
    world.await_processes(2);

    Acknowledgements acknowledged;
    Reporters reporters{world, ports, full_size() ? 8 : 3, 20ms, acknowledged};
    TallyCaller first{url, "first", acknowledged};
    TallyCaller second{url, "second", acknowledged};
    const std::size_t enough = full_size() ? 5000 : 150;
    REQUIRE(eventually([&] { return acknowledged.count() >= enough; }, FragileWorld::patience));
    world.server().stop(callflex::PrivateCluster::Stop::immediate);
    const std::size_t before = acknowledged.count();
    standby.promote();
    REQUIRE(eventually([&] { return acknowledged.count() >= before + enough; }, FragileWorld::patience));
    reporters.stop();
    auto tallies = first.stop();
    for (const std::string& id : second.stop()) tallies.push_back(id);

    CHECK(world.becomes_quiet());
    const auto lost = world.unprocessed(acknowledged.all());
    CHECK(lost.empty());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(world.violations() == "");
    figure("acknowledged before", before);
    figure("acknowledged", acknowledged.count());
    figure("acknowledged and lost", lost.size());
    figure("longest gap", static_cast<double>(acknowledged.longest_gap().count()), "ms");
    if (full_size()) CHECK(acknowledged.longest_gap() < 3s);
}

TEST_CASE(
    "F29: a former primary that comes back beside the new one acknowledges nothing while it wants its "
    "standby, and all "
    "goes on once it is gone") {
    FragileWorld world;
    Standby standby{world};
    const std::string& url = standby.url_of_both();
    for (const char* name : {"worker-1", "worker-2"}) world.start_worker(name, url);
    const std::vector<std::uint16_t> ports{world.start_ingress("ingress-1", url)};
    world.await_processes(2);
    Acknowledgements acknowledged;
    Reporters reporters{world, ports, 3, 20ms, acknowledged};
    const auto await_more = [&](std::size_t more) {
        const std::size_t before = acknowledged.count();
        REQUIRE(eventually([&] { return acknowledged.count() >= before + more; }, FragileWorld::patience));
    };
    await_more(50);
    world.server().stop(callflex::PrivateCluster::Stop::immediate);
    standby.promote();
    await_more(50);

    // It is the first host of everybody's connection string, and takes writes.
    standby.former().start();
    pqxx::connection former{standby.former().url()};
    const auto waiting_there = [&] {
        return pqxx::nontransaction{former}
            .exec("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")[0][0]
            .as<int>();
    };
    CHECK(waiting_there() == 0);
    world.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_app'");
    REQUIRE(eventually([&] { return waiting_there() > 0; }, FragileWorld::patience));
    std::this_thread::sleep_for(3s);
    standby.former().stop(callflex::PrivateCluster::Stop::immediate);

    await_more(50);
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
}

TEST_CASE("a start whose wait for the standby was cancelled is not told as done before a standby has it") {
    FragileWorld world;
    durable::client::Client client{{.connection_string = world.url(), .patience = 60s}};
    want_standby(world, "nobody");
    auto start = std::async(std::launch::async, [&] {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{"in-doubt"};
        return client.start("tally", durable::encode(1), options);
    });
    REQUIRE(eventually([&] { return cancel_wait(world, "callflex-client"); }));
    // Its second try finds what the first has written; that is not safe yet either.
    REQUIRE(eventually([&] { return cancel_wait(world, "callflex-client"); }));
    REQUIRE(eventually([&] {
        return world.value("select count(*) from pg_stat_activity where wait_event = 'SyncRep'") == "1";
    }));
    CHECK(start.wait_for(0s) != std::future_status::ready);
    want_standby(world, "");
    CHECK(start.get().outcome == durable::client::StartResult::Outcome::started);
    CHECK(world.value("select count(*) from engine.live_runs") == "1");
}

TEST_CASE("without its standby the ingress acknowledges nothing, and everything once it is back") {
    FragileWorld world;
    world.start_worker("worker-1");
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    want_standby(world, "nobody");
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    REQUIRE(eventually([&] { return cancel_wait(world, "callflex-ingress"); }, FragileWorld::patience));
    REQUIRE(eventually([&] { return reporters.refused() > 0; }, FragileWorld::patience));
    CHECK(acknowledged.count() == 0);
    want_standby(world, "");
    REQUIRE(eventually([&] { return acknowledged.count() >= 10; }, FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
}

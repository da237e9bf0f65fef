// A transaction pooler in the path: what works through it, and who says that he needs Postgres itself.

#include <doctest/doctest.h>

#include "tests/faults/database/pooler.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// One client's settings would be the next one's: with synchronous_commit off, what is acknowledged is not safe.
void must_have_no_settings_of_ours(const Pooler& pooler) {
    for (int look = 0; look < 5; ++look) {
        pqxx::connection connection{pooler.url()};
        const auto row = pqxx::nontransaction{connection}.exec1(
            "select current_setting('synchronous_commit'), current_setting('search_path'), "
            "current_setting('lock_timeout')");
        CHECK(row[0].as<std::string>() == "on");
        CHECK(row[1].as<std::string>() == "\"$user\", public");
        CHECK(row[2].as<std::string>() == "0");
    }
}

}  // namespace

TEST_CASE("ingress and callers work through a transaction pooler, and leave nothing behind on its backends") {
    FragileWorld world;
    const Pooler pooler{world};
    world.start_worker("worker-1");
    const auto port = world.start_ingress("ingress-1", pooler.url());
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 3, 20ms, acknowledged};
    TallyCaller caller{pooler.url(), "tally", acknowledged};
    REQUIRE(eventually([&] { return acknowledged.count() >= 80; }, FragileWorld::patience));
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(world.violations() == "");
    must_have_no_settings_of_ours(pooler);
}

TEST_CASE("notifications leave through a transaction pooler, without a setting that stays on its backend") {
    FragileWorld world;
    const Pooler pooler{world, 1};
    durable::store::ClosedListener listener{world.url()};
    durable::store::Notifier notifier{pooler.url(), true};
    notifier.updates();
    CHECK(eventually([&] { return listener.wait(1s); }));
    must_have_no_settings_of_ours(pooler);
}

TEST_CASE("a result is waited for through a pooler, by asking again and again") {
    FragileWorld world;
    const Pooler pooler{world};
    world.start_worker("worker-1");
    world.await_processes(1);
    durable::client::Client client{{.connection_string = pooler.url()}};
    durable::client::StartOptions options;
    options.workflow = durable::WorkflowId{"nap"};
    const auto started = client.start("nap", durable::encode(100), options);
    durable::client::RunRef ref;
    ref.run = started.run;
    CHECK(client.wait_result(ref, 60s).status == durable::replay::RunStatus::completed);
}

TEST_CASE("a worker that is led to a pooler does nothing, and says what it needs") {
    FragileWorld world;
    const Pooler pooler{world};
    world.start_worker("worker-1", pooler.url());
    REQUIRE(eventually(
        [&] { return world.log_of("worker-1").find("leads to a connection pooler") != std::string::npos; },
        FragileWorld::patience));
    CHECK(world.value("select count(*) from engine.workers") == "0");
}

// An upgrade in small: the database of the release before, killed in the middle of its work, as scripts/upgrade-test
// --dump has left it. The real programs beside each other: scripts/upgrade-test.

#include <doctest/doctest.h>

#include <filesystem>
#include <pqxx/pqxx>

#include "engine/testing/cluster/test_cluster.hpp"
#include "schema/migrate.hpp"
#include "tests/faults/database/backup.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/figures.hpp"
#include "tests/tidy/source_tree.hpp"

using namespace test;

namespace {

/// One file a release that upgrades are promised from: its version and commit.
std::vector<std::filesystem::path> releases() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator{tidy::root() / "tests/upgrade"}) {
        if (entry.path().extension() == ".gz") found.push_back(entry.path());
    }
    return found;
}

/// Shortly after everybody who was there had died. Today mail that was to leave within hours would rightly be given up.
void continue_at_its_moment(pqxx::connection& owner) {
    durable::testing::make_clock_movable(owner);
    pqxx::nontransaction{owner}.exec(
        "update engine.test_clock set shift = (select max(lease_until) from engine.workers) + "
        "interval '1 minute' - now()");
}

}  // namespace

TEST_CASE("the database of a release before, with open runs, is migrated, and its runs finish") {
    const auto dumps = releases();
    REQUIRE_FALSE(dumps.empty());
    for (const auto& dump : dumps) {
        INFO(dump.filename().string());
        FragileWorld world;
        {
            pqxx::connection server{world.server().url()};
            pqxx::nontransaction{server}.exec("drop database callflex");
        }
        restore_database(world.server().url(), "callflex", dump);
        const std::string open = world.value("select count(*) from engine.live_runs");
        REQUIRE(open != "0");
        std::size_t applied = 0;
        {
            pqxx::connection connection{world.owner_url()};
            schema::migrate(connection, [&](const schema::Step&) { ++applied; });
            continue_at_its_moment(connection);
        }
        figure("open runs of " + dump.filename().string(), std::stoi(open));
        figure("migrations beyond it", applied);

        world.start_worker("worker-1");
        world.start_worker("worker-2");
        CHECK(world.becomes_quiet());
        CHECK(world.value("select count(*) from engine.closed_runs where status <> 'completed'") == "0");
        CHECK(world.value("select count(*) from engine.blocked") == "0");
        CHECK(world.value("select count(*) from app.calls c where c.status = 'ended' and (select count(*) "
                          "from engine.runs r "
                          "join engine.closed_runs e using (run_id) "
                          "where r.workflow_id = 'call-processing-' || c.vendor_call_id) = 1") == "6");
        CHECK(world.violations() == "");
        // Its mail had not gone out; the rest was not done again.
        CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/sent?vendor=resend").at("sent").size() >= 6);
        CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/sent?vendor=twilio").at("sent").empty());
    }
}

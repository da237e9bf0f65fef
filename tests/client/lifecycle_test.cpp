// Reset, fork, pause and removal inside a caller's transaction: they happen exactly when that commits.

#include <doctest/doctest.h>

#include <functional>

#include "tests/client/office.hpp"

using namespace test;

namespace {

client::ResetOptions to_the_start() {
    client::ResetOptions options;
    options.point.at = client::ResetPoint::At::first_activation;
    options.identity = "tester";
    return options;
}

/// What can be seen of all runs from outside.
std::string state(const Office& office) {
    return office.database.value(
        "select string_agg(format('%s %s %s', run_id, paused, owner), ',' order by run_id) from "
        "engine.live_runs");
}

/// `act` changes nothing in a transaction that is rolled back, and something in one that commits.
void shares_its_fate(Office& office, const std::function<void(pqxx::transaction_base&)>& act) {
    const std::string before = state(office);
    pqxx::connection connection{office.database.url()};
    {
        pqxx::work tx{connection};
        act(tx);
    }
    CHECK(state(office) == before);
    CHECK(office.database.value("select count(*) from engine.audit") == "0");
    pqxx::work tx{connection};
    act(tx);
    tx.commit();
    CHECK(state(office) != before);
    CHECK(office.database.value("select count(*) from engine.audit") == "1");
}

}  // namespace

TEST_CASE("a lifecycle verb and its audit row share the fate of the transaction that they are part of") {
    Office office;
    const auto run = office.start(sleeping, "sleeping");
    SUBCASE("reset") {
        shares_its_fate(office,
                        [&](auto& tx) { office.client.reset(tx, office.workflows, run, to_the_start()); });
    }
    SUBCASE("fork") {
        shares_its_fate(office, [&](auto& tx) {
            office.client.fork(tx, office.workflows, run, WorkflowId{"fork"}, to_the_start());
        });
    }
    SUBCASE("pause") {
        shares_its_fate(office, [&](auto& tx) { office.client.pause(tx, run, "ticket 12", "tester"); });
    }
    SUBCASE("removal") {
        shares_its_fate(office,
                        [&](auto& tx) { office.client.remove(tx, run, true, "ticket 12", "tester"); });
    }
}

TEST_CASE("a verb that names no run says so, and a point that is not there is refused in words") {
    Office office;
    const store::RunRef nobody{.workflow = WorkflowId{"nobody"}};
    CHECK(office.client.pause(nobody, "", "tester") == store::SendResult::not_found);
    CHECK(office.client.remove(nobody, false, "", "tester") == store::RemoveResult::not_found);
    CHECK_THROWS_AS(static_cast<void>(office.client.reset(office.workflows, nobody, to_the_start())),
                    client::NotFound);
    const auto run = office.start(sleeping, "sleeping");
    client::ResetOptions options;
    options.point = {.at = client::ResetPoint::At::build, .event = {}, .build = "build-0"};
    CHECK_THROWS_WITH_AS(static_cast<void>(office.client.reset(office.workflows, run, options)),
                         doctest::Contains("has no activation of that build"), store::ResetRefused);
}

TEST_CASE("why a run waits: it was paused, and by whom") {
    Office office;
    const auto run = office.start(approval, "approval");
    office.client.pause(run, "ticket 12", "tester");
    const auto why = office.why(run);
    CHECK(why.kind == "paused");
    CHECK(why.cause.find("tester") != std::string::npos);
    office.client.unpause(run, "", "tester");
    CHECK(office.why(run).kind != "paused");
}

// What the store promises of updates and messages between workflows: at what cost, and that the checks see damage.

#include "engine/store/updates.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/store/check.hpp"
#include "tests/store/family.hpp"
#include "tests/store/plans.hpp"

namespace {

using namespace durable;
using namespace durable::store;

/// An open run, among many strangers with updates under way.
struct UpdatePlans : test::Plans {
    UpdatePlans() : run(start(request("shop")).run.value.to_string()) {
        database.execute(
            "create temporary table strangers as select overlay(gen_random_uuid()::text placing "
            "substr(engine.uuid_floor(now())::text, 1, 13) from 1)::uuid as id from generate_series(1, 5000);"
            "insert into engine.live_runs (run_id, chain_id, owner, queue, tenant) select id, id, 1, "
            "'default', "
            "'' from strangers;"
            "insert into engine.updates (chain_id, update_id, run_id, name, tenant, stage, admitted_at) "
            "select id, 'u-' || n, id, 'sell', '', 'admitted', now() from strangers, generate_series(1, 3) n;"
            "analyze engine.updates; analyze engine.live_runs");
    }
    std::string run;
};

/// An open run with one admitted update.
struct Shop : test::FamilyFixture {
    Shop() : run(start(request("shop")).run) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        admit(tx, {.run = run}, {"u-1", "sell", Payload{"1"}});
        tx.commit();
    }
    [[nodiscard]] std::int64_t violated(const std::string& id) const {
        pqxx::connection connection{database.url()};
        const auto lines = check(connection);
        const auto line = std::ranges::find(lines, id, &CheckLine::id);
        REQUIRE(line != lines.end());
        return line->violated;
    }
    RunId run;
};

}  // namespace

TEST_CASE_FIXTURE(UpdatePlans,
                  "admitting and recording updates costs the same however many others there are") {
    const std::string admitting =
        explain("admit_update", fmt::format("'{0}', '{0}', 'u-9', 'sell', '{{}}', 100", run));
    test::check_no_whole_tables(admitting);
    CHECK(test::buffers_of_scans(admitting) < 60);
    const std::string recording =
        explain("record_updates", fmt::format("array['{0}']::uuid[], array['u-1'], array['{0}']::uuid[], "
                                              "array['accepted'], array[null]::bytea[]",
                                              run));
    test::check_no_whole_tables(recording);
    CHECK(test::buffers_of_scans(recording) < 60);
    test::check_no_whole_tables(explain("find_update", fmt::format("'{}', 'u-1'", run)));
    test::check_no_whole_tables(explain("deliver_externals", "250"));
}

TEST_CASE_FIXTURE(Shop, "an admitted update is one row and one message, and no invariant minds") {
    CHECK(number("select count(*) from engine.inbox") == 1);
    for (const char* id : {"I-47", "I-48", "I-49"}) CHECK(violated(id) == 0);
}

TEST_CASE_FIXTURE(Shop, "planted damage to updates is found") {
    SUBCASE("one under way without a run") {
        database.execute("update engine.updates set chain_id = engine.uuid_floor(now())");
        CHECK(violated("I-47") > 0);
    }
    SUBCASE("one whose request is lost") {
        database.execute("delete from engine.inbox");
        CHECK(violated("I-48") > 0);
    }
    SUBCASE("an answered one that its history does not know") {
        database.execute("update engine.updates set stage = 'completed', outcome = '{}', ended_at = now()");
        CHECK(violated("I-49") > 0);
        CHECK(violated("I-48") > 0);
    }
}

TEST_CASE_FIXTURE(Shop, "a terminated run leaves no update under way; a closed one takes no other") {
    CHECK(terminate(run) == SendResult::delivered);
    CHECK(number("select count(*) from engine.updates where stage = 'aborted' and outcome is not null") == 1);
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(admit(tx, {.run = run}, {"u-2", "sell", Payload{"1"}}).sent == SendResult::closed);
    const Admitted known = admit(tx, {.run = run}, {"u-1", "sell", Payload{"1"}});
    CHECK(known.sent == SendResult::duplicate);
    CHECK(known.info->stage == UpdateStage::aborted);
    CHECK_THROWS_AS(admit(tx, {.run = run}, {"", "sell", Payload{"1"}}), std::invalid_argument);
    CHECK(admit(tx, {.workflow = WorkflowId{"ghost"}}, {"u-1", "sell", Payload{"1"}}).sent ==
          SendResult::not_found);
    check_invariants();
}

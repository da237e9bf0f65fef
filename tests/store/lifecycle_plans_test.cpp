// The plans of the statements that tie runs together, as plans_test.cpp has those of single runs.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "tests/store/family.hpp"
#include "tests/store/plans.hpp"

namespace {

/// No index is read from end to end.
void check_every_scan_has_a_key(const std::string& plan) {
    std::istringstream lines{plan};
    std::string line;
    bool in_scan = false;
    std::string scan;
    while (std::getline(lines, line)) {
        const bool node = line.find("->") != std::string::npos;
        if (node || line.find("CTE ") != std::string::npos) {
            CHECK_MESSAGE(!in_scan, scan << "\n" << plan);
            in_scan = line.find("Scan using ") != std::string::npos ||
                      line.find("Bitmap Index Scan") != std::string::npos;
            scan = line;
        }
        if (line.find("Index Cond:") != std::string::npos) in_scan = false;
    }
    CHECK_MESSAGE(!in_scan, scan << "\n" << plan);
}

/// A parent with an open child, and enough strangers that a plan without an index would show.
struct FamilyPlans : test::FamilyFixture {
    FamilyPlans() : connection(database.url()), parent(adult("parent")), child(child_of(parent, "child")) {
        pqxx::nontransaction{connection}.exec(test::hot_settings);
        database.execute(
            "insert into engine.children (child_chain, parent_chain, parent_run, initiated, name_space, "
            "workflow_id, "
            "parent_close) select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 2, 'default', 'x' "
            "|| i, "
            "'abandon' from generate_series(1, 5000) as g(i)");
        database.execute(
            "insert into engine.errands (kind, target, tenant, event, since) select 'message', "
            "gen_random_uuid(), '', "
            "'{}', engine.now() from generate_series(1, 5000)");
        database.execute(
            "insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant) select "
            "'default', "
            "'w' || i, gen_random_uuid(), '', '' from generate_series(1, 5000) as g(i)");
        database.execute(
            "create temporary table strangers as select overlay(gen_random_uuid()::text placing "
            "substr(engine.uuid_floor(now())::text, 1, 13) from 1)::uuid as id from generate_series(1, 5000);"
            "insert into engine.live_runs (run_id, chain_id, owner, queue, tenant) select id, id, 1, "
            "'default', '' "
            "from strangers;"
            "insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, "
            "queue, "
            "request_id) select id, id, now(), 'default', 'x', 't', '', 'default', '' from strangers;"
            "insert into engine.published (chain_id, key, value, run_id, published_at, tenant) select id, "
            "'k', '1', id, "
            "now(), '' from strangers;"
            "insert into engine.activities (run_id, activity, attempt, scheduled_at, available_at, queue, "
            "type, tenant, "
            "task) select id, 2, 1, now(), now(), 'default', 't', '', '' from strangers;"
            "insert into engine.inbox (chain_id, sequence, run_id, tenant, event) select id, 1, id, '', '' "
            "from strangers; analyze");
    }
    [[nodiscard]] static std::string one(const test::RunId& run) {
        return "'{" + run.value.to_string() + "}'";
    }
    [[nodiscard]] static std::string id(const test::RunId& run) { return "'" + run.value.to_string() + "'"; }

    void check_uses(const std::string& statement, const std::string& values,
                    const std::vector<std::string>& indexes) {
        pqxx::work tx{connection};
        const std::string plan = test::Plans::explain(tx, statement, values);
        test::check_no_whole_tables(plan);
        check_every_scan_has_a_key(plan);
        for (const std::string& index : indexes) {
            CAPTURE(index);
            CHECK_MESSAGE(plan.find(index) != std::string::npos, plan);
        }
    }

    pqxx::connection connection;
    test::ClaimedRun parent;
    test::ClaimedRun child;
};

}  // namespace

TEST_CASE_FIXTURE(FamilyPlans, "starting children looks names and runs up by their keys") {
    check_uses(
        "start_children",
        fmt::format(
            "{0}, {0}, '{{9}}', '{{{1}}}', '{{child}}', '{{t}}', '{{default}}', '{{t}}', '{{\"{{}}\"}}', "
            "'{{f}}', '{{terminate}}', '{{t}}', '{{\"{{}}\"}}', '{{\"{{}}\"}}', '{{null}}', '{{null}}', "
            "'{{null}}'",
            one(parent.run), ids.run_id().value.to_string()),
        {"a_workflow_id_names_one_run_at_a_time", "a_run_is_live_once"});
}

TEST_CASE_FIXTURE(FamilyPlans, "continuing as new moves the name and the live row by their keys") {
    check_uses("continue_runs",
               fmt::format("{}, {}, '{{{}}}', '{{{}}}', '{{{}}}', '{{0}}', '{{2}}', '{{{}}}', '{{t}}', "
                           "'{{default}}', '{{\"{{}}\"}}', '{{continued_as_new}}', '{{null}}', '{{f}}'",
                           worker.value, one(child.run), child.fence.epoch, child.fence.token,
                           child.activations, ids.run_id().value.to_string()),
               {"a_workflow_id_names_one_run_at_a_time", "a_run_is_live_once", "an_activity_has_one_row"});
}

TEST_CASE_FIXTURE(FamilyPlans, "errands are taken from the front, and reach their runs by keys") {
    check_uses("deliver_messages", "50",
               {"an_errand_is_run_once", "a_child_has_one_parent", "a_workflow_id_names_one_run_at_a_time",
                "a_run_is_live_once"});
    database.execute("insert into engine.errands (kind, target, tenant, since) values ('closed', '" +
                     parent.run.value.to_string() + "', '', engine.now())");
    check_uses("close_children", "10, 50, '{}', '\"c\":[]', ''",
               {"an_errand_is_run_once", "children_of_chain", "a_workflow_id_names_one_run_at_a_time",
                "a_run_is_live_once", "an_inbox_number_is_given_once", "an_activity_has_one_row"});
}

TEST_CASE_FIXTURE(FamilyPlans,
                  "reports and cancel requests find the tie by the child, publications by the chain") {
    check_uses("report_closes",
               fmt::format("{}, {}, '{{t}}', '{{\"{{}}\"}}'", one(child.run), one(parent.run)),
               {"a_child_has_one_parent"});
    check_uses("cancel_children", fmt::format("{}, '{{t}}', '{{\"{{}}\"}}'", one(child.run)),
               {"a_child_has_one_parent"});
    check_uses("publish_state",
               fmt::format("{}, '{{k}}', '{{1}}', {}, '{{t}}'", one(child.run), one(child.run)),
               {"a_key_has_one_value"});
    check_uses(
        "close_runs",
        fmt::format("{}, {}, '{{{}}}', '{{{}}}', '{{{}}}', '{{0}}', '{{2}}', '{{completed}}'", worker.value,
                    one(child.run), child.fence.epoch, child.fence.token, child.activations),
        {"a_run_is_live_once", "an_activity_has_one_row"});
}

TEST_CASE_FIXTURE(FamilyPlans, "what people and clients ask about families costs a few key lookups") {
    check_uses("newest_of_chain", id(child.run), {"a_workflow_id_names_one_run_at_a_time"});
    check_uses("queue_of_chain", id(child.run), {"a_run_is_live_once"});
    check_uses("parent_of_child", id(child.run), {"a_child_has_one_parent"});
    check_uses("open_children", id(parent.run), {"children_of_chain"});
    check_uses("published_state", id(parent.run) + ", null", {"published_"});
}

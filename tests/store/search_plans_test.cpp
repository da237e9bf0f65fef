// How filters are carried out on a hundred thousand runs: what is rare is found through its index, what is
// common is read from the newest on, and neither reads all runs.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/store/search.hpp"
#include "tests/store/plans.hpp"

namespace test {
namespace {

/// One database for all cases: filling it takes seconds.
struct Crowd {
    Crowd() {
        database.execute(
            "create table crowd as select overlay(overlay(gen_random_uuid()::text placing "
            "left(engine.uuid_floor(now() - n * interval '1 second')::text, 13) from 1) placing '7' from "
            "15)::uuid as "
            "run_id, n from generate_series(1, 100000) as n;"
            "insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, "
            "queue, "
            "request_id) select run_id, run_id, now() - n * interval '1 second', 'default', 'w-' || n, "
            "'order', 't', "
            "'default', '' from crowd;"
            "insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant) "
            "select run_id, run_id, now() + interval '1 hour', 'default', 't' from crowd where n % 1000 = 1;"
            "insert into engine.closed_runs (run_id, closed_at, activations, events, status) "
            "select run_id, now(), 2, 4, case when n % 500 = 0 then 'failed' else 'completed' end from crowd "
            "where n % 1000 <> 1;"
            "insert into engine.search_keys (key, type, since) values ('OrganizationId', 'string', now()), "
            "('Amount', 'integer', now());"
            "insert into engine.search_attributes (run_id, key, place, text_value, tenant) "
            "select run_id, 'OrganizationId', 0, 'org-' || n % 2000, 't' from crowd;"
            "insert into engine.search_attributes (run_id, key, place, integer_value, tenant) "
            "select run_id, 'Amount', 0, n, 't' from crowd;"
            "analyze;");
    }
    std::string explain(const std::string& filter) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const SearchStatement statement = search_statement({"default", filter, 50, {}}, search_world(tx));
        std::string plan;
        for (const auto& row : tx.exec_params(
                 "explain (analyze, buffers, costs off, timing off, summary off) " + statement.text,
                 pqxx::prepare::make_dynamic_params(statement.parameters))) {
            plan += row[0].as<std::string>() + "\n";
        }
        return plan;
    }
    /// Pages of 8 kB that the whole statement has looked at.
    int buffers(const std::string& plan) { return buffers_of_scan(plan, "Limit"); }

    Database database;
};

TEST_CASE("on a hundred thousand runs filters read what they find, not what there is") {
    Crowd crowd;
    struct Case {
        std::string filter;
        std::string index;  ///< its name, or a part of it, in the plan
        int buffers_max;
    };
    // All runs, with their ends, fill more than 3,000 pages.
    const std::vector<Case> cases{
        {"OrganizationId = 'org-7'", "key_text_value_run_id", 900},
        {"OrganizationId in ('org-7', 'org-8')", "key_text_value_run_id", 1800},
        {"OrganizationId = 'org-7' and Status = 'completed'", "key_text_value_run_id", 900},
        {"Amount between 10 and 20", "key_integer_value_run_id", 400},
        {"Status = 'running'", "live_runs", 1500},
        {"Status = 'running' and OrganizationId = 'org-1'", "key_text_value_run_id", 900},
        {"Status = 'failed'", "status_run_id", 1500},
        {"Blocked = true", "blocked", 400},
        {"Status = 'completed'", "", 1000},
        {"", "", 1000},
    };
    for (const Case& one : cases) {
        CAPTURE(one.filter);
        const std::string plan = crowd.explain(one.filter);
        CHECK_MESSAGE(plan.find(one.index) != std::string::npos, plan);
        CHECK(crowd.buffers(plan) <= one.buffers_max);
    }
}

}  // namespace
}  // namespace test

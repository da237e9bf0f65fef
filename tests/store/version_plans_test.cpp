// What routing costs: nothing where nothing is routed, and what it finds where something is.

#include <doctest/doctest.h>

#include "engine/store/batch_steps.hpp"
#include "tests/store/family.hpp"
#include "tests/store/plans.hpp"

namespace {

const std::string recent =
    "engine.uuid_floor(now() - interval '1 day'), engine.uuid_floor(now() + interval '1 day')";

/// 20,000 runs pinned to a build that has been replaced.
void pin_many(const test::Database& database) {
    database.execute(
        "insert into engine.builds (queue, build, forced, let_in_at) values"
        " ('default', 'old', 'test', now()), ('default', 'new', 'test', now())");
    database.execute("update engine.builds set left_at = now() where build = 'old'");
    database.execute(
        "insert into engine.deployments (queue, current_build, changed_at) values ('default', 'new', now())");
    database.execute("update engine.live_runs set build = 'old', pinned = true");
    database.execute("analyze engine.live_runs");
}

}  // namespace

using test::Plans;

TEST_CASE_FIXTURE(Plans, "a worker of an old build claims what is pinned to it, by an index of its own") {
    using namespace test;
    fill_queue(20'000);
    pin_many(database);
    const std::string plan =
        explain("claim_build_runs", "1, 42, 'default', 10, " + recent + ", 'old', '-infinity'");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(buffers_of_scan(plan, "Index Scan using live_runs_of_build") <= 20, plan);
}

TEST_CASE_FIXTURE(Plans, "a worker whose build is not the current one looks at no run of the queue") {
    using namespace test;
    fill_queue(20'000);
    pin_many(database);
    const std::string plan =
        explain("claim_runs", "1, 42, 'default', 10, '-infinity', " + recent + ", 'old'");
    CHECK_MESSAGE(plan.find("(never executed)") != std::string::npos, plan);
}

TEST_CASE_FIXTURE(Plans, "freeing what a ramp has left does not read what is pinned") {
    using namespace test;
    fill_queue(20'000);
    pin_many(database);
    const std::string plan = explain("free_ramped_runs", "1000");
    CHECK_MESSAGE(buffers_of_scan(plan, "using live_runs_by_build") <= 20, plan);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "only a commit that pins its run sends the statement for it") {
    using namespace test;
    const ClaimedRun run = adult("run");
    RunCommit commit = commit_of(run, {history::SideEffectRecorded{}});
    const auto statements = [&commit] {
        std::vector<std::string> names;
        for (const auto& step : commit_steps(WorkerNo{1}, 7, {&commit}))
            names.emplace_back(step.statement.name);
        return names;
    };
    CHECK(statements() == std::vector<std::string>{"hold_runs", "record_activations"});
    commit.pin_to = "build-1";
    CHECK(statements() == std::vector<std::string>{"hold_runs", "pin_runs", "record_activations"});
}

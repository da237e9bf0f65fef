// Which statements a batch sends: what a commit has nothing of costs nothing.

#include "engine/store/batch_steps.hpp"

#include <doctest/doctest.h>

#include "tests/store/family.hpp"

namespace {

std::vector<std::string> names(const std::vector<test::RunCommit>& commits) {
    durable::store::SortedCommits sorted;
    for (const auto& commit : commits) sorted.push_back(&commit);
    std::vector<std::string> names;
    for (const auto& step : durable::store::commit_steps(durable::store::WorkerNo{1}, 7, sorted)) {
        names.emplace_back(step.statement.name);
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(test::FamilyFixture, "a batch without relatives sends what it always sent") {
    using namespace test;
    const ClaimedRun run = adult("run");
    const ClaimedRun other = adult("other");
    const RunCommit kept = commit_of(run, {history::SideEffectRecorded{}});
    RunCommit received = kept;
    received.row_stays = false;
    CHECK(names({kept}) == Names{"hold_runs", "record_activations"});
    CHECK(names({received}) == Names{"keep_runs", "record_activations"});
    RunCommit moved = commit_of(other, {history::SideEffectRecorded{}});
    moved.row_stays = false;
    CHECK(names({kept, moved}) == Names{"hold_runs", "keep_runs", "record_activations"});
    CHECK(names({kept, close_of(other)}) == Names{"hold_runs", "close_runs", "record_activations"});
    CHECK(names({close_with_report(other)}) == Names{"close_runs", "record_activations"});
}

TEST_CASE_FIXTURE(test::FamilyFixture, "relatives come in the order of locks: names first, then live rows") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    const ClaimedRun chain = adult("chain");
    RunCommit birth = births(parent, {"second"});
    birth.published = {{"stage", "1"}};
    birth.cancel_children = {child.run};
    birth.inbox_head = 0;
    CHECK(names({birth, continuation(chain), close_with_report(child)}) ==
          Names{"start_children", "continue_runs", "keep_runs", "close_runs", "record_activations",
                "publish_state", "report_closes", "cancel_children"});
}

#pragma once
// Runs with relatives, made by hand, for the store's tests: no code runs, so commands and reports are
// written as the machine would write them.

#include "engine/replay/lineage.hpp"
#include "tests/store/fixture.hpp"

namespace test {

struct ChildTerms {
    ParentClosePolicy parent_close = ParentClosePolicy::terminate;
    ChildReuse reuse = ChildReuse::allow;
    std::string queue{};
};

class FamilyFixture : public StoreFixture {
  public:
    FamilyFixture() : worker(register_worker()), hot(database.url()) {}

    WorkerNo worker;
    HotConnection hot;

    /// A started and claimed run.
    ClaimedRun adult(const std::string& workflow_id);
    /// What a run is by the database: claimed, with messages.
    ClaimedRun claim_one();
    /// A commit of `parent` that starts these children, and keeps it.
    RunCommit births(const ClaimedRun& parent, const std::vector<std::string>& workflow_ids,
                     const ChildTerms& terms = {});
    /// The same, committed, the child claimed. `parent` moves on.
    ClaimedRun child_of(ClaimedRun& parent, const std::string& workflow_id, const ChildTerms& terms = {});
    /// A close that reports to the parent, if there is one.
    RunCommit close_with_report(const ClaimedRun& run);
    /// A commit that continues the run as new.
    RunCommit continuation(const ClaimedRun& run);
    BatchResult commit(const RunCommit& commit, int claims = 0);
    [[nodiscard]] std::vector<history::Event> inbox(const ClaimedRun& run, HotConnection& with);
    [[nodiscard]] std::vector<history::Event> inbox(const ClaimedRun& run) { return inbox(run, hot); }
    [[nodiscard]] history::WorkflowStarted started(RunId run);
    [[nodiscard]] int number(const std::string& sql) const { return std::stoi(database.value(sql)); }
    [[nodiscard]] std::string holder(const std::string& workflow_id) const;
    SendResult terminate(RunId run);
    /// Until nothing is left to be delivered.
    Delivered deliver_all();
    /// No invariant is violated.
    void check_invariants();
};

}  // namespace test

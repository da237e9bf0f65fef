// Activations of a run that stays with its worker leave its live row alone. What that row then does not say is never
// needed while it is not said, and is made up when the run changes hands.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/store/pause.hpp"
#include "engine/store/reset.hpp"
#include "tests/store/family.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

constexpr int activations_held = 4;

/// A run with activations that its row knows nothing of.
class HeldRow : public FamilyFixture {
  public:
    HeldRow() : run(adult("held")) { go_on(run); }

    /// Two events each.
    void go_on(ClaimedRun& held) {
        for (int i = 0; i < activations_held; ++i) {
            const RunCommit one =
                commit_of(held, {history::SideEffectRecorded{}, history::SideEffectRecorded{}});
            REQUIRE(one.row_stays);
            REQUIRE(commit(one).committed.size() == 1);
            held = after(held, one);
        }
    }
    /// Where the row says that the history ends.
    [[nodiscard]] std::string row() const {
        return database.value("select activations || ' ' || next_event from engine.live_runs");
    }
    /// By who claims it next, and by everybody who looks.
    void must_be_exact() {
        const ClaimedRun next = claim_one();
        CHECK(next.run == run.run);
        CHECK(next.activations == run.activations);
        CHECK(next.next_event == run.next_event);
        check_invariants();
    }

    ClaimedRun run;
};

}  // namespace

TEST_CASE_FIXTURE(HeldRow, "activations of a run that is kept write no version of its row") {
    CHECK(row() == "1 2");
    CHECK(history(run.run).size() == 1 + activations_held);
    const auto info = describe(run.run);
    CHECK(info->activations == 1 + activations_held);
    CHECK(info->events == 1 + 2 * activations_held);
    check_invariants();
    const auto versions = [&] {
        database.execute("select pg_stat_force_next_flush()");
        return number("select n_tup_upd from pg_stat_user_tables where relname = 'live_runs'");
    };
    hot.release(worker, {{run.run, run.fence}});
    CHECK(eventually([&] {
        hot.commit({worker, {}, {}});
        return versions() >= 2;  // claimed, and given back
    }));
    CHECK(versions() == 2);
}

TEST_CASE_FIXTURE(HeldRow, "a commit that releases the run says how long its history is") {
    REQUIRE(commit(commit_of(run, {}, RunCommit::Next::release)).committed.size() == 1);
    CHECK(row() == fmt::format("{} {}", run.activations, run.next_event.value));
    check_invariants();
}

TEST_CASE_FIXTURE(HeldRow, "a run that a worker gives back unasked has an exact row") {
    hot.release(worker, {{run.run, run.fence}});
    must_be_exact();
}

TEST_CASE_FIXTURE(HeldRow, "a run that is taken from a dead worker has an exact row") {
    database.execute("update engine.workers set ended_at = engine.now()");
    ControlConnection control{database.url(), WorkerRegistration{"other", "build-1", "default", 24h}};
    CHECK(eventually([&] { return control.sweep().runs_taken_over == 1; }));
    worker = control.worker();
    must_be_exact();
}

TEST_CASE_FIXTURE(HeldRow, "a run that is taken away because its code does not end has an exact row") {
    REQUIRE(in_transaction(
        [&](auto& tx) { return store::quarantine(tx, run.run, worker, "does not end", "watchdog"); }));
    CHECK(row() == fmt::format("{} {}", run.activations, run.next_event.value));
    check_invariants();
}

TEST_CASE_FIXTURE(HeldRow, "a history that cannot be decoded holds up nobody who takes runs over") {
    database.execute("update engine.history set activation = 'broken' where first_event = 8");
    hot.release(worker, {{run.run, run.fence}});
    CHECK(claim_one().activations == run.activations);
}

TEST_CASE_FIXTURE(HeldRow, "who ends a run that a worker holds writes the end behind all that it has done") {
    SUBCASE("terminated") {
        CHECK(terminate(run.run) == SendResult::delivered);
    }
    SUBCASE("reset") {
        const ResetRequest request{
            .base = {.run = run.run}, .run = ids.run_id(), .point = [](RunId, const history::History&) {
                return replay::ForkPoint{EventId{1}, EventId{1}};
            }};
        CHECK(in_transaction([&](auto& tx) { return store::reset(tx, request); })->terminated == run.run);
    }
    SUBCASE("another takes its workflow id") {
        StartRequest taker = request("held");
        taker.conflict = ConflictPolicy::terminate_existing;
        start(taker);
    }
    SUBCASE("another takes its workflow id, by SQL") {
        database.execute(
            "select * from engine.start_workflow('tenant-1', 'call', 'held', conflict => "
            "'terminate_existing')");
    }
    const auto info = describe(run.run);
    CHECK(info->status == replay::RunStatus::terminated);
    CHECK(info->activations == run.activations + 1);
    CHECK(info->events == run.next_event.value);
    CHECK(history(run.run).back().first_event == run.next_event);
    check_invariants();
}

TEST_CASE_FIXTURE(FamilyFixture, "a child that a worker holds is terminated behind all that it has done") {
    ClaimedRun parent = adult("parent");
    ClaimedRun child = child_of(parent, "child");
    const RunCommit step = commit_of(child, {history::SideEffectRecorded{}});
    REQUIRE(step.row_stays);
    commit(step);
    child = after(child, step);
    commit(close_with_report(parent));
    deliver_all();
    CHECK(describe(child.run)->status == replay::RunStatus::terminated);
    CHECK(history(child.run).back().first_event == child.next_event);
    check_invariants();
}

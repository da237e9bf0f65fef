// Children in the batch: started with their parents' commits or not at all, answered, reported once, ended
// by policy.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "tests/store/family.hpp"

using namespace std::chrono_literals;

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a child is started by its parent's commit, claimed with it, and the parent is told") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    CHECK(child.chain == child.run);
    CHECK(child.tenant == parent.tenant);
    REQUIRE(child.start);
    const auto begun = started(child.run);
    CHECK(begun.parent->run == parent.run);
    CHECK(begun.parent->workflow_id == "parent");
    const auto told = inbox(parent);
    REQUIRE(told.size() == 1);
    CHECK(std::get<history::ChildStarted>(told[0]).run == child.run);
    CHECK(describe(child.run)->parent == parent.run);
    REQUIRE(describe(parent.run)->children.size() == 1);
    CHECK(describe(parent.run)->children[0].workflow.value == "child");
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a parent that has lost its fence starts no child") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    RunCommit birth = births(parent, {"child"});
    birth.fence.token += 1;
    CHECK(commit(birth).lost.size() == 1);
    CHECK(holder("child").empty());
    CHECK(number("select count(*) from engine.live_runs") == 1);
    CHECK(number("select inbox_tail from engine.live_runs") == 0);
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a released parent is woken at once by the answer to its child's start") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    RunCommit birth = births(parent, {"child"}, {.queue = "elsewhere"});
    birth.next = RunCommit::Next::release;
    CHECK(commit(birth).committed.size() == 1);
    const ClaimedRun again = claim_one();
    CHECK(again.run == parent.run);
    CHECK(again.inbox_tail == 1);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a workflow id that an open run has is refused, the parent is told") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    adult("taken");
    const std::string before = holder("taken");
    for (const ChildReuse reuse : {ChildReuse::allow, ChildReuse::reject}) {
        const RunCommit birth = births(parent, {"taken"}, {.reuse = reuse});
        RunCommit undone = birth;
        undone.next = RunCommit::Next::keep;
        CHECK(commit(undone).committed.size() == 1);
        CHECK(holder("taken") == before);
        database.execute("update engine.live_runs set activations = 1, next_event = 2 where run_id = '" +
                         parent.run.value.to_string() + "'");
        database.execute("delete from engine.history where first_event > 1");
    }
    const auto told = inbox(parent);
    REQUIRE(told.size() == 2);
    for (const auto& event : told) {
        CHECK(std::get<history::ChildStartFailed>(event).failure.type == "WorkflowIdTaken");
    }
    CHECK(number("select count(*) from engine.children") == 0);
    CHECK(number("select count(*) from engine.runs") == 2);
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a workflow id that a closed run had is the child's, unless it must not be") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    auto asked = request("used");
    asked.request_id = "req-1";
    start(asked);
    const ClaimedRun old = claim_one();
    CHECK(commit(close_of(old)).committed.size() == 1);

    SUBCASE("allowed: the old start request still finds its own run") {
        const RunCommit birth = births(parent, {"used"});
        CHECK(commit(birth).committed.size() == 1);
        CHECK(holder("used") == birth.children[0].run.value.to_string());
        auto repeated = request("used");
        repeated.request_id = "req-1";
        const auto result = start(repeated);
        CHECK(result.outcome == StartResult::Outcome::existing);
        CHECK(result.run == old.run);
        check_invariants();
    }
    SUBCASE("rejected") {
        CHECK(commit(births(parent, {"used"}, {.reuse = ChildReuse::reject})).committed.size() == 1);
        CHECK(holder("used") == old.run.value.to_string());
        CHECK(std::holds_alternative<history::ChildStartFailed>(inbox(parent).at(0)));
    }
}

TEST_CASE_FIXTURE(test::FamilyFixture, "of two children that want one id in one batch one gets it") {
    using namespace test;
    const ClaimedRun first = adult("first");
    const ClaimedRun second = adult("second");
    const BatchResult result =
        hot.commit({worker, {births(first, {"same", "other"}), births(second, {"same"})}, {}});
    CHECK(result.committed.size() == 2);
    CHECK(number("select count(*) from engine.children") == 2);
    int refused = 0;
    for (const ClaimedRun& parent : {first, second}) {
        for (const auto& event : inbox(parent))
            refused += std::holds_alternative<history::ChildStartFailed>(event);
    }
    CHECK(refused == 1);
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "an id that somebody takes while the batch waits for it counts as taken, never as free") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    const ClaimedRun old = adult("wanted");
    CHECK(commit(close_of(old)).committed.size() == 1);
    // Another transaction gives the closed run's id to a new run, and has not committed yet.
    pqxx::connection other{database.url()};
    pqxx::work taking{other};
    const auto rival = request("wanted");
    store::start(taking, std::span{&rival, 1});
    const RunCommit birth = births(parent, {"wanted"});
    BatchResult result;
    std::thread batch{[&] { result = HotConnection{database.url()}.commit({worker, {birth}, {}}); }};
    while (number("select count(*) from pg_locks where not granted") == 0) std::this_thread::sleep_for(1ms);
    taking.commit();
    batch.join();
    CHECK(result.committed.size() == 1);
    CHECK(holder("wanted") == rival.run.value.to_string());
    CHECK(std::holds_alternative<history::ChildStartFailed>(inbox(parent).at(0)));
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a child whose data the database refuses blocks its parent, nobody else") {
    using namespace test;
    const ClaimedRun bad = adult("bad");
    const ClaimedRun good = adult("good");
    const BatchResult result =
        hot.commit({worker, {births(bad, {std::string(1001, 'x')}), births(good, {"fine"})}, {}});
    REQUIRE(result.rejected.size() == 1);
    CHECK(result.rejected[0].run == bad.run);
    CHECK(result.committed == std::vector{good.run});
    CHECK(number("select count(*) from engine.children") == 1);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a child's close comes into its parent's inbox, once") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    const BatchResult result = commit(close_with_report(child));
    CHECK(result.errands);
    CHECK(number("select count(*) from engine.errands") == 1);
    check_invariants();
    const Delivered delivered = hot.deliver_errands();
    CHECK(delivered.done == 1);
    CHECK(delivered.queues == std::vector<std::string>{"default"});
    CHECK(hot.deliver_errands().done == 0);
    const auto told = inbox(parent);
    REQUIRE(told.size() == 2);
    CHECK(std::get<history::ChildCompleted>(told[1]).run == child.run);
    CHECK(number("select count(*) from engine.children") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture, "an errand whose run is busy waits, and holds nobody up") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    ClaimedRun other = adult("other");
    const ClaimedRun child = child_of(parent, "child");
    const ClaimedRun others_child = child_of(other, "other's child");
    CHECK(hot.commit({worker, {close_with_report(child), close_with_report(others_child)}, {}})
              .committed.size() == 2);
    pqxx::connection connection{database.url()};
    pqxx::work lock{connection};
    lock.exec_params("select from engine.live_runs where run_id = $1 for update",
                     parent.run.value.to_string());
    const Delivered meanwhile = hot.deliver_errands();
    CHECK(meanwhile.done == 1);
    CHECK(meanwhile.more);
    CHECK(inbox(other).size() == 2);
    CHECK(inbox(parent).size() == 1);
    lock.abort();
    CHECK(hot.deliver_errands().done == 1);
    CHECK(inbox(parent).size() == 2);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a report whose answer was lost is not delivered twice") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    CHECK(commit(close_with_report(child)).committed.size() == 1);
    for (const auto point : {Faults::Point::before_send, Faults::Point::after_commit_reply_lost}) {
        Faults faults{[&, done = std::make_shared<bool>(false)](Faults::Point at, const char* name) {
            return at == point && std::string_view{name} == "deliver_errands" && !std::exchange(*done, true);
        }};
        HotConnection unlucky{database.url(), faults};
        unlucky.deliver_errands();
        CHECK(inbox(parent).size() == 2);
        CHECK(number("select count(*) from engine.errands") == 0);
    }
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "children, continuation and reports survive a lost answer, none of them twice") {
    using namespace test;
    for (const auto point : {Faults::Point::before_send, Faults::Point::after_commit_reply_lost}) {
        const std::string suffix = point == Faults::Point::before_send ? "a" : "b";
        ClaimedRun parent = adult("parent-" + suffix);
        const ClaimedRun child = child_of(parent, "child-" + suffix);
        ClaimedRun going_on = adult("chain-" + suffix);
        CAPTURE(suffix);
        const RunCommit birth = births(parent, {"second-" + suffix});
        const RunCommit next = continuation(going_on);
        Faults faults{[&, done = std::make_shared<bool>(false)](Faults::Point at, const char* name) {
            return at == point && std::string_view{name} == "commit_batch" && !std::exchange(*done, true);
        }};
        HotConnection unlucky{database.url(), faults};
        const BatchResult result =
            unlucky.commit({worker, {birth, close_with_report(child), next}, {"default", 10}});
        CHECK(result.committed.size() == 3);
        CHECK(result.errands);
        CHECK(result.claimed.size() == 2);  // the second child and the next run of the chain
        for (const ClaimedRun& claimed : result.claimed) CHECK(claimed.start);
        deliver_all();
        CHECK(inbox(parent).size() == 2);  // the second child has started, the first has ended
        CHECK(holder("chain-" + suffix) == next.continued->run.value.to_string());
        check_invariants();
    }
}

// --- when the parent closes --------------------------------------------------------------------------------

namespace {

/// A parent with a child of each policy, and a grandchild below the one that will be terminated.
struct Household : test::FamilyFixture {
    Household() : parent(adult("parent")) {
        terminated = child_of(parent, "terminated", {durable::ParentClosePolicy::terminate});
        asked = child_of(parent, "asked", {durable::ParentClosePolicy::request_cancel});
        abandoned = child_of(parent, "abandoned", {durable::ParentClosePolicy::abandon});
        grandchild = child_of(terminated, "grandchild");
    }
    test::ClaimedRun parent, terminated, asked, abandoned, grandchild;

    void check_policies_kept() {
        using namespace test;
        const Delivered delivered = deliver_all();
        CHECK(delivered.closed.size() == 2);
        CHECK(describe(terminated.run)->status == replay::RunStatus::terminated);
        CHECK(describe(grandchild.run)->status == replay::RunStatus::terminated);
        CHECK(describe(asked.run)->cancel_requested);
        CHECK(std::holds_alternative<history::CancelRequested>(inbox(asked).at(0)));
        CHECK(describe(abandoned.run)->status == replay::RunStatus::running);
        CHECK_FALSE(describe(abandoned.run)->cancel_requested);
        CHECK(number("select count(*) from engine.errands") == 0);
        CHECK(number("select count(*) from engine.children") == 0);
        const auto last = test::StoreFixture::history(grandchild.run).back();
        const auto end = history::decode_activation(last.first_event, last.bytes);
        CHECK(std::get<history::WorkflowTerminated>(end.commands.at(0)).reason == "its parent has closed");
        CHECK(end.arrived.empty());
        check_invariants();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Household,
                  "a child that has been asked to stop is not asked again when its parent closes") {
    using namespace test;
    CHECK(send(asked.run, history::CancelRequested{"by hand", "ann"}) == SendResult::delivered);
    CHECK(commit(close_of(parent)).committed.size() == 1);
    check_policies_kept();
    CHECK(inbox(asked).size() == 1);
}

TEST_CASE_FIXTURE(Household,
                  "a parent that closes: its children end, are asked to stop or go on, by policy") {
    const auto result = commit(test::close_of(parent));
    CHECK(result.committed.size() == 1);
    CHECK(result.errands);
    check_policies_kept();
}

TEST_CASE_FIXTURE(Household, "a parent that is terminated: the same, grandchildren too") {
    CHECK(terminate(parent.run) == durable::store::SendResult::delivered);
    check_policies_kept();
}

TEST_CASE_FIXTURE(Household, "a parent that has continued as new and then closes: the same") {
    using namespace test;
    const BatchResult result = commit(continuation(parent), 1);
    REQUIRE(result.claimed.size() == 1);
    CHECK(hot.deliver_errands().done == 0);
    CHECK(number("select count(*) from engine.children") == 4);
    CHECK(commit(close_of(result.claimed[0])).committed.size() == 1);
    check_policies_kept();
}

TEST_CASE_FIXTURE(Household, "a child that is terminated is reported to its parent, its own children end") {
    using namespace test;
    CHECK(terminate(terminated.run) == SendResult::delivered);
    deliver_all();
    CHECK(describe(grandchild.run)->status == replay::RunStatus::terminated);
    const auto told = inbox(parent);
    const auto& failed = std::get<history::ChildFailed>(told.back());
    CHECK(failed.run == terminated.run);
    CHECK(failed.failure.cause->kind == FailureKind::terminated);
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a child that has continued as new is found by what its parent orders") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    const BatchResult result = commit(continuation(child), 1);
    REQUIRE(result.claimed.size() == 1);
    const ClaimedRun next = result.claimed[0];
    CHECK(next.chain == child.run);

    SUBCASE("its close is reported under the first run's id") {
        CHECK(commit(close_with_report(next)).committed.size() == 1);
        deliver_all();
        CHECK(std::get<history::ChildCompleted>(inbox(parent).at(1)).run == child.run);
    }
    SUBCASE("a cancel request reaches it") {
        RunCommit cancel = commit_of(parent, {history::ChildCancelRequested{EventId{2}}});
        cancel.inbox_head = parent.inbox_head;
        cancel.cancel_children = {child.run};
        const BatchResult canceled = commit(cancel);
        CHECK(canceled.committed.size() == 1);
        CHECK(canceled.errands);
        deliver_all();
        CHECK(std::holds_alternative<history::CancelRequested>(inbox(next).at(0)));
    }
    SUBCASE("asked again and again, by anybody, it is asked once") {
        RunCommit cancel = commit_of(parent, {history::ChildCancelRequested{EventId{2}}});
        cancel.inbox_head = parent.inbox_head;
        cancel.cancel_children = {child.run, child.run};
        CHECK(commit(cancel).committed.size() == 1);
        deliver_all();
        CHECK(number("select count(*) from engine.errands") == 0);
        CHECK(send(next.run, history::CancelRequested{"by hand", "ann"}) == SendResult::delivered);
        CHECK(inbox(next).size() == 1);
    }
    SUBCASE("the parent's end ends it") {
        parent.inbox_head = parent.inbox_tail;
        CHECK(terminate(parent.run) == SendResult::delivered);
        deliver_all();
        CHECK(describe(next.run)->status == replay::RunStatus::terminated);
    }
    check_invariants();
}

TEST_CASE_FIXTURE(
    test::FamilyFixture,
    "a child that goes on alone is asked to stop, although it was busy when its parent closed") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child", {ParentClosePolicy::abandon});
    RunCommit last =
        commit_of(parent, {history::ChildCancelRequested{EventId{2}}, history::WorkflowCompleted{}},
                  RunCommit::Next::close);
    last.status = replay::RunStatus::completed;
    last.cancel_children = {child.run};
    CHECK(commit(last).committed.size() == 1);
    pqxx::connection connection{database.url()};
    pqxx::work lock{connection};
    lock.exec_params("select from engine.live_runs where run_id = $1 for update",
                     child.run.value.to_string());
    CHECK(hot.deliver_errands().more);
    CHECK(inbox(child).empty());
    lock.abort();
    deliver_all();
    REQUIRE(inbox(child).size() == 1);
    CHECK(std::holds_alternative<history::CancelRequested>(inbox(child).at(0)));
    CHECK(number("select count(*) from engine.errands") == 0);
    CHECK(number("select count(*) from engine.children") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a cancel request for a child that has closed is dropped") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    RunCommit cancel = commit_of(parent, {history::ChildCancelRequested{EventId{2}}});
    cancel.cancel_children = {child.run};
    CHECK(hot.commit({worker, {cancel, close_with_report(child)}, {}}).committed.size() == 2);
    deliver_all();
    CHECK(number("select count(*) from engine.errands") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a parent that orders a child and closes in one breath leaves no answer behind") {
    using namespace test;
    ClaimedRun parent = adult("parent");
    RunCommit both = births(parent, {"child"}, {ParentClosePolicy::abandon});
    both.next = RunCommit::Next::close;
    both.status = replay::RunStatus::completed;
    const BatchResult result = commit(both, 1);
    CHECK(result.committed.size() == 1);
    CHECK(result.claimed.size() == 1);
    CHECK(number("select count(*) from engine.inbox") == 0);
    deliver_all();
    CHECK(describe(result.claimed[0].run)->status == replay::RunStatus::running);
    CHECK(commit(close_with_report(result.claimed[0])).committed.size() == 1);
    CHECK(number("select count(*) from engine.errands") == 0);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "many children of a closed parent end page by page") {
    using namespace test;
    const ClaimedRun parent = adult("parent");
    std::vector<std::string> names;
    for (int i = 0; i < 350; ++i) names.push_back(fmt::format("child-{}", i));
    CHECK(commit(births(parent, names)).committed.size() == 1);
    CHECK(terminate(parent.run) == SendResult::delivered);
    CHECK(deliver_all().closed.size() == 350);
    CHECK(number("select count(*) from engine.live_runs") == 0);
    check_invariants();
}

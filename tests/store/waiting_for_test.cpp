// The search field WaitingFor says what `workflow why` says, as far as rows know.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/store/queues.hpp"
#include "engine/store/search.hpp"
#include "tests/store/family.hpp"

namespace test {
namespace {

using namespace std::chrono_literals;

class WaitingFor : public FamilyFixture {
  public:
    /// What a list says of the run.
    std::string of(const std::string& workflow_id) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const auto groups =
            count_groups(tx, "default", fmt::format("WorkflowId = '{}'", workflow_id), "WaitingFor");
        REQUIRE(groups.size() == 1);
        const std::string word = groups.front().group.front().value_or("nothing");
        if (word != "nothing") {  // and it can be asked for
            CHECK(store::search(tx, {"default", fmt::format("WaitingFor = '{}'", word), 50, {}}).size() >= 1);
        }
        return word;
    }
    void pause_the_queue() {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        pause_queue(tx, "default", {"vendor outage", "test"});
        tx.commit();
    }
    void let_workers_end() { database.execute("update engine.workers set ended_at = engine.now()"); }
    /// A run with one activity row, which nobody runs.
    void with_activity(const std::string& workflow_id) {
        const ClaimedRun run = adult(workflow_id);
        RunCommit scheduled = commit_of(run, {activity("send_sms")}, RunCommit::Next::release);
        scheduled.activities = {row_of(run, run.next_event, database.now(), activity("send_sms"))};
        commit(scheduled);
    }
    void set_activity(const std::string& what) { database.execute("update engine.activities set " + what); }
};

}  // namespace

TEST_CASE_FIXTURE(WaitingFor, "a run that is due waits for a claim, for a worker, or for its queue") {
    start(request("due"));
    CHECK(of("due") == "not_claimed");
    pause_the_queue();
    CHECK(of("due") == "queue_paused");
    database.execute("delete from engine.queues");
    let_workers_end();
    CHECK(of("due") == "no_worker");
}

TEST_CASE_FIXTURE(WaitingFor, "a run that is held is running, unless its worker is gone") {
    const ClaimedRun run = adult("held");
    CHECK(of("held") == "running");
    let_workers_end();
    CHECK(of("held") == "worker_gone");
    database.execute("update engine.workers set ended_at = null");
    commit(close_of(run));
    CHECK(of("held") == "nothing");
}

TEST_CASE_FIXTURE(WaitingFor,
                  "a pause comes before everything else, a block before what the code waits for") {
    const ClaimedRun run = adult("stopped");
    RunCommit block = commit_of(run, {}, RunCommit::Next::block);
    block.blocked_kind = "mismatch";
    block.blocked_reason = "event 7 differs";
    commit(block);
    CHECK(of("stopped") == "blocked");
    database.execute("update engine.live_runs set paused = true, owner = 0");
    CHECK(of("stopped") == "paused");
}

TEST_CASE_FIXTURE(WaitingFor, "a start that is delayed is no timer, nor is a retry of the whole workflow") {
    StartRequest later = request("later");
    later.start_delay = 1h;
    start(later);
    CHECK(of("later") == "start_delayed");
    database.execute("update engine.live_runs set chain_id = gen_random_uuid()");
    CHECK(of("later") == "workflow_retrying");
    database.advance(2h);
    CHECK(of("later") == "not_claimed");
}

TEST_CASE_FIXTURE(WaitingFor, "a run that has asked for units waits for the semaphore") {
    const ClaimedRun run = adult("greedy");
    RunCommit wanting = commit_of(run, {history::UnitsRequested{"lines", 1, 1}}, RunCommit::Next::release);
    wanting.units.push_back({EventId{2}, "lines", 1, 1});
    commit(wanting);
    CHECK(of("greedy") == "semaphore");
    hot.deliver_errands();
    CHECK(of("greedy") == "not_claimed");  // it has been told
}

TEST_CASE_FIXTURE(WaitingFor, "a run with an open child waits for it, until the child has ended") {
    const ClaimedRun parent = adult("parent");
    RunCommit birth = births(parent, {"child"});
    birth.next = RunCommit::Next::release;
    commit(birth);
    database.execute(
        "update engine.live_runs set inbox_head = inbox_tail, wake_at = null "
        "where run_id = '" +
        parent.run.value.to_string() + "'");
    CHECK(of("parent") == "child");
    database.execute("delete from engine.children");
    CHECK(of("parent") == "message");
}

TEST_CASE_FIXTURE(WaitingFor, "of an activity it is told what holds it up") {
    with_activity("busy");
    CHECK(of("busy") == "activity_waiting");
    set_activity("available_at = engine.now() + interval '1 minute', attempt = 2");
    CHECK(of("busy") == "activity_retrying");
    set_activity("available_at = engine.now(), owner = " + std::to_string(worker.value));
    CHECK(of("busy") == "activity_running");
    set_activity("owner = null, available_at = 'infinity', awaiting = true");
    CHECK(of("busy") == "activity_awaited");
    set_activity("awaiting = false, paused_at = engine.now(), paused_by = 'ops'");
    CHECK(of("busy") == "activity_paused");
    set_activity("available_at = engine.now(), paused_at = null, paused_by = null");
    pause_the_queue();
    CHECK(of("busy") == "queue_paused");
    database.execute("delete from engine.queues");
    let_workers_end();
    CHECK(of("busy") == "no_worker");
}

}  // namespace test

// The cheap questions of idle workers: each says what the statement in whose place it is asked would find. (More of
// sweeps, which trust their looks for 15 s: liveness, activities and held activities.)

#include <doctest/doctest.h>

#include <optional>

#include "tests/store/family.hpp"
#include "tests/store/limited_rows.hpp"
#include "tests/store/plans.hpp"

using namespace std::chrono_literals;

namespace {

using namespace test;

const ClaimRequest ours{.queue = "default", .limit = 10, .build = "build-1"};

class RunLooks : public FamilyFixture {
  public:
    /// As a worker asks that has nothing to do: its last claim was a moment ago.
    HotConnection::Waiting look(bool for_late_ones = false) { return hot.look(ours, for_late_ones); }
    std::vector<ClaimedRun> claim() { return hot.commit({worker, {}, ours}).claimed; }
    void route_to(const std::string& build) const {
        database.execute(
            "insert into engine.builds (queue, build, forced, let_in_at) values"
            " ('default', 'build-1', 'test', now()), ('default', 'build-2', 'test', now())");
        database.execute(
            "insert into engine.deployments (queue, current_build, changed_at) values ('default', '" + build +
            "', now())");
    }
    void must_agree(bool wanted) {
        CHECK(look().runs == wanted);
        CHECK(!claim().empty() == wanted);
    }
};

class RowLooks : public LimitedRows {
  public:
    bool look() { return store.waits("default", {"work"}, times); }
    void must_agree(bool wanted) {
        CHECK(look() == wanted);
        CHECK(!take().empty() == wanted);
    }
    ClaimTimes times{};
};

}  // namespace

TEST_CASE_FIXTURE(RunLooks, "a look sees the runs that a claim would take, and no others") {
    REQUIRE(claim().empty());
    must_agree(false);
    start_many(1);
    SUBCASE("due") {
        must_agree(true);
    }
    SUBCASE("due later") {
        database.execute("update engine.live_runs set wake_at = engine.now() + interval '1 minute'");
        must_agree(false);
    }
    SUBCASE("waiting for a message") {
        database.execute("update engine.live_runs set wake_at = null");
        must_agree(false);
    }
    SUBCASE("owned") {
        database.execute("update engine.live_runs set owner = 1");
        must_agree(false);
    }
    SUBCASE("in another queue") {
        database.execute("update engine.live_runs set queue = 'other'");
        must_agree(false);
    }
    SUBCASE("in a queue that is paused") {
        database.execute(
            "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), "
            "'ann')");
        must_agree(false);
    }
    SUBCASE("of the worker's build") {
        database.execute("update engine.live_runs set build = 'build-1'");
        must_agree(true);
    }
    SUBCASE("of another build") {
        database.execute("update engine.live_runs set build = 'build-2'");
        must_agree(false);
    }
    SUBCASE("in a queue whose current build is the worker's") {
        route_to("build-1");
        must_agree(true);
    }
    SUBCASE("in a queue whose current build is another one") {
        route_to("build-2");
        must_agree(false);
    }
    SUBCASE("pinned to the worker's build, which is not the current one") {
        route_to("build-2");
        CHECK(claim().empty());
        database.execute("update engine.live_runs set build = 'build-1', pinned = true");
        must_agree(true);
    }
}

TEST_CASE_FIXTURE(RunLooks, "a look that has seen no claim for long leaves the answer to a claim") {
    HotConnection fresh{database.url()};
    CHECK(fresh.look(ours, false).runs);
    CHECK(fresh.commit({worker, {}, ours}).claimed.empty());
    CHECK_FALSE(fresh.look(ours, false).runs);
}

TEST_CASE_FIXTURE(
    RunLooks, "a look sees a run that claims pass over because somebody holds it, when asked for late ones") {
    start_many(1);
    CHECK_FALSE(look(true).late);
    pqxx::connection connection{database.url()};
    pqxx::work holder{connection};
    holder.exec("select from engine.live_runs for update");
    CHECK(claim().empty());
    database.advance(2s);
    CHECK(claim().empty());
    CHECK(look(true).late);
    CHECK_FALSE(look(false).late);
    holder.abort();
    CHECK(claim().empty());  // it begins after what it has passed over
    CHECK(look(true).late);
    CHECK(hot.commit({worker, {}, {.limit = 8, .patient = true}}).claimed.size() == 1);
    CHECK_FALSE(look(true).late);
}

TEST_CASE_FIXTURE(RunLooks, "a look sees errands that a worker has left before it died") {
    CHECK_FALSE(hot.errands_wait());
    ClaimedRun parent = adult("parent");
    const ClaimedRun child = child_of(parent, "child");
    SUBCASE("a report to a parent") {
        commit(close_with_report(child));
    }
    SUBCASE("the end of a parent's children") {
        commit(close_of(parent));
    }
    SUBCASE("a semaphore's news") {
        RunCommit request = commit_of(parent, {history::UnitsRequested{"lines", 1, 1}});
        request.units.push_back({parent.next_event, "lines", 1, 1});
        REQUIRE(commit(request).committed.size() == 1);
    }
    HotConnection heir{database.url()};
    CHECK(heir.errands_wait());
    CHECK(heir.look(ours, false).errands);
    deliver_all();
    CHECK_FALSE(heir.errands_wait());
    CHECK_FALSE(heir.look(ours, false).errands);
}

TEST_CASE_FIXTURE(RowLooks, "a look sees the activity rows that a claim would take, and no others") {
    must_agree(false);
    store_rows(1, activity());
    SUBCASE("due") {
        must_agree(true);
    }
    SUBCASE("of each priority") {
        for (const char* priority : {"1", "2", "4", "5"}) {
            database.execute(std::string{"update engine.activities set owner = null, priority = "} +
                             priority);
            must_agree(true);
        }
    }
    SUBCASE("due later") {
        database.execute("update engine.activities set available_at = engine.now() + interval '1 minute'");
        must_agree(false);
    }
    SUBCASE("of a type that the worker does not know") {
        database.execute("update engine.activities set type = 'other'");
        must_agree(false);
    }
    SUBCASE("in another queue") {
        database.execute("update engine.activities set queue = 'other'");
        must_agree(false);
    }
    SUBCASE("in a queue that is paused") {
        database.execute(
            "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), "
            "'ann')");
        must_agree(false);
    }
    SUBCASE("too late to be started") {
        database.execute("update engine.activities set schedule_to_start_by = engine.now()");
        must_agree(false);
    }
    SUBCASE("too late to be ended") {
        database.execute("update engine.activities set close_by = engine.now()");
        must_agree(false);
    }
    SUBCASE("taken") {
        CHECK(take().size() == 1);
        must_agree(false);
    }
}

TEST_CASE_FIXTURE(RowLooks, "a look sees what there is to do for limits") {
    store_rows(2, limited({.key = "one", .concurrency = 1}));
    CHECK(look());
    const auto first = take();
    REQUIRE(first.size() == 1);
    take();  // the line is put to rest: its key is full
    CHECK_FALSE(look());
    end(first[0]);
    CHECK(look());
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(RowLooks, "a look says when a metered line wakes, and sees it then") {
    store_rows(2, limited({.key = "slow", .per_second = 0.5}));
    REQUIRE(take().size() == 1);
    take();
    CHECK_FALSE(look());
    REQUIRE(times.look_again_at);
    database.advance(*times.look_again_at - times.now);
    CHECK(look());
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(RunLooks, "a sweep asks first, and finds a dead worker that holds nothing") {
    const WorkerRegistration forever{"observer", "build-1", "default", 24h};
    std::optional<ControlConnection> older;
    SUBCASE("with a smaller number") {
        older.emplace(database.url(), forever);
    }
    SUBCASE("with a larger number") {}
    ControlConnection observer{database.url(), forever};
    const ControlConnection victim{database.url(), forever};
    const WorkerNo dead = older ? older->worker() : victim.worker();
    CHECK(observer.sweep().dead_workers == 0);
    // Nobody else is there, neither alive nor with rows.
    database.execute("update engine.workers set ended_at = engine.now() where worker_no <> all ('{" +
                     std::to_string(observer.worker().value) + "," + std::to_string(dead.value) + "}')");
    database.execute("update engine.workers set lease_until = '-infinity' where worker_no = " +
                     std::to_string(dead.value));
    CHECK(observer.sweep().dead_workers == 1);
    CHECK(observer.sweep().dead_workers == 0);
}

TEST_CASE_FIXTURE(RunLooks, "a sweep asks first, and frees the runs that a ramp has left") {
    ControlConnection observer{database.url(), {"observer", "build-1", "default", 24h}};
    start_many(1);
    route_to("build-1");
    database.execute("update engine.live_runs set build = 'build-2'");
    observer.sweep();
    CHECK(number("select count(*) from engine.live_runs where build = 'build-2'") == 1);
    database.execute("update engine.builds set left_at = engine.now() where build = 'build-2'");
    observer.sweep();
    CHECK(number("select count(*) from engine.live_runs where build is null") == 1);
}

TEST_CASE_FIXTURE(RunLooks, "a sweep says whether its queue is paused") {
    ControlConnection observer{database.url(), {"observer", "build-1", "default", 24h}};
    CHECK_FALSE(observer.sweep().queue_paused);
    database.execute(
        "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), 'ann')");
    CHECK(observer.sweep().queue_paused);
}

TEST_CASE_FIXTURE(Plans, "what idle workers ask costs a few pages, whatever waits in the tables") {
    fill_queue(50'000);
    database.execute("analyze engine.live_runs");
    SUBCASE("due") {}
    SUBCASE("not due") {
        database.advance(-48h);
    }
    for (const auto& [name, values] : std::vector<std::pair<std::string, std::string>>{
             {"runs_wait", "'default', 'build-1', '-infinity', true, 1000000"},
             {"activities_wait", "'default', '{work}'"},
             {"sweep_look", "1, 'default', 3"}}) {
        CAPTURE(name);
        const std::string plan = explain(name, values);
        check_no_whole_tables(plan);
        CHECK_MESSAGE(buffers_of_scans(plan) <= 30, plan);
    }
}

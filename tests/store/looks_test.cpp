// The one question of idle workers: what it says of each kind of work is what the statement would find that acts on it.
// (More of sweeps, which trust it for 15 s: liveness, activities and held activities.)

#include <doctest/doctest.h>

#include <optional>

#include "tests/store/family.hpp"
#include "tests/store/limited_rows.hpp"
#include "tests/store/plans.hpp"

using namespace std::chrono_literals;

namespace {

using namespace test;

const ClaimRequest ours{.queue = "default", .limit = 10, .build = "build-1"};

const WorkerRegistration lasting{"observer", "build-1", "default", 24h, false, {"work"}};

class RunLooks : public FamilyFixture {
  public:
    Waiting look() { return observer.sweep().waiting; }
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

    ControlConnection observer{database.url(), lasting};
};

class RowLooks : public LimitedRows {
  public:
    Waiting look() { return observer.sweep().waiting; }
    void must_agree(bool wanted) {
        CHECK(look().activities == wanted);
        CHECK(!take().empty() == wanted);
    }

    ControlConnection observer{database.url(), lasting};
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

TEST_CASE_FIXTURE(RunLooks, "a look sees a run that claims pass over because somebody holds it") {
    start_many(1);
    CHECK_FALSE(look().late);
    pqxx::connection connection{database.url()};
    pqxx::work holder{connection};
    holder.exec("select from engine.live_runs for update");
    CHECK(claim().empty());
    database.advance(2s);
    CHECK(claim().empty());
    CHECK(look().late);
    holder.abort();
    CHECK(claim().empty());  // it begins after what it has passed over
    CHECK(look().late);
    CHECK(hot.commit({worker, {}, {.limit = 8, .patient = true}}).claimed.size() == 1);
    CHECK_FALSE(look().late);
}

TEST_CASE_FIXTURE(RunLooks, "a look sees a run whose start took seconds to be committed") {
    database.advance(1h);
    REQUIRE(claim().empty());
    REQUIRE_FALSE(look().runs);
    start_many(1);
    database.execute("update engine.live_runs set wake_at = engine.now() - interval '7 s'");
    CHECK(look().runs);
    CHECK(claim().empty());  // they begin later
    CHECK(look().late);
    CHECK(hot.commit({worker, {}, {.limit = 8, .patient = true}}).claimed.size() == 1);
    CHECK_FALSE(look().runs);
}

TEST_CASE_FIXTURE(RunLooks,
                  "once a pause is over, or the queue has this build again, a look sees what has waited") {
    start_many(1);
    database.execute("update engine.live_runs set wake_at = engine.now() - interval '1 hour'");
    SUBCASE("a pause") {
        database.execute(
            "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), "
            "'ann')");
        REQUIRE_FALSE(look().runs);
        database.execute("update engine.queues set paused_at = null, paused_by = null");
    }
    SUBCASE("another build") {
        route_to("build-2");
        REQUIRE_FALSE(look().runs);
        database.execute("update engine.deployments set current_build = 'build-1'");
    }
    CHECK(look().runs);
}

TEST_CASE_FIXTURE(RunLooks, "a look sees errands that a worker has left before it died") {
    CHECK_FALSE(look().errands);
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
    CHECK(look().errands);
    deliver_all();
    CHECK_FALSE(look().errands);
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
    CHECK(look().activities);
    const auto first = take();
    REQUIRE(first.size() == 1);
    take();  // the line is put to rest: its key is full
    CHECK_FALSE(look().activities);
    end(first[0]);
    CHECK(look().activities);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(RowLooks, "a look says when a metered line wakes, and sees it then") {
    store_rows(2, limited({.key = "slow", .per_second = 0.5}));
    REQUIRE(take().size() == 1);
    take();
    const Waiting asleep = look();
    CHECK_FALSE(asleep.activities);
    REQUIRE(asleep.line_in);
    database.advance(*asleep.line_in);
    CHECK(look().activities);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(RunLooks, "a sweep asks first, and finds a dead worker that holds nothing") {
    const WorkerRegistration forever{"another", "build-1", "default", 24h};
    observer.deregister();
    std::optional<ControlConnection> older;
    SUBCASE("with a smaller number") {
        older.emplace(database.url(), forever);
    }
    SUBCASE("with a larger number") {}
    ControlConnection between{database.url(), forever};
    const ControlConnection victim{database.url(), forever};
    const WorkerNo dead = older ? older->worker() : victim.worker();
    CHECK(between.sweep().dead_workers == 0);
    // Nobody else is there, neither alive nor with rows.
    database.execute("update engine.workers set ended_at = engine.now() where worker_no <> all ('{" +
                     std::to_string(between.worker().value) + "," + std::to_string(dead.value) + "}')");
    database.execute("update engine.workers set lease_until = '-infinity' where worker_no = " +
                     std::to_string(dead.value));
    CHECK(between.sweep().dead_workers == 1);
    CHECK(between.sweep().dead_workers == 0);
}

TEST_CASE_FIXTURE(RunLooks, "a sweep asks first, and frees the runs that a ramp has left") {
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
    CHECK_FALSE(look().queue_paused);
    database.execute(
        "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), 'ann')");
    CHECK(look().queue_paused);
}

TEST_CASE_FIXTURE(Plans, "what idle workers ask costs a few pages, whatever waits in the tables") {
    fill_queue(50'000);
    database.execute("analyze engine.live_runs");
    SUBCASE("due") {}
    SUBCASE("not due") {
        database.advance(-48h);
    }
    const std::string plan =
        explain("what_waits", "1, 'default', 'build-1', '-infinity', '{work}', 3, '{cancel}'");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(buffers_of_scans(plan) <= 60, plan);
}

// Workers' lives: registration, lease, session lock, take-over; and hearing of work.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "tests/store/fixture.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;

namespace {

durable::store::WorkerRegistration registration(const std::string& name, durable::Duration lease = 10s) {
    return {name, "build-7", "default", lease};
}

struct Lives : test::StoreFixture {
    Lives() : observer(database.url(), registration("observer", 24h)), hot(database.url()) {}

    /// Ends the sessions of a worker's process, as its death would.
    void kill_sessions_of(const durable::store::WorkerNo& worker) {
        database.execute(
            fmt::format("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and "
                        "classid = 726571 and objid = {}",
                        worker.value));
    }
    /// Sweeps until something has been taken over.
    durable::store::ControlConnection::Swept sweep_until_dead() {
        durable::store::ControlConnection::Swept swept;
        REQUIRE(test::eventually([&] {
            swept = observer.sweep();
            return swept.dead_workers != 0;
        }));
        return swept;
    }
    /// Postgres of a test has not been up for a whole lease: give leases that are shorter than its life.
    [[nodiscard]] durable::Duration shorter_than_uptime() const {
        const auto up = std::stol(database.value(
            "select (extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000)::bigint"));
        return std::chrono::milliseconds{std::max(up / 2, 1L)};
    }

    durable::store::ControlConnection observer;
    durable::store::HotConnection hot;
};

}  // namespace

TEST_CASE_FIXTURE(Lives, "workers get numbers of their own and renew their leases") {
    using namespace test;
    ControlConnection worker{database.url(), registration("w")};
    CHECK(worker.worker() != observer.worker());
    const std::string lease =
        fmt::format("select lease_until from engine.workers where worker_no = {}", worker.worker().value);
    const std::string before = database.value(lease);
    database.advance(5s);
    CHECK(worker.heartbeat());
    CHECK(database.value(lease) != before);
    CHECK(database.value(fmt::format("select build from engine.workers where worker_no = {}",
                                     worker.worker().value)) == "build-7");
}

TEST_CASE_FIXTURE(Lives, "a live worker is left alone") {
    using namespace test;
    const ControlConnection worker{database.url(), registration("w")};
    start_many(2);
    claim(hot, worker.worker());
    for (int i = 0; i < 5; ++i) CHECK(observer.sweep().dead_workers == 0);
    CHECK(hot.owned(worker.worker()).size() == 2);
}

TEST_CASE_FIXTURE(
    Lives,
    "a worker whose lease is over is dead although its session lives; it learns it and its runs move on") {
    using namespace test;
    ControlConnection worker{database.url(), registration("frozen")};
    start_many(2);
    const auto held = claim(hot, worker.worker());
    RunCommit with_row = commit_of(held[0], {activity()});
    with_row.activities = {row_of(held[0], EventId{2}, database.now())};
    hot.commit({worker.worker(), {with_row}, {}});
    ActivityStore activities{database.url()};
    const auto taken = activities.claim(worker.worker(), "default", {"work"}, 1);
    REQUIRE(taken.size() == 1);

    database.advance(11s);
    const auto swept = observer.sweep();
    CHECK(swept.dead_workers == 1);
    CHECK(swept.runs_taken_over == 2);
    CHECK(swept.activities_taken_over == 1);
    CHECK_FALSE(worker.heartbeat());

    const auto again = claim(hot, observer.worker());
    REQUIRE(again.size() == 2);
    for (const ClaimedRun& run : again) CHECK(run.adopt);
    const auto retaken = activities.claim(observer.worker(), "default", {"work"}, 1);
    REQUIRE(retaken.size() == 1);
    CHECK(retaken[0].row.lost_attempts == 1);
    CHECK(retaken[0].row.attempt == 1);  // the policy is not spent
    // The zombie wakes up: everything it still wants to write is lost.
    CHECK(hot.commit({worker.worker(), {commit_of(held[1], {history::SideEffectRecorded{}})}, {}})
              .lost.size() == 1);
    CHECK(
        activities.end(worker.worker(), {{taken[0].row.run, taken[0].row.activity, taken[0].fence, "{}", {}}})
            .size() == 1);
    // What is adopted is adopted: the next commit clears the mark.
    hot.commit({observer.worker(), {commit_of(again[0], {history::SideEffectRecorded{}})}, {}});
    CHECK(database.value("select count(*) from engine.live_runs where adopt") == "1");
}

namespace {

/// An activity that lies in its row, and is lost by one worker after the other.
struct Lossy : Lives {
    Lossy() {
        using namespace test;
        start_many(1);
        const auto held = claim(hot, observer.worker());
        RunCommit with_row = commit_of(held[0], {activity()});
        with_row.activities = {row_of(held[0], EventId{2}, database.now())};
        hot.commit({observer.worker(), {with_row}, {}});
    }
    /// A worker takes it and dies; true if it is free again just so much later.
    bool free_after(durable::Duration wait) {
        using namespace test;
        const ControlConnection victim{database.url(), registration("victim")};
        database.execute(
            "update engine.activities set available_at = engine.now(), "
            "schedule_to_start_by = engine.now() + interval '5 minutes'");
        REQUIRE(activities.claim(victim.worker(), "default", {"work"}, 1).size() == 1);
        database.execute(
            fmt::format("update engine.workers set lease_until = '-infinity' where worker_no = {}",
                        victim.worker().value));
        const Timestamp before = database.now();
        REQUIRE(observer.sweep().activities_taken_over == 1);
        const Timestamp free{Duration{std::stoll(database.value(
            "select (extract(epoch from available_at) * 1000000)::bigint from engine.activities"))}};
        return before + wait <= free && free <= database.now() + wait;
    }

    durable::store::ActivityStore activities{database.url()};
};

}  // namespace

TEST_CASE_FIXTURE(
    Lossy, "an activity whose worker dies is free at once, twice; after that it waits longer each time") {
    for (const auto wait : {0s, 0s, 1s, 2s, 4s}) CHECK(free_after(wait));
}

TEST_CASE_FIXTURE(Lossy, "the wait after a loss is never more than a minute") {
    database.execute("update engine.activities set lost_attempts = 9");
    CHECK(free_after(60s));
}

TEST_CASE_FIXTURE(Lossy, "a lost activity that is to end anyway does not wait") {
    database.execute("update engine.activities set lost_attempts = 5, cancel_requested = true");
    CHECK(free_after(0s));
}

TEST_CASE_FIXTURE(Lossy, "the time in which a lost activity must be started again begins when it is free") {
    database.execute("update engine.activities set lost_attempts = 5");
    CHECK(free_after(8s));
    CHECK(database.value("select schedule_to_start_by - available_at from engine.activities") == "00:05:00");
}

TEST_CASE_FIXTURE(Lives, "a lost session lock means death within a second, not a lease") {
    using namespace test;
    const Duration lease = shorter_than_uptime();
    std::optional<ControlConnection> worker;
    worker.emplace(database.url(), registration("killed", lease));
    const WorkerNo number = worker->worker();
    // Far from over, so that only the lock can tell.
    database.execute(fmt::format(
        "update engine.workers set lease_until = lease_until + interval '1 day' where worker_no = {}",
        number.value));
    start_many(1);
    claim(hot, number);
    kill_sessions_of(number);

    const auto begun = std::chrono::steady_clock::now();
    const auto first = observer.sweep();
    CHECK(first.dead_workers == 0);  // one look is not enough
    CHECK(first.suspects);
    const auto swept = sweep_until_dead();
    CHECK(swept.dead_workers == 1);
    CHECK_FALSE(swept.suspects);
    CHECK(swept.runs_taken_over == 1);
    CHECK(std::chrono::steady_clock::now() - begun >= 500ms);
}

TEST_CASE_FIXTURE(Lives,
                  "a lost session is not a dead process: a worker that locks again is not taken over") {
    using namespace test;
    ControlConnection worker{database.url(), registration("unlucky", shorter_than_uptime())};
    database.execute("update engine.workers set lease_until = lease_until + interval '1 day'");
    kill_sessions_of(worker.worker());
    CHECK(observer.sweep().dead_workers == 0);
    // The first call finds the connection gone and makes a new one, lock included.
    CHECK(worker.heartbeat());
    const auto until = std::chrono::steady_clock::now() + 800ms;
    while (std::chrono::steady_clock::now() < until) CHECK(observer.sweep().dead_workers == 0);
}

TEST_CASE_FIXTURE(Lives, "while Postgres is younger than a lease a missing lock means nothing") {
    using namespace test;
    ControlConnection worker{database.url(), registration("patient", 24h * 365)};
    const WorkerNo number = worker.worker();
    kill_sessions_of(number);
    const auto until = std::chrono::steady_clock::now() + 800ms;
    while (std::chrono::steady_clock::now() < until) CHECK(observer.sweep().dead_workers == 0);
}

TEST_CASE_FIXTURE(Lives, "what a worker leaves behind after its end is found, however late it was written") {
    using namespace test;
    ControlConnection worker{database.url(), registration("drained")};
    start_many(1);
    worker.deregister();
    claim(hot, worker.worker());  // a batch that was on its way
    const auto swept = observer.sweep();
    CHECK(swept.dead_workers == 0);
    CHECK(swept.runs_taken_over == 1);
}

TEST_CASE_FIXTURE(Lives, "a run that has a message and no wake-up is woken") {
    using namespace test;
    start_many(2);
    const auto runs = claim(hot, observer.worker());
    hot.commit(
        {observer.worker(), {release_of(runs[0], std::nullopt), release_of(runs[1], std::nullopt)}, {}});
    database.execute(
        fmt::format("update engine.live_runs set inbox_tail = inbox_tail + 1 where run_id = '{}'",
                    runs[0].run.value.to_string()));
    CHECK(observer.sweep().stuck_runs_woken == 1);
    const auto woken = claim(hot, observer.worker());
    REQUIRE(woken.size() == 1);
    CHECK(woken[0].run == runs[0].run);
}

TEST_CASE_FIXTURE(Lives, "blocked runs may try again as soon as a new build is there") {
    using namespace test;
    start_many(1);
    const auto run = claim(hot, observer.worker()).at(0);
    RunCommit block = commit_of(run, {}, RunCommit::Next::block);
    block.blocked_kind = "mismatch";
    block.wake_at = database.now() + 10min;
    hot.commit({observer.worker(), {block}, {}});
    CHECK(claim(hot, observer.worker()).empty());
    CHECK(observer.wake_blocked() == 1);
    CHECK(claim(hot, observer.worker()).size() == 1);
}

TEST_CASE_FIXTURE(Lives, "notifications reach the workers of their queue, and say what there is") {
    using namespace test;
    Notifier notifier{database.url()};
    notifier.activities_ready("another");
    notifier.runs_ready("default");
    ControlConnection::Wakeup woken;
    CHECK(eventually([&] {
        woken = observer.wait(100ms);
        return woken.runs;
    }));
    CHECK_FALSE(woken.activities);
    CHECK_FALSE(observer.wait(1ms).runs);
}

TEST_CASE_FIXTURE(Lives, "who waits for results hears that something has closed") {
    using namespace test;
    ClosedListener listener{database.url()};
    Notifier notifier{database.url()};
    notifier.closed({ids.run_id()});
    CHECK(eventually([&] { return listener.wait(100ms); }));
}

TEST_CASE_FIXTURE(Lives, "a notifier that is switched off, or without a server, harms nobody") {
    using namespace test;
    Notifier off{database.url(), false};
    off.runs_ready("default");
    Notifier nowhere{"host=/nonexistent dbname=x"};
    nowhere.runs_ready("default");
    CHECK(observer.heartbeat());
}

// Claiming runs: who gets which, when, and never twice.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <thread>

#include "tests/store/fixture.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;

TEST_CASE_FIXTURE(test::StoreFixture, "a claim returns what a worker needs to begin, activation 0 included") {
    using namespace test;
    StartRequest wanted = request("call-1");
    wanted.input = {R"({"n":1})"};
    start(wanted);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};

    const BatchResult result = hot.commit({worker, {}, {"default", 10}});
    REQUIRE(result.claimed.size() == 1);
    const ClaimedRun& run = result.claimed.front();
    CHECK(run.run == wanted.run);
    CHECK(run.chain == wanted.run);
    CHECK(run.tenant == Tenant{"tenant-1"});
    CHECK(run.fence.epoch == 1);
    CHECK(run.fence.token != 0);
    CHECK(run.activations == 1);
    CHECK(run.next_event == EventId{2});
    CHECK_FALSE(run.adopt);
    REQUIRE(run.start);
    const auto activation = history::decode_activation(run.start->first_event, run.start->bytes);
    CHECK(std::get<history::WorkflowStarted>(activation.arrived.front()).input == wanted.input);
    CHECK(result.now >= activation.time);
}

TEST_CASE_FIXTURE(
    test::StoreFixture,
    "a claim alone waits for no flush of the log, whatever is committed with or after it does") {
    using namespace test;
    database.execute(fmt::format("alter database {} set synchronous_commit = on", database.name()));
    database.execute("create table public.commits (number serial, flushed text)");
    database.execute(
        "create function public.note_commit() returns trigger security definer language plpgsql as $$ begin "
        "insert into public.commits (flushed) values (current_setting('synchronous_commit')); "
        "return null; end $$");
    database.execute(
        "create trigger note_commit after update on engine.live_runs "
        "for each statement execute function public.note_commit()");
    start_many(2);
    database.execute(
        "create trigger note_commit after insert on engine.history "
        "for each statement execute function public.note_commit()");
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};

    const auto first = claim(hot, worker, 1);
    const RunCommit commit = commit_of(first.front(), {activity()});
    REQUIRE(hot.commit({worker, {commit}, {}}).committed.size() == 1);
    REQUIRE(hot.commit({worker, {commit_of(after(first.front(), commit), {activity()})}, {"default", 1}})
                .claimed.size() == 1);
    CHECK(database.value("select string_agg(flushed, ' ' order by number) from public.commits") ==
          "off on on on");
}

TEST_CASE_FIXTURE(test::StoreFixture, "many workers at once never get the same run, and get all of them") {
    using namespace test;
    constexpr int runs = 400;
    start_many(runs);
    std::mutex mutex;
    std::multiset<RunId> seen;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 4; ++i) {
            workers.emplace_back([&, worker = register_worker(fmt::format("w{}", i))] {
                HotConnection hot{database.url()};
                while (true) {
                    const auto claimed = claim(hot, worker, 7);
                    const std::lock_guard lock{mutex};
                    for (const ClaimedRun& run : claimed) seen.insert(run.run);
                    if (seen.size() >= runs) return;
                }
            });
        }
    }
    CHECK(seen.size() == runs);
    CHECK(std::set<RunId>(seen.begin(), seen.end()).size() == runs);
}

TEST_CASE_FIXTURE(test::StoreFixture, "runs come in the order in which they became due, and never before") {
    using namespace test;
    StartRequest later = request("later");
    later.start_delay = 1h;
    StartRequest soon = request("soon");
    soon.start_delay = 1min;
    const StartRequest now = request("now");
    start({later, soon, now});
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};

    auto claimed = claim(hot, worker);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].run == now.run);
    CHECK(claim(hot, worker).empty());

    database.advance(2h);
    claimed = claim(hot, worker, 1);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].run == soon.run);
    claimed = claim(hot, worker, 1);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].run == later.run);
    CHECK(claimed[0].start);  // although months may lie between an id and its claim
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a claim takes only runs of its queue, at most as many as it asks for") {
    using namespace test;
    StartRequest other = request("other");
    other.queue = "slow";
    start({other, request("a"), request("b"), request("c")});
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    CHECK(claim(hot, worker, 2).size() == 2);
    CHECK(claim(hot, worker, 2).size() == 1);
    CHECK(claim(hot, worker, 0).empty());
    CHECK(hot.commit({worker, {}, {"slow", 5}}).claimed.front().run == other.run);
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a run that becomes visible late, with an old moment, is found by a full pass") {
    using namespace test;
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    start_many(3);
    CHECK(claim(hot, worker).size() == 3);  // the lower bound has moved up to now
    const auto late = start_many(1, "late");
    database.execute(
        "update engine.live_runs set wake_at = engine.now() - interval '1 hour' where owner is null");
    std::vector<ClaimedRun> claimed;
    REQUIRE(eventually([&] {
        claimed = claim(hot, worker);
        return claimed.size() == 1;
    }));
    CHECK(claimed[0].run == late[0]);
}

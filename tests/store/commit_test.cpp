// Committing a batch: every write under its fence, all or nothing, and losers told apart.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "tests/store/fixture.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;
using Next = durable::store::RunCommit::Next;

namespace {

/// Two runs that a worker holds: one whose fence is then broken, one that is innocent.
struct TwoRuns : test::StoreFixture {
    TwoRuns() : worker(register_worker()), hot(database.url()) {
        start_many(2);
        const auto claimed = test::claim(hot, worker);
        victim = claimed.at(0);
        innocent = claimed.at(1);
    }

    durable::store::BatchResult commit_both(Next next = Next::keep) {
        auto commit = next == Next::close
                          ? test::close_of(victim)
                          : test::commit_of(victim, {durable::history::SideEffectRecorded{}}, next);
        return hot.commit(
            {worker, {commit, test::commit_of(innocent, {durable::history::SideEffectRecorded{}})}, {}});
    }

    durable::store::WorkerNo worker;
    durable::store::HotConnection hot;
    durable::store::ClaimedRun victim;
    durable::store::ClaimedRun innocent;
};

void check_only_victim_lost(TwoRuns& runs, const durable::store::BatchResult& result) {
    CHECK(result.lost == std::vector{runs.victim.run});
    CHECK(result.committed == std::vector{runs.innocent.run});
    CHECK(runs.history(runs.victim.run).size() == 1);
    CHECK(runs.history(runs.innocent.run).size() == 2);
}

}  // namespace

TEST_CASE_FIXTURE(TwoRuns, "a batch records activations, counts them, and claims in the same breath") {
    using namespace test;
    start_many(3, "more");
    RunCommit kept = commit_of(victim, {activity(), history::TimerStarted{}});
    const BatchResult result = hot.commit({worker, {close_of(innocent), kept}, {"default", 2}});
    CHECK(result.committed.size() == 2);
    CHECK(result.claimed.size() == 2);
    CHECK(history(victim.run).back().events == 2);
    CHECK(describe(victim.run)->events == 3);
    CHECK(describe(victim.run)->owner == "worker");
    const auto ended = describe(innocent.run);
    CHECK(ended->status == replay::RunStatus::completed);
    CHECK(ended->activations == 2);
    CHECK(ended->events == 2);
    CHECK(ended->closed_at);
}

TEST_CASE_FIXTURE(TwoRuns, "lost fence: the owner is another") {
    database.execute(fmt::format("update engine.live_runs set owner = {} where run_id = '{}'",
                                 register_worker("other").value, victim.run.value.to_string()));
    check_only_victim_lost(*this, commit_both());
}

TEST_CASE_FIXTURE(TwoRuns, "lost fence: the epoch has moved on") {
    database.execute(fmt::format("update engine.live_runs set epoch = epoch + 1 where run_id = '{}'",
                                 victim.run.value.to_string()));
    check_only_victim_lost(*this, commit_both());
}

TEST_CASE_FIXTURE(TwoRuns, "lost fence: the token is another") {
    database.execute(fmt::format("update engine.live_runs set token = token + 1 where run_id = '{}'",
                                 victim.run.value.to_string()));
    check_only_victim_lost(*this, commit_both());
}

TEST_CASE_FIXTURE(TwoRuns, "lost fence: another activation has been recorded") {
    database.execute(
        fmt::format("insert into engine.history (run_id, first_event, events, activation) "
                    "values ('{}', 2, 1, 'by somebody else')",
                    victim.run.value.to_string()));
    const durable::store::BatchResult result = commit_both();
    CHECK(result.lost == std::vector{victim.run});
    CHECK(result.committed == std::vector{innocent.run});
    CHECK(history(victim.run).back().bytes == "by somebody else");
}

TEST_CASE_FIXTURE(TwoRuns, "lost fence: the run is gone") {
    database.execute(
        fmt::format("delete from engine.live_runs where run_id = '{}'", victim.run.value.to_string()));
    check_only_victim_lost(*this, commit_both());
    check_only_victim_lost(*this, [&] {
        innocent = test::after(innocent, test::commit_of(innocent, {durable::history::SideEffectRecorded{}}));
        const auto result = commit_both(Next::close);
        database.execute(fmt::format("delete from engine.history where run_id = '{}' and first_event > 2",
                                     innocent.run.value.to_string()));
        return result;
    }());
}

TEST_CASE_FIXTURE(TwoRuns,
                  "a close is refused when a message got in first: the run is still ours, message and all") {
    using namespace test;
    signal(victim.run, "just in time");
    const BatchResult result = commit_both(Next::close);
    CHECK(result.message_first == std::vector{victim.run});
    CHECK(result.committed == std::vector{innocent.run});
    CHECK(result.lost.empty());
    CHECK(history(victim.run).size() == 1);

    victim.inbox_tail = 1;  // with the message taken, it may close
    CHECK(hot.commit({worker, {close_of(victim)}, {}}).committed.size() == 1);
    CHECK(database.value("select count(*) from engine.inbox") == "0");
}

TEST_CASE_FIXTURE(TwoRuns, "a close without any part of its fence is lost, and its run goes on") {
    using namespace test;
    const auto close_with = [&](auto change) {
        RunCommit commit = close_of(victim);
        change(commit);
        return hot.commit({worker, {commit}, {}}).lost;
    };
    const std::vector lost{victim.run};
    CHECK(close_with([](RunCommit& commit) { commit.fence.epoch += 1; }) == lost);
    CHECK(close_with([](RunCommit& commit) { commit.fence.token += 1; }) == lost);
    CHECK(hot.commit({register_worker("other"), {close_of(victim)}, {}}).lost == lost);
    CHECK(describe(victim.run)->status == replay::RunStatus::running);
    CHECK(history(victim.run).size() == 1);
}

TEST_CASE_FIXTURE(TwoRuns, "a message never slips in behind a close, whoever is faster") {
    using namespace test;
    for (int round = 0; round < 40; ++round) {
        const RunId run = start_many(1, fmt::format("race{}", round)).front();
        ClaimedRun claimed = claim(hot, worker).front();
        REQUIRE(claimed.run == run);
        SendResult sent{};
        BatchResult result;
        {
            const std::jthread sender{[&] { sent = signal(run, "s"); }};
            result = hot.commit({worker, {close_of(claimed)}, {}});
        }
        if (sent == SendResult::delivered) {
            CHECK(result.message_first.size() == 1);
            claimed.inbox_tail = 1;
            hot.commit({worker, {close_of(claimed)}, {}});
        } else {
            CHECK(sent == SendResult::closed);
            CHECK(result.committed.size() == 1);
        }
    }
    CHECK(database.value("select count(*) from engine.inbox") == "0");
}

TEST_CASE_FIXTURE(TwoRuns, "data that the database refuses costs one run its commit, not the batch") {
    using namespace test;
    start_many(20, "crowd");
    std::vector<RunCommit> commits;
    const auto crowd = claim(hot, worker, 20);
    for (const ClaimedRun& run : crowd) commits.push_back(commit_of(run, {history::SideEffectRecorded{}}));
    commits[7].activation->events = 0;  // a history row without events
    commits[13].next = Next::block;
    commits[13].activation.reset();
    commits[13].blocked_reason = "\xff not UTF-8";
    start_many(1, "next");

    const BatchResult result = hot.commit({worker, commits, {"default", 5}});
    CHECK(result.committed.size() == 18);
    REQUIRE(result.rejected.size() == 2);
    std::vector<RunId> rejected{result.rejected[0].run, result.rejected[1].run};
    CHECK(std::ranges::count(rejected, crowd[7].run) == 1);
    CHECK(std::ranges::count(rejected, crowd[13].run) == 1);
    CHECK(result.claimed.size() == 1);
    CHECK(result.lost.empty());
    const auto owned = hot.owned(worker);
    CHECK(std::ranges::any_of(owned, [&](const auto& run) { return run.first == crowd[7].run; }));
}

TEST_CASE_FIXTURE(TwoRuns,
                  "F46: a claim that Postgres cannot carry out costs no commit beside it, and is told") {
    using namespace test;
    start_many(3, "crowd");
    database.execute(
        "create function engine.refuse() returns trigger language plpgsql as $$ begin "
        "raise data_corrupted using message = 'invalid page'; end $$;"
        "create trigger refuse before update on engine.live_runs for each row "
        "when (old.owner is null and new.owner is not null) execute function engine.refuse()");
    // One commit alone is not taken for the culprit.
    const BatchResult result =
        hot.commit({worker, {commit_of(victim, {history::SideEffectRecorded{}})}, {"default", 5}});
    CHECK(result.committed == std::vector{victim.run});
    CHECK(result.rejected.empty());
    CHECK(result.claimed.empty());
    CHECK(result.claim_refused.find("invalid page") != std::string::npos);
    database.execute("drop trigger refuse on engine.live_runs");
    const BatchResult next = hot.commit({worker, {}, {"default", 5}});
    CHECK(next.claimed.size() == 3);
    CHECK(next.claim_refused == "");
    for (const ClaimedRun& run : next.claimed) CHECK(run.start);
}

TEST_CASE_FIXTURE(TwoRuns,
                  "F46: runs whose rows Postgres cannot read are unreadable, the others are loaded") {
    using namespace test;
    // Reading the victim's rows fails as reading a damaged page does.
    database.execute(fmt::format(
        "create function engine.rotten(uuid) returns boolean language plpgsql stable as $$ begin "
        "if $1 = '{}' then raise data_corrupted using message = 'invalid page'; end if; return true; end $$;"
        "alter table engine.history rename to sound_history;"
        "create view engine.history as select * from engine.sound_history h where engine.rotten(h.run_id);"
        "grant select on engine.history to public; grant execute on function engine.rotten to public",
        victim.run.value.to_string()));
    const auto loaded = hot.load({{innocent.run, innocent.chain, true, innocent.inbox_head},
                                  {victim.run, victim.chain, true, victim.inbox_head}});
    REQUIRE(loaded.size() == 2);
    CHECK(loaded[0].run == innocent.run);
    REQUIRE(loaded[0].history.size() == 1);
    CHECK(loaded[0].history[0].unreadable == "");
    CHECK(loaded[1].run == victim.run);
    REQUIRE(loaded[1].history.size() == 1);
    CHECK(loaded[1].history[0].unreadable.find("invalid page") != std::string::npos);
}

TEST_CASE_FIXTURE(TwoRuns, "a lost fence and refused data in one batch: everybody gets his own answer") {
    using namespace test;
    start_many(6, "crowd");
    std::vector<RunCommit> commits;
    const auto crowd = claim(hot, worker, 6);
    for (const ClaimedRun& run : crowd) commits.push_back(commit_of(run, {history::SideEffectRecorded{}}));
    commits[1].activation->events = 0;
    commits[4].fence.token += 1;
    const BatchResult result = hot.commit({worker, commits, {}});
    CHECK(result.committed.size() == 4);
    CHECK(result.lost == std::vector{crowd[4].run});
    REQUIRE(result.rejected.size() == 1);
    CHECK(result.rejected[0].run == crowd[1].run);
}

TEST_CASE_FIXTURE(TwoRuns,
                  "a blocked run waits for its moment, deaf to messages, and clears its mark when it works") {
    using namespace test;
    RunCommit block = commit_of(victim, {}, Next::block);
    block.blocked_kind = "mismatch";
    block.blocked_reason = "event 3 differs";
    block.wake_at = database.now() + 1min;
    hot.commit({worker, {block}, {}});
    const auto blocked = describe(victim.run)->blocked;
    REQUIRE(blocked);
    CHECK(blocked->reason == "event 3 differs");
    CHECK(blocked->failures == 1);
    CHECK(blocked->build == "build-1");
    signal(victim.run, "hello");
    CHECK(claim(hot, worker).empty());

    database.advance(2min);
    auto again = claim(hot, worker);
    REQUIRE(again.size() == 1);
    CHECK(again[0].failures == 1);
    CHECK(again[0].adopt);  // what its code had started here has no rows
    RunCommit works = commit_of(again[0], {history::SideEffectRecorded{}});
    works.was_blocked = true;
    hot.commit({worker, {works}, {}});
    CHECK_FALSE(describe(victim.run)->blocked);
    CHECK(database.value("select max(failures) from engine.live_runs") == "0");
}

TEST_CASE_FIXTURE(TwoRuns, "what a worker gives back can be claimed at once, under a new fence") {
    using namespace test;
    hot.release(worker, {{victim.run, victim.fence}, {innocent.run, {innocent.fence.epoch, 1}}});
    CHECK(hot.owned(worker).size() == 1);  // the wrong token releases nothing
    const auto again = claim(hot, worker);
    REQUIRE(again.size() == 1);
    CHECK(again[0].run == victim.run);
    CHECK(again[0].fence.epoch == victim.fence.epoch + 1);
    CHECK(again[0].fence.token != victim.fence.token);
}

TEST_CASE_FIXTURE(TwoRuns, "a closed run's workflow id is free, and its facts stay") {
    using namespace test;
    hot.commit({worker, {close_of(victim), close_of(innocent)}, {}});
    CHECK(database.value("select count(*) from engine.live_runs") == "0");
    CHECK(start(request("run-0")).outcome == StartResult::Outcome::started);
    CHECK(database.value("select count(*) from engine.runs") == "3");
    CHECK(database.value(
              "select string_agg(kind, ' ' order by event_id) from engine.history_events where run_id = '" +
              victim.run.value.to_string() + "'") == "WorkflowStarted WorkflowCompleted");
}

TEST_CASE_FIXTURE(TwoRuns, "rows of kept runs are updated in place: no index grows while a run goes on") {
    using namespace test;
    for (int i = 0; i < 30; ++i) {
        RunCommit commit = commit_of(victim, {history::SideEffectRecorded{}});
        commit.row_stays = false;
        REQUIRE(hot.commit({worker, {commit}, {}}).committed.size() == 1);
        victim = after(victim, commit);
    }
    database.execute("select pg_stat_force_next_flush()");
    const auto updates = [&] {
        return std::stoi(
            database.value("select n_tup_hot_upd from pg_stat_user_tables where relname = 'live_runs'"));
    };
    CHECK(eventually([&] {
        claim(hot, worker);
        return updates() >= 30;
    }));
}

// Messages: each once, in order of commit, and none is left unseen.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "tests/store/fixture.hpp"

using namespace std::chrono_literals;
using durable::store::SendResult;

TEST_CASE_FIXTURE(test::StoreFixture, "a message wakes a run that waits, and comes with its load") {
    using namespace test;
    start_many(1);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    ClaimedRun run = claim(hot, worker).front();
    hot.commit({worker, {release_of(run, std::nullopt)}, {}});
    CHECK(claim(hot, worker).empty());

    CHECK(signal(run.run, "approve") == SendResult::delivered);
    const auto claimed = claim(hot, worker);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].fence.epoch == 2);
    CHECK(claimed[0].inbox_tail == claimed[0].inbox_head + 1);
    Timestamp now;
    const auto loaded = hot.load({{run.run, run.chain, true, claimed[0].inbox_head}}, &now);
    REQUIRE(loaded.size() == 1);
    CHECK(loaded[0].history.size() == 2);
    REQUIRE(loaded[0].inbox.size() == 1);
    const auto event = history::decode_event(loaded[0].inbox[0].event);
    CHECK(std::get<history::SignalReceived>(event).name == "approve");
    CHECK(now > Timestamp{});
}

TEST_CASE_FIXTURE(test::StoreFixture, "a message that arrives during a release is not forgotten") {
    using namespace test;
    start_many(1);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    const ClaimedRun run = claim(hot, worker).front();
    signal(run.run, "approve");  // the worker does not know of it and lets the run wait for ever
    CHECK(hot.commit({worker, {release_of(run, std::nullopt)}, {}}).committed.size() == 1);
    CHECK(claim(hot, worker).size() == 1);
}

TEST_CASE_FIXTURE(test::StoreFixture, "a request id counts once in a run, also among many senders at once") {
    using namespace test;
    const RunId run = start_many(1).front();
    std::atomic<int> delivered = 0;
    std::atomic<int> duplicates = 0;
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 8; ++i) {
            senders.emplace_back(
                [&] { (signal(run, "s", "request-1") == SendResult::delivered ? delivered : duplicates)++; });
        }
    }
    CHECK(delivered == 1);
    CHECK(duplicates == 7);
    CHECK(database.value("select count(*) from engine.inbox") == "1");
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "numbers in an inbox are gapless and in order of commit, whoever sends") {
    using namespace test;
    const RunId run = start_many(1).front();
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 4; ++i) {
            senders.emplace_back([&, i] {
                for (int k = 0; k < 25; ++k) signal(run, fmt::format("{}", i * 100 + k));
            });
        }
    }
    HotConnection hot{database.url()};
    const auto inbox = hot.load({{run, run, false, 0}}).front().inbox;
    REQUIRE(inbox.size() == 100);
    std::vector<int> last(4, -1);
    for (std::size_t i = 0; i < inbox.size(); ++i) {
        CHECK(inbox[i].sequence == static_cast<std::int64_t>(i) + 1);
        const int number =
            std::stoi(std::get<history::SignalReceived>(history::decode_event(inbox[i].event)).name);
        CHECK(last[static_cast<std::size_t>(number / 100)] <
              number % 100);  // each sender's own order is kept
        last[static_cast<std::size_t>(number / 100)] = number % 100;
    }
}

TEST_CASE_FIXTURE(test::StoreFixture, "taken messages are gone, later ones stay") {
    using namespace test;
    start_many(1);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    ClaimedRun run = claim(hot, worker).front();
    signal(run.run, "one");
    signal(run.run, "two");
    CHECK(hot.with_messages({{run.run, run.chain, run.inbox_head}}) == std::vector{run.run});
    RunCommit commit = commit_of(run, {history::SideEffectRecorded{}});
    commit.inbox_head = 1;
    CHECK(hot.commit({worker, {commit}, {}}).committed.size() == 1);
    CHECK(database.value("select string_agg(sequence::text, ' ') from engine.inbox") == "2");
    CHECK(hot.with_messages({{run.run, run.chain, 1}}).size() == 1);
    CHECK(hot.with_messages({{run.run, run.chain, 2}}).empty());
}

TEST_CASE_FIXTURE(test::StoreFixture, "nobody can write to a run that has ended, or that never was") {
    using namespace test;
    start_many(1);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    const ClaimedRun run = claim(hot, worker).front();
    hot.commit({worker, {close_of(run)}, {}});
    CHECK(signal(run.run, "late") == SendResult::closed);
    CHECK(signal(ids.run_id(), "lost") == SendResult::not_found);
    CHECK(database.value("select count(*) from engine.inbox") == "0");
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "termination ends a run at once and takes everything that waits with it") {
    using namespace test;
    start_many(1);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    ClaimedRun run = claim(hot, worker).front();
    RunCommit commit = commit_of(run, {activity()});
    commit.activities = {row_of(run, run.next_event, database.now())};
    hot.commit({worker, {commit}, {}});
    run = after(run, commit);
    signal(run.run, "unread");

    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(terminate(tx, {"default", run.run, {}}, "no longer needed", "somebody") == SendResult::delivered);
    CHECK(terminate(tx, {"default", run.run, {}}, "again", "somebody") == SendResult::closed);
    const auto ended = closed(tx, run.run);
    tx.commit();
    REQUIRE(ended);
    CHECK(ended->status == replay::RunStatus::terminated);
    const auto last = history::decode_activation(ended->last->first_event, ended->last->bytes);
    CHECK(std::get<history::WorkflowTerminated>(last.commands.front()).reason == "no longer needed");
    CHECK(last.first_event == run.next_event);
    CHECK(last.time >=
          Timestamp{std::chrono::seconds{1'800'000'000}});  // never before the activation that precedes it
    CHECK(database.value("select count(*) from engine.inbox") == "0");
    CHECK(database.value("select count(*) from engine.activities") == "0");

    const BatchResult late = hot.commit({worker, {commit_of(run, {history::SideEffectRecorded{}})}, {}});
    CHECK(late.lost == std::vector{run.run});
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a request for cancellation is a message, and shows in the description") {
    using namespace test;
    const RunId run = start_many(1).front();
    CHECK_FALSE(describe(run)->cancel_requested);
    CHECK(send(run, history::CancelRequested{"changed my mind", "somebody"}) == SendResult::delivered);
    CHECK(describe(run)->cancel_requested);
    CHECK(describe(run)->inbox_waiting == 1);
}

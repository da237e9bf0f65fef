// Chains: a run that continues as new gives its name and its inbox to the next one, in one transaction.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/store/family.hpp"

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "the next run has the name, the inbox and the claim in the same round trip") {
    using namespace test;
    const ClaimedRun run = adult("chain");
    const RunCommit next = continuation(run);
    const BatchResult result = commit(next, 1);
    REQUIRE(result.claimed.size() == 1);
    const ClaimedRun& claimed = result.claimed[0];
    CHECK(claimed.run == next.continued->run);
    CHECK(claimed.chain == run.run);
    CHECK(claimed.start);
    CHECK(started(claimed.run).continued_from == run.run);
    CHECK(describe(run.run)->status == replay::RunStatus::continued_as_new);
    CHECK(describe(run.run)->continued_as == claimed.run);
    CHECK(holder("chain") == claimed.run.value.to_string());
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "messages that the run has not read refuse nothing and wait for the next one") {
    using namespace test;
    ClaimedRun run = adult("chain");
    signal(run.run, "read");
    run.inbox_tail = 1;
    signal(run.run, "first");
    signal(run.run, "second");
    const BatchResult result = commit(continuation(run), 1);
    REQUIRE(result.committed.size() == 1);
    REQUIRE(result.claimed.size() == 1);
    CHECK(result.claimed[0].inbox_head == 1);
    CHECK(result.claimed[0].inbox_tail == 3);
    const auto waiting = inbox(result.claimed[0]);
    REQUIRE(waiting.size() == 2);
    CHECK(std::get<history::SignalReceived>(waiting[0]).name == "first");
    CHECK(std::get<history::SignalReceived>(waiting[1]).name == "second");
    check_invariants();
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a message carries the run that it was sent to, so stale results are known") {
    using namespace test;
    const ClaimedRun run = adult("chain");
    send(run.run, history::ActivityCompleted{EventId{2}, {}, 1});
    const BatchResult result = commit(
        [&] {
            RunCommit next = continuation(run);
            next.inbox_head = 0;
            return next;
        }(),
        1);
    REQUIRE(result.claimed.size() == 1);
    const ClaimedRun& next = result.claimed[0];
    const auto loaded = hot.load({{next.run, next.chain, false, next.inbox_head}});
    CHECK(loaded.at(0).inbox.at(0).run == run.run);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a run that has lost its fence does not continue") {
    using namespace test;
    const ClaimedRun run = adult("chain");
    RunCommit next = continuation(run);
    next.fence.epoch += 1;
    CHECK(commit(next).lost.size() == 1);
    CHECK(holder("chain") == run.run.value.to_string());
    CHECK(number("select count(*) from engine.runs") == 1);
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "a continued run stands for its chain: signals and ends go to the newest run") {
    using namespace test;
    const ClaimedRun run = adult("chain");
    const BatchResult result = commit(continuation(run), 1);
    REQUIRE(result.claimed.size() == 1);
    CHECK(signal(run.run, "by the old id") == SendResult::delivered);
    CHECK(inbox(result.claimed[0]).size() == 1);
    CHECK(terminate(run.run) == SendResult::delivered);
    CHECK(describe(result.claimed[0].run)->status == replay::RunStatus::terminated);
    CHECK(terminate(run.run) == SendResult::closed);
}

TEST_CASE_FIXTURE(test::FamilyFixture, "a start request finds its own run after the chain has gone on") {
    using namespace test;
    auto asked = request("chain");
    asked.request_id = "req";
    start(asked);
    const ClaimedRun run = claim_one();
    CHECK(commit(continuation(run)).committed.size() == 1);
    auto repeated = request("chain");
    repeated.request_id = "req";
    CHECK(start(repeated).run == run.run);
    asked.request_id = "";
    CHECK(start(asked).outcome == StartResult::Outcome::existing);  // the very same start, sent again
    CHECK(start(asked).run == run.run);
    CHECK(start(request("chain")).outcome == StartResult::Outcome::already_open);
}

TEST_CASE_FIXTURE(test::FamilyFixture,
                  "what a run publishes stays readable, for the chain, the last value of each key") {
    using namespace test;
    const ClaimedRun run = adult("publisher");
    RunCommit first = commit_of(run, {history::StatePublished{"stage", Payload{"1"}}});
    first.tenant = run.tenant;
    first.published = {{"stage", "1"}, {"other", "\"x\""}};
    CHECK(commit(first).committed.size() == 1);
    const BatchResult result = commit(continuation(after(run, first)), 1);
    REQUIRE(result.claimed.size() == 1);
    RunCommit last = close_of(result.claimed[0]);
    last.tenant = run.tenant;
    last.published = {{"stage", "2"}};
    CHECK(commit(last).committed.size() == 1);

    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    for (const RunId id : {run.run, result.claimed[0].run}) {
        const auto states = published(tx, id);
        REQUIRE(states.size() == 2);
        CHECK(states[0].key == "other");
        CHECK(states[1].value.json == "2");
        CHECK(states[1].run == result.claimed[0].run);
        CHECK(published(tx, id, "stage").size() == 1);
        CHECK(published(tx, id, "nothing").empty());
    }
}

// --- signal with start -------------------------------------------------------------------------------------

namespace {

struct Mailing : test::FamilyFixture {
    durable::store::SignalWithStartResult send_to(const durable::store::StartRequest& request) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        auto result = durable::store::signal_with_start(tx, request, {"hello", {}, {}});
        tx.commit();
        return result;
    }
    test::StartRequest identified(const std::string& request_id) {
        auto made = request("contact");
        made.request_id = request_id;
        return made;
    }
};

using Outcome = durable::store::StartResult::Outcome;

}  // namespace

TEST_CASE_FIXTURE(Mailing,
                  "signal with start: starts a run that has the signal waiting, or signals the open one") {
    using namespace test;
    const auto first = send_to(request("contact"));
    CHECK(first.start.outcome == Outcome::started);
    CHECK(first.signal == SendResult::delivered);
    const auto second = send_to(request("contact"));
    CHECK(second.start.outcome == Outcome::existing);
    CHECK(second.start.run == first.start.run);
    CHECK(second.signal == SendResult::delivered);
    CHECK(claim_one().inbox_tail == 2);
    check_invariants();
}

TEST_CASE_FIXTURE(Mailing,
                  "signal with start: a request id does it once, whatever has become of the run since") {
    using namespace test;
    const auto first = send_to(identified("one"));
    const auto met = send_to(identified("two"));
    CHECK(met.start.run == first.start.run);
    ClaimedRun run = claim_one();
    const auto repeat_both = [&] {
        for (const char* id : {"one", "two"}) {
            const auto again = send_to(identified(id));
            CHECK(again.start.outcome == Outcome::existing);
            CHECK(again.start.run == first.start.run);
            CHECK(again.signal == SendResult::duplicate);
        }
    };
    repeat_both();
    SUBCASE("it goes on as new") {
        CHECK(commit(continuation(run)).committed.size() == 1);
    }
    SUBCASE("it is closed") {
        CHECK(commit(close_of(run)).committed.size() == 1);
    }
    SUBCASE("it is closed, and another has the name") {
        CHECK(commit(close_of(run)).committed.size() == 1);
        CHECK(send_to(identified("three")).start.outcome == Outcome::started);
    }
    repeat_both();
    check_invariants();
}

TEST_CASE_FIXTURE(Mailing, "signal with start: what forbids the start forbids the signal") {
    using namespace test;
    CHECK(send_to(request("contact")).start.outcome == Outcome::started);
    const ClaimedRun run = claim_one();
    auto replacing = request("contact");
    replacing.conflict = ConflictPolicy::terminate_existing;
    const auto replaced = send_to(replacing);
    CHECK(replaced.start.outcome == Outcome::started);
    CHECK(replaced.signal == SendResult::delivered);
    CHECK(describe(run.run)->status == replay::RunStatus::terminated);
    ClaimedRun second = claim_one();
    CHECK(commit(close_of(second)).committed.size() == 1);
    auto forbidden = request("contact");
    forbidden.reuse = ReusePolicy::reject;
    const auto refused = send_to(forbidden);
    CHECK(refused.start.outcome == Outcome::already_closed);
    CHECK(refused.signal == SendResult::closed);
    CHECK(number("select count(*) from engine.live_runs") == 0);
}

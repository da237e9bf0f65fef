// Pauses, audit rows, resets and deletions as the database sees them; and that planted damage is found.

#include <doctest/doctest.h>

#include "engine/store/audit.hpp"
#include "engine/store/check.hpp"
#include "engine/store/pause.hpp"
#include "engine/store/remove.hpp"
#include "engine/store/reset.hpp"
#include "tests/store/family.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

class VerbsFixture : public FamilyFixture {
  public:
    SendResult pause(RunId run) {
        return in_transaction([&](auto& tx) { return store::pause(tx, {.run = run}, "why not", "tester"); });
    }
    SendResult unpause(RunId run) {
        return in_transaction([&](auto& tx) { return store::unpause(tx, {.run = run}, "", "tester"); });
    }
    std::optional<ResetResult> reset(RunId run, const std::string& request_id = {}) {
        const ResetRequest request{
            .base = {.run = run},
            .run = ids.run_id(),
            .point = [](RunId, const history::History&) { return replay::ForkPoint{EventId{1}, EventId{1}}; },
            .request_id = request_id};
        return in_transaction([&](auto& tx) { return store::reset(tx, request); });
    }
    int violations(const std::string& id) {
        pqxx::connection connection{database.url()};
        for (const CheckLine& line : store::check(connection)) {
            if (line.id == id) return static_cast<int>(line.violated);
        }
        FAIL("no invariant " << id);
        return 0;
    }
};

}  // namespace

TEST_CASE_FIXTURE(VerbsFixture,
                  "an act and its audit row are in one transaction, and nobody changes it afterwards") {
    start(request("run"));
    pqxx::connection connection{database.url()};
    {
        pqxx::work tx{connection};
        audit(tx, {"tester", "workflow test", "run", "because", "{\"n\":1}"});
    }
    CHECK(number("select count(*) from engine.audit") == 0);
    in_transaction([](auto& tx) {
        audit(tx, {"", "workflow test", "run", "because", "{\"n\":1}"});
        return 0;
    });
    const auto acts = in_transaction([](auto& tx) { return list_audit(tx, {.target = "run"}); });
    REQUIRE(acts.size() == 1);
    CHECK(acts[0].entry.identity == "unknown");
    CHECK(acts[0].entry.details == "{\"n\": 1}");
    pqxx::work tx{connection};
    CHECK_THROWS_AS(tx.exec("update engine.audit set reason = 'other'"), pqxx::insufficient_privilege);
    CHECK_THROWS_AS(audit(tx, {"tester", "", "run"}), std::invalid_argument);
}

TEST_CASE_FIXTURE(VerbsFixture, "a paused run is claimed by nobody, whatever arrives, until it is unpaused") {
    const RunId run = start(request("run")).run;
    CHECK(pause(run) == SendResult::delivered);
    CHECK(signal(run, "go") == SendResult::delivered);
    CHECK(claim(hot, worker).empty());
    check_invariants();
    CHECK(unpause(run) == SendResult::delivered);
    CHECK(claim(hot, worker).size() == 1);
}

TEST_CASE_FIXTURE(VerbsFixture, "a run that is paused while it is held goes to nobody when it is released") {
    const ClaimedRun run = adult("run");
    pause(run.run);
    CHECK(commit(release_of(run, database.now())).committed.size() == 1);
    CHECK(number("select count(*) from engine.live_runs where owner = 0") == 1);
    CHECK(claim(hot, worker).empty());
    check_invariants();
}

TEST_CASE_FIXTURE(VerbsFixture, "what a worker has for a paused run waits in its inbox, in order") {
    const ClaimedRun run = adult("run");
    pause(run.run);
    RunCommit parked = release_of(run, database.now());
    parked.activation.reset();
    for (const char* result : {"1", "2"}) {
        parked.posted.push_back(
            history::encode_event(history::ActivityCompleted{EventId{2}, Payload{result}}));
    }
    CHECK(commit(parked).committed.size() == 1);
    unpause(run.run);
    const ClaimedRun again = claim_one();
    CHECK(again.inbox_tail == 2);
    const auto events = inbox(again);
    REQUIRE(events.size() == 2);
    CHECK(std::get<history::ActivityCompleted>(events[0]).result == Payload{"1"});
    CHECK(std::get<history::ActivityCompleted>(events[1]).result == Payload{"2"});
}

TEST_CASE_FIXTURE(VerbsFixture, "a pause goes along when a run continues as new, and ends with the run") {
    const ClaimedRun run = adult("run");
    pause(run.run);
    const RunCommit onward = continuation(run);
    CHECK(commit(onward, 10).claimed.empty());
    CHECK(describe(onward.continued->run)->paused->reason == "why not");
    check_invariants();
    CHECK(terminate(onward.continued->run) == SendResult::delivered);
    CHECK(number("select count(*) from engine.paused") == 0);
}

TEST_CASE_FIXTURE(VerbsFixture, "an activity row of a paused run is not claimed") {
    const ClaimedRun run = adult("run");
    RunCommit work = commit_of(run, {activity()}, RunCommit::Next::release);
    work.activities.push_back(row_of(run, EventId{2}, database.now()));
    CHECK(commit(work).committed.size() == 1);
    ActivityStore activities{database.url()};
    pause(run.run);
    CHECK(activities.claim(worker, "default", {"work"}, 10).empty());
    unpause(run.run);
    CHECK(activities.claim(worker, "default", {"work"}, 10).size() == 1);
}

TEST_CASE_FIXTURE(VerbsFixture,
                  "the holder of a run that was reset or quarantined changes nothing any more") {
    const ClaimedRun run = adult("run");
    SUBCASE("reset") {
        CHECK(reset(run.run)->terminated == run.run);
    }
    SUBCASE("quarantined") {
        CHECK(in_transaction([&](auto& tx) { return quarantine(tx, run.run, worker, "loops", "watch"); }));
        CHECK_FALSE(
            in_transaction([&](auto& tx) { return quarantine(tx, run.run, worker, "loops", "watch"); }));
    }
    const auto result = commit(close_of(run));
    CHECK(result.lost.size() == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(
    VerbsFixture,
    "a message that was sent to a run while it was reset is in the inbox of the one that goes on") {
    const ClaimedRun run = adult("run");
    signal(run.run, "before", "r-1");
    const RunId again = reset(run.run)->run;
    CHECK(signal(run.run, "after", "r-2") == SendResult::delivered);
    CHECK(signal(run.run, "again", "r-1") == SendResult::duplicate);
    const ClaimedRun next = claim_one();
    CHECK(next.run == again);
    CHECK(next.chain == run.chain);
    const auto events = inbox(next);
    REQUIRE(events.size() == 2);
    CHECK(std::get<history::SignalReceived>(events[0]).name == "before");
    CHECK(std::get<history::SignalReceived>(events[1]).name == "after");
    check_invariants();
}

TEST_CASE_FIXTURE(VerbsFixture, "a reset of a closed run leaves its record as it is, and takes its name") {
    const ClaimedRun run = adult("run");
    commit(close_of(run));
    const auto result = reset(run.run, "once");
    REQUIRE(result);
    CHECK_FALSE(result->terminated);
    CHECK(describe(run.run)->status == replay::RunStatus::completed);
    CHECK(holder("run") == result->run.value.to_string());
    CHECK(reset(run.run, "once")->run == result->run);
    CHECK(reset(run.run, "once")->repeated);
    CHECK_FALSE(reset(ids.run_id()));
    check_invariants();
}

TEST_CASE_FIXTURE(VerbsFixture, "damage to pauses, copies and chains is found") {
    const RunId run = start(request("run")).run;
    const RunId again = reset(run)->run;
    check_invariants();
    SUBCASE("a pause that nobody is on record for") {
        database.execute("update engine.live_runs set paused = true");
        CHECK(violations("I-50") == 1);
    }
    SUBCASE("a run that is kept from everybody") {
        database.execute("update engine.live_runs set owner = 0");
        CHECK(violations("I-50") == 1);
    }
    SUBCASE("a copy that is not one") {
        database.execute("update engine.runs set forked_after = 2 where base_run is not null");
        CHECK(violations("I-51") == 1);
    }
    SUBCASE("two open runs of a chain") {
        database.execute(
            "insert into engine.live_runs (run_id, chain_id, queue, tenant) select gen_random_uuid(), "
            "chain_id, queue, tenant from engine.live_runs where run_id = '" +
            again.value.to_string() + "'");
        CHECK(violations("I-52") == 1);
    }
}

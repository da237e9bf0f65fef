// Claims that wait: for runs whose rows others hold again and again.

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tests/store/fixture.hpp"

using namespace std::chrono_literals;

namespace {

using namespace test;

struct Patience : StoreFixture {
    Patience() : run(start_many(1).front()), worker(register_worker()), hot(database.url()) {}

    std::vector<ClaimedRun> claim_patiently() {
        return hot.commit({worker, {}, {.limit = 8, .patient = true}}).claimed;
    }
    /// Holds the row as a sender does, for a few milliseconds at a time, until told otherwise.
    void hold_again_and_again(const std::atomic<bool>& enough) {
        pqxx::connection connection{database.url()};
        while (!enough) {
            pqxx::work tx{connection};
            tx.exec_params("select 1 from engine.live_runs where run_id = $1 for update",
                           run.value.to_string());
            tx.exec_params("update engine.live_runs set batch = batch where run_id = $1",
                           run.value.to_string());
            tx.exec("select pg_sleep(0.003)");
            tx.commit();
        }
    }

    RunId run;
    WorkerNo worker;
    HotConnection hot;
};

}  // namespace

TEST_CASE_FIXTURE(Patience, "a run whose row is never free for long is taken by a claim that waits") {
    database.advance(2s);
    std::atomic<bool> enough = false;
    std::vector<std::jthread> holders;
    for (int i = 0; i < 6; ++i) holders.emplace_back([&] { hold_again_and_again(enough); });
    std::vector<ClaimedRun> claimed;
    for (int tries = 0; tries < 600 && claimed.empty(); ++tries) claimed = claim_patiently();
    enough = true;
    holders.clear();
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].run == run);
    CHECK(claimed[0].start);
    CHECK(claim_patiently().empty());  // it is taken
}

TEST_CASE_FIXTURE(Patience,
                  "a claim that waits gives up when somebody holds the row for long, and harms nothing") {
    database.advance(2s);
    pqxx::connection connection{database.url()};
    {
        pqxx::work tx{connection};
        tx.exec_params("select 1 from engine.live_runs where run_id = $1 for update", run.value.to_string());
        CHECK(claim(hot, worker).empty());  // the ordinary one passes it over
        const BatchResult result = hot.commit({worker, {}, {.limit = 8, .patient = true}});
        CHECK(result.claimed.empty());
        CHECK(result.now > Timestamp{});
    }
    CHECK(claim_patiently().size() == 1);
}

TEST_CASE_FIXTURE(Patience,
                  "a claim that waits leaves to the others what has become due just now, or is not theirs") {
    CHECK(claim_patiently().empty());
    database.advance(2s);
    SUBCASE("paused queue") {
        database.execute(
            "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), "
            "'ann')");
        CHECK(claim_patiently().empty());
    }
    SUBCASE("another build's") {
        database.execute("update engine.live_runs set build = 'other'");
        CHECK(claim_patiently().empty());
    }
    SUBCASE("owned") {
        CHECK(claim(hot, worker).size() == 1);
        CHECK(claim_patiently().empty());
    }
}

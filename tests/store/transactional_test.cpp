// Transactional activities: business rows and completion together, exactly once.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <thread>
#include <utility>

#include "engine/store/database_time.hpp"
#include "engine/store/planned_work.hpp"
#include "tests/store/fixture.hpp"

using namespace std::chrono_literals;
using durable::store::Faults;
using Settled = durable::store::ActivityStore::TransactionalOutcome;

namespace {

struct Business : test::StoreFixture {
    Business() : worker(register_worker()), hot(database.url()) {
        database.execute(
            "create table app.effects (id serial primary key); grant all on app.effects to callflex_app; "
            "grant usage on sequence app.effects_id_seq to callflex_app");
        start_many(1);
        run = test::claim(hot, worker).at(0);
    }

    durable::store::ActivityStore::Transactional eager() {
        return {worker, run.run, durable::EventId{2}, run.fence, true};
    }
    std::string body(pqxx::work& tx) {
        ++calls;
        tx.exec("insert into app.effects default values");
        return durable::history::encode_event(
            durable::history::ActivityCompleted{durable::EventId{2}, {}, 1});
    }
    Settled transact(durable::store::ActivityStore& store,
                     const durable::store::ActivityStore::Transactional& what) {
        return store.transact(what, [&](pqxx::work& tx) { return body(tx); });
    }
    std::string effects() { return database.value("select count(*) from app.effects"); }
    std::string messages() { return database.value("select count(*) from engine.inbox"); }

    durable::store::WorkerNo worker;
    durable::store::HotConnection hot;
    durable::store::ClaimedRun run;
    int calls = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Business, "the effect and its completion commit together, at the database's time") {
    using namespace test;
    ActivityStore store{database.url()};
    Timestamp seen;
    const auto outcome = store.transact(eager(), [&](pqxx::work& tx) {
        seen = database_time(tx);
        return body(tx);
    });
    CHECK(outcome == Settled::committed);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
    CHECK(hot.with_messages({{run.run, run.chain, 0}}).size() == 1);
    CHECK(seen <= database.now());
    CHECK(seen > database.now() - 1min);
}

TEST_CASE_FIXTURE(Business,
                  "exec plans once a session in the engine's transactions, and every time in anybody's own") {
    using namespace test;
    constexpr std::string_view doubled = "select 2 * $1::integer";
    const auto prepared = [&](pqxx::transaction_base& tx) {
        return tx
            .exec1(
                "select count(*) from pg_prepared_statements where statement = 'select 2 * $1::integer'")[0]
            .as<int>();
    };
    ActivityStore store{database.url()};
    store.transact(eager(), [&](pqxx::work& tx) {
        CHECK(durable::exec1(tx, doubled, 4)[0].as<int>() == 8);
        CHECK(durable::exec1(tx, doubled, 5)[0].as<int>() == 10);
        CHECK(prepared(tx) == 1);
        CHECK_THROWS_AS(durable::exec1(tx, "select 1 where $1::boolean", false), pqxx::unexpected_rows);
        return body(tx);
    });
    pqxx::connection pooled{database.url()};
    pqxx::work tx{pooled};
    CHECK(durable::exec(tx, doubled, 4)[0][0].as<int>() == 8);
    CHECK(prepared(tx) == 0);
}

TEST_CASE_FIXTURE(Business, "a body that throws leaves nothing, and its exception arrives") {
    using namespace test;
    ActivityStore store{database.url()};
    CHECK_THROWS_WITH_AS(store.transact(eager(),
                                        [&](pqxx::work& tx) -> std::string {
                                            body(tx);
                                            throw std::runtime_error("no such customer");
                                        }),
                         "no such customer", std::runtime_error);
    CHECK_THROWS_AS(store.transact(eager(),
                                   [&](pqxx::work& tx) -> std::string {
                                       body(tx);
                                       tx.exec("insert into app.effects (id) values (1), (1)");
                                       return {};
                                   }),
                    pqxx::unique_violation);
    CHECK(effects() == "0");
    CHECK(messages() == "0");
    CHECK(transact(store, eager()) == Settled::committed);
}

TEST_CASE_FIXTURE(Business,
                  "without the run's fence nothing is written: owner, epoch, token, a run that is gone") {
    using namespace test;
    ActivityStore store{database.url()};
    auto what = eager();
    what.worker = register_worker("other");
    CHECK(transact(store, what) == Settled::lost);
    what = eager();
    what.fence.epoch += 1;
    CHECK(transact(store, what) == Settled::lost);
    what = eager();
    what.fence.token += 1;
    CHECK(transact(store, what) == Settled::lost);
    hot.commit({worker, {close_of(run)}, {}});
    CHECK(transact(store, eager()) == Settled::lost);
    CHECK(effects() == "0");
    CHECK(messages() == "0");
}

TEST_CASE_FIXTURE(Business, "an activity with a row: its row goes, its run wakes, a second end is lost") {
    using namespace test;
    RunCommit commit = commit_of(run, {activity()}, RunCommit::Next::release);
    commit.activities = {row_of(run, EventId{2}, database.now())};
    hot.commit({worker, {commit}, {}});
    ActivityStore store{database.url()};
    const auto taken = store.claim(worker, "default", {"work"}, 1).at(0);
    const ActivityStore::Transactional what{worker, run.run, EventId{2}, taken.fence, false};
    auto stale = what;
    stale.fence.token += 1;
    CHECK(transact(store, stale) == Settled::lost);
    CHECK(transact(store, what) == Settled::committed);
    CHECK(transact(store, what) == Settled::lost);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
    CHECK(database.value("select count(*) from engine.activities") == "0");
    CHECK(claim(hot, worker).size() == 1);
}

TEST_CASE_FIXTURE(Business, "nothing was sent: the body runs again, the effect is there once") {
    using namespace test;
    ActivityStore store{database.url(),
                        {[left = std::make_shared<int>(1)](Faults::Point point, const char* name) {
                            return point == Faults::Point::before_send &&
                                   std::string_view{name} == "transactional_commit" && (*left)-- > 0;
                        }}};
    CHECK(transact(store, eager()) == Settled::committed);
    CHECK(calls == 2);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
}

TEST_CASE_FIXTURE(Business,
                  "the reply was lost: the completion is found in the inbox, the body does not run again") {
    using namespace test;
    ActivityStore store{database.url(), {[left = std::make_shared<int>(1)](Faults::Point point, const char*) {
                            return point == Faults::Point::after_commit_reply_lost && (*left)-- > 0;
                        }}};
    CHECK(transact(store, eager()) == Settled::committed);
    CHECK(calls == 1);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
}

TEST_CASE_FIXTURE(Business,
                  "a doubt outlives the call: the next one finds out, the body does not run again") {
    using namespace test;
    Faults faults{[left = std::make_shared<int>(1)](Faults::Point point, const char*) {
        return point == Faults::Point::after_commit_reply_lost && (*left)-- > 0;
    }};
    faults.patience = 0ms;
    ActivityStore store{database.url(), faults};
    CHECK_THROWS_AS(transact(store, eager()), StillInDoubt);
    CHECK(transact(store, eager()) == Settled::committed);
    CHECK(calls == 1);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
}

TEST_CASE_FIXTURE(Business,
                  "the reply was lost and the message is taken already: it is found in the history") {
    using namespace test;
    ActivityStore store{database.url(),
                        {[this, left = std::make_shared<int>(1)](Faults::Point point, const char*) {
                            if (point != Faults::Point::after_commit_reply_lost || (*left)-- <= 0)
                                return false;
                            RunCommit commit = commit_of(run, {});
                            history::Activation activation;
                            activation.first_event = run.next_event;
                            activation.arrived.emplace_back(history::ActivityCompleted{EventId{2}, {}, 1});
                            commit.activation = HistoryRow{EventId{3}, 1, history::encode(activation)};
                            commit.inbox_head = 1;
                            CHECK(hot.commit({worker, {commit}, {}}).committed.size() == 1);
                            return true;
                        }}};
    CHECK(transact(store, eager()) == Settled::committed);
    CHECK(calls == 1);
    CHECK(effects() == "1");
}

TEST_CASE_FIXTURE(Business,
                  "a session that is killed in the middle of the body costs a second try, not the effect") {
    using namespace test;
    ActivityStore store{database.url()};
    const auto outcome = store.transact(eager(), [&](pqxx::work& tx) {
        const std::string event = body(tx);
        if (calls == 1) {
            database.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name like 'callflex transactional%'");
        }
        return event;
    });
    CHECK(outcome == Settled::committed);
    CHECK(calls == 2);
    CHECK(effects() == "1");
    CHECK(messages() == "1");
}

TEST_CASE_FIXTURE(Business, "the take-over of a run waits for a commit that is under way, or makes it lose") {
    using namespace test;
    ActivityStore store{database.url()};
    const auto outcome = store.transact(eager(), [&](pqxx::work& tx) {
        const std::string event = body(tx);
        hot.release(worker, {{run.run, run.fence}});  // before the last statement: the fence is gone
        return event;
    });
    CHECK(outcome == Settled::lost);
    CHECK(effects() == "0");
}

// With a synchronous standby a cancelled wait looks like success: COMMAND_OK beside a warning. It is not one.

#include <doctest/doctest.h>

#include <future>

#include "api/cluster/private_cluster.hpp"
#include "schema/migrate.hpp"
#include "tests/store/fixture.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;

namespace {

/// A cluster that waits for a standby which does not exist.
struct Lonely {
    Lonely() : cluster({.data_directory = {}, .durable = true, .connections_max = 50, .settings = {}}) {
        pqxx::connection connection{cluster.url()};
        schema::migrate(connection);
        pqxx::nontransaction setup{connection};
        worker = durable::store::WorkerNo{
            setup
                .exec(
                    "insert into engine.workers (name, build, queue, started_at, lease, lease_until) values "
                    "('w', 'b', 'default', now(), '1 day', now() + interval '1 day') returning worker_no")[0]
                                                                                                          [0]
                .as<std::int32_t>()};
    }
    void want_standby(const std::string& name) {
        pqxx::connection connection{cluster.url()};
        pqxx::nontransaction statements{connection};
        statements.exec("alter system set synchronous_standby_names = '" + name + "'");
        statements.exec("select pg_reload_conf()");
        // Commits go on as before until the checkpointer has read it. A new session that sees the setting proves
        // that the postmaster has told everybody; the second of two checkpoints begins after listening.
        REQUIRE(test::eventually([&] { return setting("synchronous_standby_names") == name; }));
        statements.exec("checkpoint");
        statements.exec("checkpoint");
    }
    std::string setting(const std::string& name) {
        pqxx::connection connection{cluster.url()};
        return pqxx::nontransaction{connection}.exec("show " + name)[0][0].as<std::string>();
    }
    /// Cancels the wait of the session whose name begins so; false if it does not wait for a standby.
    bool cancel_wait(const std::string& application) {
        pqxx::connection connection{cluster.url()};
        pqxx::nontransaction look{connection};
        return !look.exec(
                        "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' "
                        "and "
                        "application_name like '" +
                        application + "%'")
                    .empty();
    }
    durable::store::ClaimedRun claimed_run(durable::store::HotConnection& hot) {
        durable::store::StartRequest request;
        request.workflow = durable::WorkflowId{"w"};
        request.type = "t";
        request.run = ids.run_id();
        pqxx::connection connection{cluster.url()};
        pqxx::work tx{connection};
        durable::store::start(tx, std::vector{request});
        tx.commit();
        return test::claim(hot, worker, 1).at(0);
    }

    callflex::PrivateCluster cluster;
    durable::store::IdSource ids;
    durable::store::WorkerNo worker;
};

}  // namespace

TEST_CASE_FIXTURE(Lonely, "a commit that no standby has confirmed is not reported as done until one has") {
    using namespace test;
    HotConnection hot{cluster.url()};
    const ClaimedRun run = claimed_run(hot);
    want_standby("ghost");
    auto batch = std::async(std::launch::async, [&] {
        return hot.commit({worker, {commit_of(run, {history::SideEffectRecorded{}})}, {}});
    });
    REQUIRE(test::eventually([&] { return cancel_wait("callflex hot"); }));
    // It settles the doubt by a write of its own, which has to wait as well.
    REQUIRE(test::eventually([&] { return cancel_wait("callflex hot"); }));
    CHECK(batch.wait_for(0s) != std::future_status::ready);
    want_standby("");
    CHECK(batch.get().committed.size() == 1);
}

TEST_CASE_FIXTURE(Lonely, "the same holds for a transactional activity, whose body runs once") {
    using namespace test;
    HotConnection hot{cluster.url()};
    const ClaimedRun run = claimed_run(hot);
    ActivityStore store{cluster.url()};
    int calls = 0;
    want_standby("ghost");
    auto outcome = std::async(std::launch::async, [&] {
        return store.transact({worker, run.run, EventId{2}, run.fence, true}, [&](pqxx::work&) {
            ++calls;
            return history::encode_event(history::ActivityCompleted{EventId{2}, {}, 1});
        });
    });
    REQUIRE(test::eventually([&] { return cancel_wait("callflex transactional"); }));
    REQUIRE(test::eventually([&] { return cancel_wait("callflex transactional"); }));
    CHECK(outcome.wait_for(0s) != std::future_status::ready);
    want_standby("");
    CHECK(outcome.get() == ActivityStore::TransactionalOutcome::committed);
    CHECK(calls == 1);
}

// What the client does about connections that die and commits whose outcome is not known.

#include <doctest/doctest.h>

#include <future>

#include "engine/client/transactions.hpp"
#include "engine/store/planned_work.hpp"
#include "tests/client/office.hpp"

namespace test {
namespace {

/// Ends every session of the application in this database, as a restart of a pooler or an operator would.
void end_sessions(const Database& database) {
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and "
        "pid <> pg_backend_pid() and backend_type = 'client backend'");
}

/// Which session of the server this connection is.
std::string session_of(client::ConnectionPool::Lease& lease) {
    pqxx::nontransaction tx{*lease};
    return tx.exec("select pg_backend_pid()")[0][0].as<std::string>();
}

}  // namespace

TEST_CASE("a connection is lent again only after a transaction that ended well") {
    Database database;
    client::ConnectionPool pool{database.url(), 1};
    const auto use = [&](bool well) {
        auto lease = pool.lease(1s);
        const auto session = session_of(lease);
        if (well) lease.give_back();
        return session;
    };
    const auto first = use(true);
    CHECK(use(true) == first);
    CHECK(use(false) == first);
    const auto second = use(true);
    CHECK(second != first);
    pool.drop_idle();
    CHECK(use(true) != second);
}

TEST_CASE("one dead connection is a warning about all that are idle") {
    Database database;
    client::ConnectionPool pool{database.url(), 2};
    client::Transactions transactions{pool, 5s};
    std::string idle;
    {
        auto one = pool.lease(1s);
        auto two = pool.lease(1s);
        idle = session_of(one);
        one.give_back();
        two.give_back();
    }
    int attempts = 0;
    transactions.write([&](pqxx::transaction_base&, bool) {
        if (++attempts == 1) throw pqxx::broken_connection("the server went away");
    });
    CHECK(attempts == 2);
    auto lease = pool.lease(1s);
    CHECK(session_of(lease) != idle);
}

TEST_CASE("verbs go on when all their connections have been closed under them") {
    Office office;
    (void)office.start(approval, "before");
    for (int i = 0; i < 5; ++i) {
        end_sessions(office.database);
        const auto run = office.start(approval, "after-" + std::to_string(i));
        CHECK(office.client.describe(run));
    }
}

TEST_CASE("a waiting client survives the loss of its connections") {
    Office office;
    const auto run = office.start(greeting, "g");
    auto waiting = std::async(std::launch::async, [&] { return office.client.result(greeting, run, 20s); });
    end_sessions(office.database);
    const auto clerk = office.hire();
    REQUIRE(clerk->work() == 1);
    CHECK(waiting.get() == "hello");
}

TEST_CASE("a start whose commit was lost on the way is recognised as its own, not as a conflict") {
    Office office;
    client::ConnectionPool pool{office.database.url(), 2};
    client::Transactions transactions{pool, 5s};
    pqxx::connection other{office.database.url()};
    store::StartRequest request;
    request.workflow = WorkflowId{"once"};
    request.type = "approval";
    request.run = office.client.new_run_id();
    int attempts = 0;
    store::StartResult result{};
    transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        if (++attempts == 1) {
            CHECK_FALSE(in_doubt);
            pqxx::work committed{other};
            (void)store::start(committed, {&request, 1});
            committed.commit();
            throw pqxx::in_doubt_error("the answer to COMMIT was lost");
        }
        CHECK(in_doubt);
        result = store::start(tx, {&request, 1}).front();
    });
    CHECK(attempts == 2);
    CHECK(result.run == request.run);
    CHECK(result.outcome != store::StartResult::Outcome::already_open);
    CHECK(office.database.value("select count(*) from engine.live_runs") == "1");
}

TEST_CASE("a statement that is its own commit is in doubt when its answer was lost") {
    Office office;
    client::ConnectionPool pool{office.database.url(), 2};
    client::Transactions transactions{pool, 5s};
    std::vector<bool> doubts;
    transactions.write_at_once([&](pqxx::transaction_base& tx, bool in_doubt) {
        doubts.push_back(in_doubt);
        if (doubts.size() > 1) return;
        tx.exec("select 1");
        throw pqxx::broken_connection("the answer was lost");
    });
    CHECK(doubts == std::vector<bool>{false, true});
    // The same in a transaction block has changed nothing: it was not committed.
    doubts.clear();
    transactions.write([&](pqxx::transaction_base&, bool in_doubt) {
        doubts.push_back(in_doubt);
        if (doubts.size() == 1) throw pqxx::broken_connection("before the commit");
    });
    CHECK(doubts == std::vector<bool>{false, false});
}

TEST_CASE("a signal and a cancel request hold their receiver for one statement, not over round trips") {
    using client::SendResult;
    Office office;
    const auto run = office.start(approval, "busy");
    office.database.execute("create table public.commits (query text)");
    office.database.execute("grant insert on public.commits to public");
    // Deferred: it fires when the transaction ends, which a statement does by itself, a block by COMMIT.
    office.database.execute(
        "create function public.note_commit() returns trigger language plpgsql as "
        "$$ begin insert into public.commits values (current_query()); return null; end $$");
    office.database.execute(
        "create constraint trigger note_commit after insert on engine.inbox deferrable initially deferred "
        "for each row execute function public.note_commit()");
    const auto by_commit = [&] {
        return office.database.value(
            "select count(*) filter (where query ilike 'commit%') || ' of ' || count(*) from public.commits");
    };
    pqxx::connection connection{office.database.url()};
    pqxx::work block{connection};
    CHECK(office.client.signal(block, run, "approve", Payload{R"("maybe")"}, "block") ==
          SendResult::delivered);
    block.commit();
    CHECK(by_commit() == "1 of 1");
    CHECK(office.client.signal(run, approve, std::string{"yes"}, "first") == SendResult::delivered);
    CHECK(office.client.signal({.workflow = WorkflowId{"busy"}}, approve, std::string{"no"}) ==
          SendResult::delivered);
    CHECK(office.client.cancel(run, "enough", "test") == SendResult::delivered);
    CHECK(by_commit() == "1 of 4");
}

TEST_CASE("look-ups are planned once a session, what people ask for itself") {
    Database database;
    client::ConnectionPool pool{database.url(), 1};
    client::Transactions transactions{pool, 5s};
    std::string settings;
    const auto note = [&](pqxx::transaction_base& tx) {
        settings =
            tx.exec1(
                  "select current_setting('enable_seqscan') || ' ' || current_setting('plan_cache_mode')")[0]
                .as<std::string>();
    };
    for (int i = 0; i < 2; ++i) {
        transactions.look(note);
        CHECK(settings == "off force_generic_plan");
        transactions.write([&](pqxx::transaction_base& tx, bool) {
            note(tx);
            CHECK(tx.name() == planned);
        });
        CHECK(settings == "off force_generic_plan");
        transactions.read(note);
        CHECK(settings == "on auto");
    }
}

TEST_CASE("S-25: what people ask is given up when it takes the database too long") {
    Database database;
    client::ConnectionPool pool{database.url(), 1};
    client::Transactions hasty{pool, 5s, 200ms};
    const auto sleep = [](pqxx::transaction_base& tx) { tx.exec("select pg_sleep(30)"); };
    CHECK_THROWS_WITH_AS(hasty.read(sleep), doctest::Contains("ask for less"), client::TooSlow);
    hasty.read([](pqxx::transaction_base& tx) { tx.exec("select 1"); });
    // No other statement has a limit.
    hasty.look([](pqxx::transaction_base& tx) { tx.exec("select pg_sleep(0.3)"); });
}

TEST_CASE("a serialization failure is tried again, a violated constraint is not") {
    Office office;
    client::ConnectionPool pool{office.database.url(), 1};
    client::Transactions transactions{pool, 5s};
    int attempts = 0;
    transactions.write([&](pqxx::transaction_base& tx, bool) {
        if (++attempts < 3) tx.exec("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
    });
    CHECK(attempts == 3);
    attempts = 0;
    const auto broken = [&](pqxx::transaction_base& tx, bool) {
        ++attempts;
        tx.exec("do $$ begin raise exception 'never' using errcode = '23505'; end $$");
    };
    CHECK_THROWS_AS(transactions.write(broken), pqxx::unique_violation);
    CHECK(attempts == 1);
    // The connection was given up, and its place in the pool with it.
    transactions.write([&](pqxx::transaction_base& tx, bool) { tx.exec("select 1"); });
}

TEST_CASE("a database that stays away is reported after the patience, as unavailable") {
    client::Client nowhere{
        {.connection_string = "host=/nonexistent dbname=x", .notifications = false, .patience = 120ms}};
    const auto begun = std::chrono::steady_clock::now();
    CHECK_THROWS_AS((void)nowhere.describe({.workflow = WorkflowId{"a"}}), store::StoreUnavailable);
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("a pool whose connections all stay in use says what to raise") {
    Database database;
    client::ConnectionPool pool{database.url(), 1};
    const auto held = pool.lease(1s);
    CHECK_THROWS_WITH_AS((void)pool.lease(20ms), doctest::Contains("connections_max"),
                         store::StoreUnavailable);
}

TEST_CASE("deadlines are added to both forms of connection strings, never over the caller's own") {
    CHECK(client::with_deadlines("postgresql://u@h/db").find("postgresql://u@h/db?connect_timeout=") == 0);
    CHECK(client::with_deadlines("postgresql://u@h/db?sslmode=require")
              .find("?sslmode=require&connect_timeout=") != std::string::npos);
    CHECK(client::with_deadlines("dbname=x").find("dbname=x connect_timeout=") == 0);
    const auto own = client::with_deadlines("dbname=x connect_timeout=1");
    CHECK(own.find("connect_timeout=1") != std::string::npos);
    CHECK(own.find("connect_timeout=5") == std::string::npos);
}

}  // namespace test

// The promise of the ingress: never 2xx without the rows, never two runs, whatever happens around the commit.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "tests/ingress/world.hpp"

using callflex::ingress::CommitPoint;
using test::World;
using namespace std::chrono_literals;

namespace {

struct Fault {
    CommitPoint point;
    std::atomic<int> times;
};

/// Makes the first `times` commits lose their connection at that point.
auto losing(Fault& fault) {
    return [&fault](callflex::ingress::IngressOptions& options) {
        options.committers = 1;
        options.on_commit_point = [&fault](CommitPoint point) {
            if (point == fault.point && fault.times.fetch_sub(1) > 0)
                throw pqxx::broken_connection{"lost (test)"};
        };
    };
}

void wait_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::yield();
    }
}

}  // namespace

TEST_CASE(
    "a connection lost at any point of a commit is settled by doing it again: one call, one run, one 200") {
    for (const auto point :
         {CommitPoint::before_transaction, CommitPoint::before_commit, CommitPoint::after_commit}) {
        for (const int times : {1, 2, 3}) {
            CAPTURE(times);
            Fault fault{point, {times}};
            const World world{losing(fault)};
            const auto answer = world.post(test::report_of("lost"));
            CHECK(answer->status == 200);
            CHECK(world.rows() == "1 1 1");
            CHECK(world.post(test::report_of("lost"))->body == answer->body);
        }
    }
}

TEST_CASE("a commit that cannot be settled is no success, and the sender's repeat is one") {
    for (const auto point : {CommitPoint::before_commit, CommitPoint::after_commit}) {
        Fault fault{point, {1000}};
        const World world{losing(fault)};
        const auto answer = world.post(test::report_of("unsettled"));
        CHECK(answer->status == 503);
        CHECK(answer->fields.contains("retry-after"));
        CHECK(world.rows() == (point == CommitPoint::after_commit ? "1 1 1" : "0 0 0"));
        fault.times = 0;
        CHECK(world.post(test::report_of("unsettled"))->status == 200);
        CHECK(world.rows() == "1 1 1");
    }
}

TEST_CASE("a backend killed by the server in the middle of a batch costs no request and doubles none") {
    std::atomic<bool> killed{false};
    const World* seen = nullptr;
    const World world{[&](auto& options) {
        options.committers = 1;
        options.on_commit_point = [&](CommitPoint point) {
            if (point != CommitPoint::before_commit || seen == nullptr || killed.exchange(true)) return;
            (void)seen->value(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where state = 'idle in "
                "transaction' and datname = current_database()");
        };
    }};
    seen = &world;
    CHECK(world.post(test::report_of("killed"))->status == 200);
    CHECK(killed);
    CHECK(world.rows() == "1 1 1");
}

TEST_CASE(
    "one request that the database refuses does not take its batch along, and is kept as a dead letter") {
    const World world{[](auto& options) { options.committers = 1; }};
    world.database.execute(
        "create function app.refuse() returns trigger language plpgsql as $$ begin if new.vendor_call_id = "
        "'poison' "
        "then raise check_violation using message = 'poisonous'; end if; return new; end $$;"
        "create trigger refuse before insert on app.calls for each row execute function app.refuse()");
    std::vector<unsigned> statuses(20);
    {
        std::vector<std::jthread> senders;
        for (std::size_t i = 0; i < statuses.size(); ++i) {
            senders.emplace_back([&, i] {
                const auto answer =
                    world.post(test::report_of(i == 7 ? "poison" : fmt::format("good-{}", i)));
                statuses[i] = answer ? answer->status : 0;
            });
        }
    }
    for (std::size_t i = 0; i < statuses.size(); ++i) CHECK(statuses[i] == (i == 7 ? 422 : 200));
    CHECK(world.rows() == "20 19 19");
    CHECK(world.value("select outcome from app.inbound_webhooks where dedupe_key like '%:refused:%'") ==
          "refused: 23514");
    world.database.execute("drop trigger refuse on app.calls");
    CHECK(world.post(test::report_of("poison"))->status == 200);
    CHECK(world.rows() == "21 20 20");
}

TEST_CASE("with the database away the answer is 503 with Retry-After, and service resumes when it is back") {
    const World world{[](auto& options) { options.credentials_cached = 60s; }};
    CHECK(world.post(test::report_of("before"))->status == 200);
    const auto renamed = [&](bool away) {
        test::EmptyDatabase elsewhere;  // one cannot rename the database one is connected to
        pqxx::connection connection{elsewhere.owner_url()};
        pqxx::nontransaction tx{connection};
        const std::string name = world.database.name();
        tx.exec(
            fmt::format("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'", name));
        tx.exec(
            fmt::format("alter database \"{}\" with allow_connections {}", name, away ? "false" : "true"));
    };
    renamed(true);
    const auto answer = world.post(test::report_of("during"));
    CHECK(answer->status == 503);
    CHECK(answer->fields.contains("retry-after"));
    CHECK(answer->json()["title"] == "Service Unavailable");
    const auto ready = test::exchange(world.port(), "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(ready->status == 503);
    renamed(false);
    CHECK(world.rows() == "1 1 1");
    CHECK(world.post(test::report_of("during"))->status == 200);
    CHECK(world.rows() == "2 2 2");
}

TEST_CASE(
    "a commit that the server warns about is no success, and the sender's repeat is answered from its rows") {
    const World world;
    world.database.execute(
        "create function app.warn() returns trigger language plpgsql as $$ begin raise warning 'canceling "
        "wait for "
        "synchronous replication due to user request'; return null; end $$;"
        "create constraint trigger warn after insert on app.call_refs deferrable initially deferred for each "
        "row "
        "execute function app.warn()");
    CHECK(world.post(test::report_of("local-only"))->status == 503);
    CHECK(world.rows() == "1 1 1");
    CHECK(world.post(test::report_of("local-only"))->status == 200);
    CHECK(world.rows() == "1 1 1");
}

TEST_CASE("an ingress that starts before its database is healthy, not ready, and refuses webhooks with 503") {
    callflex::ingress::IngressOptions options;
    options.database_url = "host=/nonexistent dbname=none";
    options.port = 0;
    options.platform_secrets = {World::platform_secret};
    callflex::ingress::Ingress ingress{options};
    ingress.start();
    const auto get = [&](const std::string& path) {
        return test::exchange(ingress.port(), "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")->status;
    };
    CHECK(get("/healthz") == 200);
    CHECK(get("/readyz") == 503);
    const auto request =
        test::signed_request(World::organization, test::report_of("early"), World::platform_secret);
    CHECK(test::exchange(ingress.port(), request)->status == 503);
}

TEST_CASE("a full queue answers 503 at once instead of growing") {
    std::atomic<bool> held{true};
    std::atomic<int> waiting{0};
    const World world{[&](auto& options) {
        options.committers = 1;
        options.queue_requests = 1;
        options.on_commit_point = [&](CommitPoint point) {
            if (point != CommitPoint::before_transaction) return;
            ++waiting;
            held.wait(true);
        };
    }};
    test::RawClient first{world.port()};
    first.send(test::signed_request(World::organization, test::report_of("first"), World::secret));
    wait_until([&] { return waiting == 1; });
    test::RawClient second{world.port()};
    second.send(test::signed_request(World::organization, test::report_of("second"), World::secret));
    std::optional<test::Answer> refused;
    wait_until([&] {
        // Until the second one sits in the queue, a third may take its place; all copies of one call are one.
        const auto metrics = test::exchange(world.port(), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
        return metrics->body.find("ingress_queue_requests 1") != std::string::npos;
    });
    const auto third = world.post(test::report_of("third"));
    CHECK(third->status == 503);
    CHECK(third->fields.contains("retry-after"));
    held = false;
    held.notify_all();
    CHECK(first.read()->status == 200);
    CHECK(second.read()->status == 200);
    CHECK(world.rows() == "2 2 2");
}

TEST_CASE("a request whose commit takes too long is answered 503, and its repeat finds what was committed") {
    std::atomic<bool> held{true};
    const World world{[&](auto& options) {
        options.commit_patience = 200ms;
        options.on_commit_point = [&](CommitPoint point) {
            if (point == CommitPoint::before_transaction) held.wait(true);
        };
    }};
    CHECK(world.post(test::report_of("patience"))->status == 503);
    held = false;
    held.notify_all();
    // On a busy machine a repeat may run out of patience, too.
    wait_until([&] { return world.post(test::report_of("patience"))->status == 200; });
    CHECK(world.rows() == "1 1 1");
}

TEST_CASE("a graceful stop answers what is in flight and accepts nothing new") {
    std::atomic<bool> held{true};
    std::atomic<bool> reached{false};
    World world{[&](auto& options) {
        options.on_commit_point = [&](CommitPoint point) {
            if (point != CommitPoint::before_commit) return;
            reached = true;
            held.wait(true);
        };
    }};
    const std::uint16_t port = world.port();
    test::RawClient busy{port};
    busy.send(test::signed_request(World::organization, test::report_of("in-flight"), World::secret));
    test::RawClient idle{port};
    idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(idle.read()->status == 200);
    wait_until([&] { return reached.load(); });
    std::jthread stopper{[&] { world.ingress->stop(); }};
    CHECK(idle.closed());
    wait_until([&] {
        try {
            const test::RawClient late{port};
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    });
    held = false;
    held.notify_all();
    const auto answer = busy.read();
    CHECK(answer->status == 200);
    CHECK(answer->fields.at("connection") == "close");
    stopper.join();
    CHECK(world.rows() == "1 1 1");
}

// Starting runs: the same business fact is the same run.

#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "engine/store/planned_work.hpp"
#include "tests/store/fixture.hpp"

using namespace std::chrono_literals;
using Answer = durable::store::StartResult::Outcome;

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a start is one transaction with the caller's rows: rolled back, it never was") {
    using namespace test;
    const StartRequest wanted = request("call-1");
    {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        CHECK(store::start(tx, std::vector{wanted}).front().outcome == Answer::started);
    }
    CHECK_FALSE(describe(wanted.run));
    CHECK(start(wanted).outcome == Answer::started);
    CHECK(describe(wanted.run)->status == replay::RunStatus::running);
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a session that starts run after run plans that a few times, not each time") {
    using namespace test;
    pqxx::connection connection{database.url()};
    for (int number = 0; number < 10; ++number) {
        pqxx::work tx{connection};
        CHECK(store::start(tx, std::vector{request("call-" + std::to_string(number))}).front().outcome ==
              Answer::started);
        tx.commit();
    }
    pqxx::nontransaction look{connection};
    const auto plans = look.exec1("select custom_plans, generic_plans from pg_prepared_statements");
    CHECK(plans[0].as<int>() == 5);
    CHECK(plans[1].as<int>() == 5);
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "in a session of one's own a run is started by one statement, which dates it") {
    using namespace test;
    pqxx::connection connection{database.url()};
    const StartRequest wanted = request("call-1");
    {
        pqxx::nontransaction tx{connection, planned};
        CHECK(store::start_at_once(tx, wanted)->outcome == Answer::started);
        CHECK(tx.exec("select from pg_prepared_statements").size() == 1);
    }
    const std::string dated =
        "select (convert_from(activation, 'UTF8')::json ->> 't')::bigint = engine.microseconds(started_at) "
        "from engine.history join engine.runs using (run_id)";
    CHECK(database.value(dated) == "t");
    CHECK(history(wanted.run).size() == 1);

    pqxx::nontransaction tx{connection, planned};
    CHECK_FALSE(store::start_at_once(tx, request("call-1")));
    StartRequest described = request("call-2");
    described.attributes = {{.key = "color", .value = {{R"("red")"}}}};
    CHECK_FALSE(store::start_at_once(tx, described));
    CHECK(database.value("select count(*) from engine.runs") == "1");
}

TEST_CASE_FIXTURE(test::StoreFixture, "the conflict policy decides when an open run has the workflow id") {
    using namespace test;
    const StartRequest first = request("call-1");
    start(first);

    StartRequest second = request("call-1");
    auto result = start(second);
    CHECK(result.outcome == Answer::already_open);
    CHECK(result.run == first.run);

    second.conflict = ConflictPolicy::use_existing;
    result = start(second);
    CHECK(result.outcome == Answer::existing);
    CHECK(result.run == first.run);

    second.conflict = ConflictPolicy::terminate_existing;
    result = start(second);
    CHECK(result.outcome == Answer::started);
    CHECK(result.run == second.run);
    CHECK(describe(first.run)->status == replay::RunStatus::terminated);
    CHECK(describe(second.run)->status == replay::RunStatus::running);
}

TEST_CASE_FIXTURE(test::StoreFixture, "the reuse policy decides when a closed run had the workflow id") {
    using namespace test;
    const StartRequest first = request("call-1");
    start(first);
    const WorkerNo worker = register_worker();
    HotConnection hot{database.url()};
    const auto claimed = claim(hot, worker);
    REQUIRE(hot.commit({worker, {close_of(claimed[0])}, {}}).committed.size() == 1);

    StartRequest second = request("call-1");
    second.reuse = ReusePolicy::reject;
    CHECK(start(second).outcome == Answer::already_closed);
    second.reuse = ReusePolicy::allow_if_not_completed;
    CHECK(start(second).outcome == Answer::already_closed);
    CHECK(start(second).run == first.run);
    second.reuse = ReusePolicy::allow;
    CHECK(start(second).outcome == Answer::started);

    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    store::terminate(tx, {"default", second.run, {}}, "test", "test");
    tx.commit();
    StartRequest third = request("call-1");
    third.reuse = ReusePolicy::allow_if_not_completed;
    CHECK(start(third).outcome == Answer::started);
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "the same request id gives the first run again, whatever has happened since") {
    using namespace test;
    StartRequest first = request("call-1");
    first.request_id = "report-1";
    start(first);
    StartRequest again = request("call-1");
    again.request_id = "report-1";
    CHECK(start(again).outcome == Answer::existing);
    CHECK(start(again).run == first.run);

    StartRequest replaced = request("call-1");
    replaced.request_id = "report-2";
    replaced.conflict = ConflictPolicy::terminate_existing;
    CHECK(start(replaced).outcome == Answer::started);
    CHECK(start(again).outcome ==
          Answer::existing);  // the id belongs to another run now; the sender's run is known
    CHECK(start(again).run == first.run);
}

TEST_CASE_FIXTURE(test::StoreFixture, "a start sent twice with its own run id is recognised") {
    using namespace test;
    const StartRequest wanted = request("call-1");
    CHECK(start(wanted).outcome == Answer::started);
    CHECK(start(wanted).outcome == Answer::existing);
    CHECK(start(wanted).run == wanted.run);
}

TEST_CASE_FIXTURE(test::StoreFixture, "fifty copies of one start at the same moment make one run") {
    using namespace test;
    std::vector<StartRequest> copies;
    for (int i = 0; i < 50; ++i) {
        copies.push_back(request("call-1"));
        copies.back().conflict = ConflictPolicy::use_existing;
    }
    std::mutex mutex;
    std::set<RunId> runs;
    int started = 0;
    {
        std::vector<std::jthread> senders;
        for (const StartRequest& copy : copies) {
            senders.emplace_back([&] {
                const StartResult result = start(copy);
                const std::lock_guard lock{mutex};
                runs.insert(result.run);
                started += result.outcome == Answer::started ? 1 : 0;
            });
        }
    }
    CHECK(runs.size() == 1);
    CHECK(started == 1);
    CHECK(database.value("select count(*) from engine.runs") == "1");
}

TEST_CASE_FIXTURE(test::StoreFixture, "groups of starts in opposite orders do not lock each other out") {
    using namespace test;
    std::atomic<int> failures = 0;
    const auto sender = [&](bool backwards) {
        for (int round = 0; round < 30; ++round) {
            std::vector<StartRequest> group;
            for (int i = 0; i < 20; ++i) {
                group.push_back(request("call-" + std::to_string(backwards ? 19 - i : i)));
                group.back().conflict = ConflictPolicy::terminate_existing;
            }
            try {
                start(group);
            } catch (const pqxx::sql_error&) {
                ++failures;
            }
        }
    };
    {
        const std::jthread first{sender, false};
        const std::jthread second{sender, true};
    }
    CHECK(failures == 0);
    CHECK(database.value("select count(*) from engine.live_runs") == "20");
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "one group answers every request in its place, duplicates inside it included") {
    using namespace test;
    StartRequest a = request("a");
    StartRequest b = request("b");
    StartRequest a_again = request("a");
    const auto results = start({b, a, a_again});
    REQUIRE(results.size() == 3);
    CHECK(results[0].run == b.run);
    CHECK(results[1].run == a.run);
    CHECK(results[2].outcome == Answer::already_open);
    CHECK(results[2].run == a.run);
}

TEST_CASE_FIXTURE(test::StoreFixture, "a namespace is a world of its own for workflow ids") {
    using namespace test;
    StartRequest other = request("call-1");
    other.name_space = "other";
    CHECK(start(request("call-1")).outcome == Answer::started);
    CHECK(start(other).outcome == Answer::started);
}

TEST_CASE_FIXTURE(test::StoreFixture, "names that nobody could handle are refused with a sentence") {
    using namespace test;
    StartRequest bad = request("");
    CHECK_THROWS_WITH_AS(start(bad), doctest::Contains("workflow id is empty"), std::invalid_argument);
    bad = request("tab\there");
    CHECK_THROWS_WITH_AS(start(bad), doctest::Contains("control character"), std::invalid_argument);
    bad = request("\xff\xfe");
    CHECK_THROWS_WITH_AS(start(bad), doctest::Contains("UTF-8"), std::invalid_argument);
    bad = request(std::string(1001, 'x'));
    CHECK_THROWS_WITH_AS(start(bad), doctest::Contains("1001 bytes"), std::invalid_argument);
    bad = request("call");
    bad.type = "";
    CHECK_THROWS_WITH_AS(start(bad), doctest::Contains("workflow type is empty"), std::invalid_argument);
    bad = request("quotes \" ' \\ {} and \xc3\xa9");
    CHECK(start(bad).outcome == Answer::started);
    CHECK(describe(bad.run)->workflow == bad.workflow);
}

TEST_CASE_FIXTURE(test::StoreFixture, "the run's deadline counts from the end of its start delay") {
    using namespace test;
    StartRequest wanted = request("call-1");
    wanted.start_delay = 1h;
    wanted.run_timeout = 2h;
    start(wanted);
    const auto row = history(wanted.run).front();
    const auto activation = history::decode_activation(row.first_event, row.bytes);
    const auto& started = std::get<history::WorkflowStarted>(activation.arrived.front());
    CHECK(started.run_deadline == activation.time + 3h);
}

TEST_CASE_FIXTURE(test::StoreFixture,
                  "a run id from a month without partitions is refused with what to do about it") {
    using namespace test;
    StartRequest old = request("call-1");
    IdSource wrong_clock{[] { return std::uint64_t{1}; }, [] { return Timestamp{std::chrono::hours{24}}; }};
    old.run = wrong_clock.run_id();
    CHECK_THROWS_WITH_AS(start(old), doctest::Contains("callflex migrate"), std::runtime_error);
    CHECK(start(request("call-1")).outcome == Answer::started);
}

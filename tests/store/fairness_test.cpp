// Fairness between keys, priorities and pauses of queues, on real claims.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <set>

#include "engine/store/queues.hpp"
#include "tests/store/plans.hpp"

namespace {

using namespace durable;
using namespace durable::store;
using Clock = std::chrono::steady_clock;

class Crowd : public test::Plans {
  public:
    WorkerNo worker = register_worker();
    HotConnection hot{database.url()};

    /// `count` runs of one tenant that have been due for an hour, without the detour over starts.
    void queue_up(const std::string& tenant, int count, int priority = 3) {
        database.execute(
            fmt::format("insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant, priority) "
                        "select id, id, engine.now() - interval '1 hour' + i * interval '1 microsecond', "
                        "'default', '{}', {} "
                        "from (select i, overlay(gen_random_uuid()::text placing "
                        "substr(engine.uuid_floor(now())::text, 1, 13) "
                        "from 1)::uuid as id from generate_series(1, {}) as i) g",
                        tenant, priority, count));
    }
    RunId start_for(const std::string& tenant, QueueShare share = {}) {
        StartRequest request = this->request(fmt::format("{} {}", tenant, ++starts_));
        request.tenant = Tenant{tenant};
        request.share = std::move(share);
        return start(request).run;
    }
    /// Claims, each closing what the one before has taken, until `wanted` has come; how many it took.
    int claims_until(RunId wanted, int limit = 256) {
        for (int claims = 1; claims < 1000; ++claims) {
            for (const ClaimedRun& run : next(limit)) {
                if (run.run == wanted) return claims;
            }
        }
        return 1000;
    }
    std::vector<ClaimedRun> next(int limit) { return hot.commit({worker, {}, {"default", limit}}).claimed; }

  private:
    int starts_ = 0;
};

int by_tenant(const std::vector<ClaimedRun>& runs, const std::string& tenant) {
    return static_cast<int>(
        std::ranges::count_if(runs, [&](const ClaimedRun& run) { return run.tenant.value == tenant; }));
}

}  // namespace

TEST_CASE_FIXTURE(Crowd, "behind 100,000 queued runs of one tenant, another's first run is claimed at once") {
    queue_up("big", 100'000);
    for (int i = 0; i < 5; ++i) CHECK(next(256).size() == 256);
    const RunId first = start_for("small");
    const auto before = Clock::now();
    const int claims = claims_until(first);
    const auto took = std::chrono::duration<double, std::milli>(Clock::now() - before).count();
    MESSAGE("claimed by claim ", claims, " after ", took, " ms");
    CHECK(claims <= 3);                         // one to look at the lines, one to take from them
    CHECK(by_tenant(next(256), "big") == 256);  // which costs the other one nothing
}

TEST_CASE_FIXTURE(Crowd,
                  "a worker that has just come serves the first run of another tenant within a few claims") {
    queue_up("big", 20'000);
    const RunId first = start_for("small");
    CHECK(claims_until(first) <= 5);
}

TEST_CASE_FIXTURE(Crowd,
                  "tenants with backlogs share claims, by the weights of their runs or an operator's") {
    queue_up("a", 3'000);
    queue_up("b", 3'000);
    for (int i = 0; i < 3; ++i) next(100);
    const auto share = [&](const std::string& tenant) {
        int sum = 0;
        for (int i = 0; i < 10; ++i) sum += by_tenant(next(100), tenant);
        return sum;
    };
    CHECK(share("a") == doctest::Approx(500).epsilon(0.05));
    in_transaction([](pqxx::work& tx) {
        set_weight(tx, "default", "b", 4, {"a better plan", "test"});
        return true;
    });
    next(100);
    CHECK(share("b") == doctest::Approx(800).epsilon(0.05));
}

TEST_CASE_FIXTURE(Crowd, "a fairness key of a run's own stands for it instead of the tenant") {
    queue_up("tenant-1", 5'000);
    for (int i = 0; i < 3; ++i) next(100);
    const RunId apart = start_for("tenant-1", {.fairness_key = "interactive"});
    CHECK(claims_until(apart, 100) <= 8);
}

TEST_CASE_FIXTURE(Crowd, "runs of a better priority overtake a backlog, and do not starve within theirs") {
    queue_up("a", 5'000);
    for (int i = 0; i < 3; ++i) next(100);
    const RunId urgent = start_for("a", {.priority = 1});
    CHECK(claims_until(urgent, 100) <= 8);
    queue_up("a", 50, 5);
    for (int i = 0; i < 5; ++i) CHECK(next(100).size() == 100);
    CHECK(database.value("select count(*) from engine.live_runs where priority = 5 and owner is null") ==
          "50");
}

TEST_CASE_FIXTURE(Crowd, "every run of a mixed backlog is claimed once, by several connections at a time") {
    constexpr int tenants = 40;
    for (int i = 0; i < tenants; ++i) queue_up(fmt::format("t{}", i), 25 + i, 1 + i % 5);
    HotConnection other{database.url()};
    const WorkerNo second = register_worker("second");
    std::set<RunId> seen;
    std::size_t claimed = 0;
    for (int idle = 0; idle < 4;) {
        auto runs = next(64);
        const auto more = other.commit({second, {}, {"default", 17}}).claimed;
        runs.insert(runs.end(), more.begin(), more.end());
        idle = runs.empty() ? idle + 1 : 0;
        claimed += runs.size();
        for (const ClaimedRun& run : runs) seen.insert(run.run);
    }
    CHECK(claimed == seen.size());
    CHECK(database.value("select count(*) from engine.live_runs where owner is null") == "0");
}

TEST_CASE_FIXTURE(Crowd, "a claim by turns reads what it takes, whatever waits in the lines") {
    queue_up("big", 100'000);
    for (int i = 0; i < 200; ++i) queue_up(fmt::format("t{}", i), 3);
    database.execute("analyze engine.live_runs");
    const std::string values =
        "1, 42, 'default', 10, engine.uuid_floor(now() - interval '1 day'), engine.uuid_floor(now()), "
        "'{3,3,3}', '{t1,big,big}', '{-infinity,-infinity,-infinity}', '{0,0,5}', '{5,5,5}', 'build-1'";
    const std::string plan = explain("claim_lines", values);
    test::check_no_whole_tables(plan);
    CHECK_MESSAGE(test::buffers_of_scan(plan, "Index Scan using live_runs_in_line") <= 60, plan);
    const std::string look = explain("ripe_lines", "'default', 0, '', 2000");
    test::check_no_whole_tables(look);
    CHECK_MESSAGE(test::buffers_of_scans(look) <= 201 * 8, look);
}

TEST_CASE_FIXTURE(Crowd, "one tenant's backlog is claimed about as fast by turns as by age") {
    queue_up("only", 30'000);
    database.execute("analyze engine.live_runs");
    const std::string bounds = "engine.uuid_floor(now() - interval '1 day'), engine.uuid_floor(now()), ";
    pqxx::work prepare{connection};
    for (const char* name : {"claim_runs", "ripe_lines", "claim_lines"})
        prepare.exec(fmt::format("prepare {} as {}", name, test::statement_text(name)));
    prepare.commit();
    std::array<Clock::duration, 2> spent{};
    // By turns, one claim each: whatever else the machine does at the moment slows both.
    for (int i = 0; i < 80; ++i) {
        const bool by_turns = i % 2 == 1;
        const auto before = Clock::now();
        pqxx::work tx{connection};
        if (by_turns) {
            tx.exec("execute ripe_lines('default', 0, '', 2000)");
            tx.exec(fmt::format(
                "execute claim_lines(1, {}, 'default', 256, {}'{{3}}', '{{only}}', '{{-infinity}}', "
                "'{{0}}', '{{256}}', 'build-1')",
                i, bounds));
        } else {
            tx.exec(fmt::format("execute claim_runs(1, {}, 'default', 256, '-infinity', {}'build-1')", i,
                                bounds));
        }
        tx.commit();
        spent[by_turns ? 1 : 0] += Clock::now() - before;
    }
    const auto per_second = [](Clock::duration time) {
        return 40 * 256 / std::chrono::duration<double>(time).count();
    };
    MESSAGE("runs claimed a second, by age: ", per_second(spent[0]), ", by turns: ", per_second(spent[1]));
    CHECK(per_second(spent[1]) > per_second(spent[0]) / 2);
}

TEST_CASE_FIXTURE(Crowd, "nothing is claimed from a paused queue, and everything once it goes on") {
    queue_up("a", 20);
    const OperatorAct act{"vendor outage", "ops@test"};
    CHECK(in_transaction([&](pqxx::work& tx) { return pause_queue(tx, "default", act); }));
    CHECK_FALSE(in_transaction([&](pqxx::work& tx) { return pause_queue(tx, "default", act); }));
    CHECK(next(10).empty());
    const auto details = in_transaction([](pqxx::work& tx) { return describe_queue(tx, "default"); });
    REQUIRE(details.info.paused);
    CHECK(details.info.paused->reason == "vendor outage");
    CHECK(details.info.runs.due == 20);
    CHECK(details.info.runs.oldest_due);
    REQUIRE(details.run_lines.size() == 1);
    CHECK(details.run_lines[0].key == "a");
    CHECK(in_transaction([&](pqxx::work& tx) { return unpause_queue(tx, "default", act); }));
    CHECK(next(10).size() == 10);  // at once, not with the next full pass
    CHECK(database.value(
              "select count(*) from engine.audit where target = 'default' and verb like 'queue %' and "
              "identity = 'ops@test' and reason = 'vendor outage'") == "2");
}

TEST_CASE_FIXTURE(Crowd, "starts refuse priorities, keys and weights that cannot be") {
    CHECK_THROWS_AS(start_for("a", {.priority = 0}), std::invalid_argument);
    CHECK_THROWS_AS(start_for("a", {.fairness_key = std::string(201, 'k')}), std::invalid_argument);
    CHECK_THROWS_AS(start_for("a", {.weight = 0}), std::invalid_argument);
    CHECK_THROWS_AS(start_for("a", {.weight = std::nan("")}), std::invalid_argument);
}

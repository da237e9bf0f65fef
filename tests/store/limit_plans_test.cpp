// What a claim of activity rows costs: nothing that waits for a key, for its time or for a turn is read.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/store/plans.hpp"

using namespace std::chrono_literals;
using namespace durable;
using namespace durable::store;
using test::Plans;

namespace {

const std::string types_and_limit = "'default', '{work}', 10";

struct LimitPlans : Plans {
    LimitPlans() : worker(register_worker()) {}

    /// Rows as many runs would have stored them. `columns` and `values` as SQL.
    void fill_rows(int rows, const std::string& columns, const std::string& values) {
        const std::string task = history::encode_event(test::activity());
        database.execute(
            fmt::format("insert into engine.activities (run_id, activity, attempt, scheduled_at, queue, "
                        "type, tenant, task, "
                        "available_at, {}) select gen_random_uuid(), 2, 1, engine.now(), 'default', 'work', "
                        "'t', '{}', {} from "
                        "generate_series(1, {})",
                        columns, task, values, rows));
        database.execute("analyze engine.activities");
    }
    void declare(const std::string& key, const std::string& concurrency) {
        database.execute(
            fmt::format("insert into engine.limits (limit_key, concurrency, burst, tokens, refilled_at) "
                        "values ('{0}', {1}, 1, 1, engine.now());"
                        "insert into engine.limit_lines values ('{0}', 'default', 'work', engine.now())",
                        key, concurrency));
    }
    struct Claim {
        std::string hold, claim, rest;
        [[nodiscard]] int buffers() const {
            return test::buffers_of_scans(hold) + test::buffers_of_scans(claim) +
                   test::buffers_of_scans(rest);
        }
    };
    Claim explain_claim() {
        pqxx::work tx{connection};
        Claim plans;
        plans.hold = Plans::explain(tx, "hold_limits", "42, " + types_and_limit);
        plans.claim =
            Plans::explain(tx, "claim_activities", fmt::format("{}, 42, ", worker.value) + types_and_limit);
        plans.rest = Plans::explain(tx, "rest_lines", "42, " + types_and_limit);
        return plans;
    }
    std::vector<ClaimedActivity> take() {
        ActivityStore store{database.url()};
        return store.claim(worker, "default", {"work"}, 10);
    }

    WorkerNo worker;
};

}  // namespace

TEST_CASE_FIXTURE(LimitPlans, "every part of a claim finds its rows by indexes, on empty tables too") {
    using namespace test;
    for (const int rows : {0, 5'000}) {
        CAPTURE(rows);
        if (rows > 0) {
            declare("busy", "3");
            fill_rows(rows, "limit_key", "engine.now(), 'busy'");
        }
        const Claim plans = explain_claim();
        for (const std::string& plan : {plans.hold, plans.claim, plans.rest}) check_no_whole_tables(plan);
        CHECK_MESSAGE(plans.hold.find("news_are_told_in_order") != std::string::npos, plans.hold);
        CHECK_MESSAGE(plans.hold.find("limit_lines_ripe") != std::string::npos, plans.hold);
        CHECK_MESSAGE(plans.hold.find("a_key_is_limited_once") != std::string::npos, plans.hold);
        for (const char* index : {"activities_claimable", "activities_in_line", "activities_under_limit"}) {
            CHECK_MESSAGE(plans.claim.find(index) != std::string::npos, plans.claim);
        }
        CHECK_MESSAGE(plans.rest.find("activities_in_line") != std::string::npos, plans.rest);
    }
}

TEST_CASE_FIXTURE(LimitPlans, "20,000 rows of a full key cost the row of another key nothing") {
    using namespace test;
    declare("full", "1");
    declare("other", "1");
    fill_rows(1, "limit_key, owner", "engine.now(), 'full', 1");
    fill_rows(1, "limit_key", "engine.now(), 'other'");
    const int without = explain_claim().buffers();
    fill_rows(20'000, "limit_key", "engine.now() - interval '1 hour', 'full'");
    const Claim plans = explain_claim();
    // The looks at two indexes, which are higher now.
    CHECK_MESSAGE(plans.buffers() <= without + 40, plans.hold << plans.claim << plans.rest);
    const auto taken = take();
    REQUIRE(taken.size() == 1);
    CHECK(database.value("select limit_key from engine.activities where owner <> 1 or token <> 0") ==
          "other");
    CHECK(database.value("select next_at from engine.limit_lines where limit_key = 'full'") == "infinity");
    CHECK(take().empty());
}

TEST_CASE_FIXTURE(LimitPlans, "neither rows that are not due yet nor those of lower priority are read") {
    using namespace test;
    fill_rows(20'000, "priority", "engine.now() + interval '1 hour', 1");
    fill_rows(20'000, "priority", "engine.now() - interval '1 hour', 5");
    fill_rows(10, "priority", "engine.now(), 2");
    const Claim plans = explain_claim();
    CHECK_MESSAGE(plans.buffers() <= 150, plans.claim);
    take();
    CHECK(database.value("select count(*) from engine.activities where owner is not null and priority = 2") ==
          "10");
}

TEST_CASE_FIXTURE(LimitPlans, "the sweeper's looks at lines and at lost rows read no backlog") {
    using namespace test;
    declare("full", "1");
    fill_rows(20'000, "limit_key", "engine.now(), 'full'");
    fill_rows(20'000, "priority", "engine.now(), 3");
    const std::string lines = explain("wake_stuck_lines", "'', '', '', 100");
    check_no_whole_tables(lines);
    CHECK_MESSAGE(buffers_of_scans(lines) <= 50, lines);
    const std::string expired = explain("expired_activities", "100, 10, 'default'");
    check_no_whole_tables(expired);
    CHECK_MESSAGE(expired.find("activities_often_lost") != std::string::npos, expired);
    CHECK_MESSAGE(buffers_of_scans(expired) <= 20, expired);
}

// The plans of the hot statements: each finds its rows by the index that its file names, whatever the tables
// hold.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "tests/store/plans.hpp"

namespace {

const std::string recent =
    "engine.uuid_floor(now() - interval '1 day'), engine.uuid_floor(now() + interval '1 day')";
const std::string claim_values = "1, 42, 'default', 10, '-infinity', " + recent + ", 'build-1'";

}  // namespace

using test::Plans;

TEST_CASE_FIXTURE(Plans,
                  "a claim reads what it claims: with 100,000 queued runs the scan costs at most 20 pages") {
    using namespace test;
    fill_queue(100'000);
    const std::string plan = explain("claim_runs", claim_values);
    check_no_whole_tables(plan);
    CHECK_MESSAGE(buffers_of_scan(plan, "Index Scan using live_runs_claimable") <= 20, plan);
    CHECK_MESSAGE(plan.find("a_run_is_live_once") != std::string::npos, plan);
}

TEST_CASE_FIXTURE(Plans, "a claim that waits reads the oldest that are due, whatever is queued") {
    using namespace test;
    fill_queue(20'000);
    database.advance(std::chrono::seconds{2});
    const std::string plan =
        explain("claim_late_runs", "1, 42, 'default', 8, " + recent + ", 'build-1', 1000000");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(buffers_of_scan(plan, "Index Scan using live_runs_claimable") <= 20, plan);
    CHECK_MESSAGE(plan.find("a_run_is_live_once") != std::string::npos, plan);
}

TEST_CASE_FIXTURE(Plans, "the plan of a claim made on empty tables is the same one") {
    using namespace test;
    const std::string plan = explain("claim_runs", claim_values);
    check_no_whole_tables(plan);
    CHECK_MESSAGE(plan.find("Index Scan using live_runs_claimable") != std::string::npos, plan);
}

TEST_CASE_FIXTURE(Plans,
                  "under an old snapshot the lower bound keeps a claim from wading through dead entries") {
    using namespace test;
    pqxx::connection other{database.url()};
    pqxx::transaction<pqxx::isolation_level::repeatable_read> old_snapshot{other};
    old_snapshot.exec("select count(*) from engine.live_runs");
    fill_queue(20'000);
    database.execute("update engine.live_runs set owner = 1");
    start_many(10);
    const std::string bound =
        "1, 42, 'default', 10, engine.now() - interval '2 seconds', " + recent + ", 'build-1'";
    const std::string bounded = explain("claim_runs", bound);
    CHECK_MESSAGE(buffers_of_scan(bounded, "Index Scan using live_runs_claimable") <= 40, bounded);
    const std::string full = explain("claim_runs", claim_values);
    CHECK_MESSAGE(buffers_of_scan(full, "Index Scan using live_runs_claimable") > 100,
                  full);  // what it spares
}

TEST_CASE_FIXTURE(Plans, "the fenced update finds its rows by their keys, never by their owner") {
    using namespace test;
    fill_queue(5'000);
    const std::string own = "update engine.live_runs set owner = 1, token = 7, epoch = 1";
    SUBCASE("planned when all are owned") {
        database.execute(own);
        database.execute("analyze engine.live_runs");
    }
    SUBCASE("planned when hardly any is: the index of owned runs is the smallest there is") {
        database.execute(own +
                         " where run_id in (select run_id from engine.live_runs order by run_id limit 64)");
    }
    const std::string runs =
        "(select array_agg(run_id order by run_id) from "
        " (select run_id from engine.live_runs where owner = 1 order by run_id limit 64) s)";
    const auto constant = [](const std::string& value, const std::string& type) {
        return fmt::format("array_fill({}::{}, array[64])", value, type);
    };
    // Sub-selects are no parameters: the keys are looked up first.
    pqxx::work look{connection};
    const std::string keys = look.exec("select " + runs)[0][0].as<std::string>();
    look.commit();
    const std::string values =
        fmt::format("1, 9, '{}', {}, {}, {}, {}, {}, {}, {}", keys, constant("1", "int"),
                    constant("7", "bigint"), constant("2", "int"), constant("3", "int"),
                    constant("0", "bigint"), constant("0", "int"), constant("null", "timestamptz"));
    const std::string ending = fmt::format(
        "1, '{}', {}, {}, {}, {}, {}, {}", keys, constant("1", "int"), constant("7", "bigint"),
        constant("2", "int"), constant("0", "bigint"), constant("2", "int"), constant("'completed'", "text"));
    const std::string fence =
        fmt::format("1, '{}', {}, {}", keys, constant("1", "int"), constant("7", "bigint"));
    for (const std::string& plan : {explain("hold_runs", fence), explain("keep_runs", values),
                                    explain("close_runs", ending), explain("release_runs", fence)}) {
        check_no_whole_tables(plan);
        CHECK_MESSAGE(plan.find("Index Scan using a_run_is_live_once on live_runs l") != std::string::npos,
                      plan);
        CHECK_MESSAGE(plan.find("live_runs_owned") == std::string::npos, plan);
    }
}

TEST_CASE_FIXTURE(Plans, "take-over, the comparison of owned runs, and activity rows use their indexes") {
    using namespace test;
    fill_queue(5'000);
    std::string plan = explain("owned_runs", "1");
    CHECK_MESSAGE(plan.find("live_runs_owned") != std::string::npos, plan);
    plan = explain("take_over_runs", "'{1,2}', 100");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(plan.find("live_runs_owned") != std::string::npos, plan);
    plan = explain("expired_activities", "100, 10, 'default'");
    CHECK_MESSAGE(plan.find("activities_time_out") != std::string::npos, plan);
    check_no_whole_tables(plan);
    plan = explain("take_over_activities", "'{1,2}', 100, 0");
    CHECK_MESSAGE(plan.find("activities_owned") != std::string::npos, plan);
    plan = explain("wake_stuck_runs", "'default', '00000000-0000-0000-0000-000000000000', 100");
    CHECK_MESSAGE(plan.find("live_runs_claimable") != std::string::npos, plan);
}

TEST_CASE("every statement of the store says first what it locks and which index serves it") {
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{test::statements_folder}) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const std::string text = test::statement_text(entry.path().stem().string());
        CHECK(text.starts_with("-- "));
        ++seen;
        if (!name.starts_with("check_")) CHECK(text.find("Locks:") != std::string::npos);
    }
    CHECK(seen > 40);
}

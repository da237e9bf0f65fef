// The plans of the hot statements: each finds its rows by the index that its file names, whatever the tables
// hold.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/store/fixture.hpp"

namespace {

/// Plans are made as on a hot connection: generic, without sequential scans and hashes.
constexpr const char* hot_settings =
    "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; "
    "set plan_cache_mode = force_generic_plan; set search_path = ''";

const std::filesystem::path statements = CALLFLEX_SOURCE_DIR "/engine/store/sql";

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

struct Plans : test::StoreFixture {
    Plans() : connection(database.url()) { pqxx::nontransaction{connection}.exec(hot_settings); }

    /// `values`: the parameters as SQL, in order. Analyzed, and rolled back.
    std::string explain(const std::string& name, const std::string& values) {
        pqxx::work tx{connection};
        tx.exec("prepare statement as " + text_of(statements / (name + ".sql")));
        std::string plan;
        for (const auto& row :
             tx.exec(fmt::format("explain (analyze, buffers, costs off, timing off, summary off) "
                                 "execute statement({})",
                                 values))) {
            plan += row[0].as<std::string>() + "\n";
        }
        tx.exec("deallocate statement");
        return plan;
    }

    /// `rows` open runs that wait in the queue, without the detour over starts.
    void fill_queue(int rows) {
        database.execute(
            fmt::format("insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant) "
                        "select id, id, engine.now() - interval '1 hour', 'default', 't' from (select "
                        "overlay(gen_random_uuid()::text "
                        "placing substr(engine.uuid_floor(now())::text, 1, 13) from 1)::uuid as id from "
                        "generate_series(1, {})) as g",
                        rows));
        database.execute("analyze engine.live_runs");
    }

    pqxx::connection connection;
};

/// Buffers of the plan's topmost node that touches the table.
int buffers_of_scan(const std::string& plan, const std::string& node) {
    const std::size_t at = plan.find(node);
    REQUIRE_MESSAGE(at != std::string::npos, plan);
    const std::regex hits{R"(Buffers: shared hit=(\d+)(?: read=(\d+))?)"};
    std::smatch match;
    const std::string rest = plan.substr(at);
    if (!std::regex_search(rest, match, hits)) return 0;
    return std::stoi(match[1]) + (match[2].matched ? std::stoi(match[2]) : 0);
}

void check_no_whole_tables(const std::string& plan) {
    CHECK_MESSAGE(plan.find("Seq Scan") == std::string::npos, plan);
    CHECK_MESSAGE(plan.find("Hash Join") == std::string::npos, plan);
    CHECK_MESSAGE(plan.find("Merge Join") == std::string::npos, plan);
}

const std::string recent =
    "engine.uuid_floor(now() - interval '1 day'), engine.uuid_floor(now() + interval '1 day')";
const std::string claim_values = "1, 42, 'default', 10, '-infinity', " + recent;

}  // namespace

TEST_CASE_FIXTURE(Plans,
                  "a claim reads what it claims: with 100,000 queued runs the scan costs at most 20 pages") {
    using namespace test;
    fill_queue(100'000);
    const std::string plan = explain("claim_runs", claim_values);
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
    const std::string bound = "1, 42, 'default', 10, engine.now() - interval '2 seconds', " + recent;
    const std::string bounded = explain("claim_runs", bound);
    CHECK_MESSAGE(buffers_of_scan(bounded, "Index Scan using live_runs_claimable") <= 40, bounded);
    const std::string full = explain("claim_runs", claim_values);
    CHECK_MESSAGE(buffers_of_scan(full, "Index Scan using live_runs_claimable") > 100,
                  full);  // what it spares
}

TEST_CASE_FIXTURE(Plans, "the fenced update finds its rows by their keys, never by their owner") {
    using namespace test;
    fill_queue(5'000);
    database.execute("update engine.live_runs set owner = 1, token = 7, epoch = 1");
    database.execute("analyze engine.live_runs");
    const std::string runs =
        "(select array_agg(run_id order by run_id) from (select run_id from engine.live_runs limit 64) s)";
    const auto constant = [](const std::string& value, const std::string& type) {
        return fmt::format("array_fill({}::{}, array[64])", value, type);
    };
    // Sub-selects are no parameters: the keys are looked up first.
    pqxx::work look{connection};
    const std::string keys = look.exec("select " + runs)[0][0].as<std::string>();
    look.commit();
    const std::string values =
        fmt::format("1, 9, '{}', {}, {}, {}, {}, {}, {}, {}, {}", keys, constant("1", "int"),
                    constant("7", "bigint"), constant("1", "int"), constant("1", "int"), constant("2", "int"),
                    constant("0", "bigint"), constant("0", "int"), constant("null", "timestamptz"));
    const std::string plan = explain("keep_runs", values);
    check_no_whole_tables(plan);
    CHECK_MESSAGE(plan.find("Index Scan using a_run_is_live_once on live_runs l") != std::string::npos, plan);
    CHECK_MESSAGE(plan.find("live_runs_owned") == std::string::npos, plan);
}

TEST_CASE_FIXTURE(Plans, "take-over, the comparison of owned runs, and activity rows use their indexes") {
    using namespace test;
    fill_queue(5'000);
    std::string plan = explain("owned_runs", "1");
    CHECK_MESSAGE(plan.find("live_runs_owned") != std::string::npos, plan);
    plan = explain("take_over_runs", "'{1,2}', 100");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(plan.find("live_runs_owned") != std::string::npos, plan);
    plan = explain("claim_activities", "1, 42, 'default', '{work}', 10");
    check_no_whole_tables(plan);
    CHECK_MESSAGE(plan.find("activities_claimable") != std::string::npos, plan);
    plan = explain("expired_activities", "100, 10, 'default'");
    CHECK_MESSAGE(plan.find("activities_time_out") != std::string::npos, plan);
    check_no_whole_tables(plan);
    plan = explain("take_over_activities", "'{1,2}', 100");
    CHECK_MESSAGE(plan.find("activities_owned") != std::string::npos, plan);
    plan = explain("wake_stuck_runs", "'default', '00000000-0000-0000-0000-000000000000', 100");
    CHECK_MESSAGE(plan.find("live_runs_claimable") != std::string::npos, plan);
}

TEST_CASE("every statement of the store says first what it locks and which index serves it") {
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{statements}) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const std::string text = text_of(entry.path());
        CHECK(text.starts_with("-- "));
        ++seen;
        if (!name.starts_with("check_")) CHECK(text.find("Locks:") != std::string::npos);
    }
    CHECK(seen > 40);
}

#include "tests/store/plans.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace test {

const char* const hot_settings =
    "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; "
    "set plan_cache_mode = force_generic_plan; set search_path = ''";

namespace {

const std::regex hits{R"(Buffers: shared hit=(\d+)(?: read=(\d+))?)"};

int buffers(const std::smatch& match) {
    return std::stoi(match[1]) + (match[2].matched ? std::stoi(match[2]) : 0);
}

}  // namespace

std::string statement_text(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream{std::filesystem::path{statements_folder} / (name + ".sql")}.rdbuf();
    return text.str();
}

Plans::Plans() : connection(database.url()) {
    pqxx::nontransaction{connection}.exec(hot_settings);
}

std::string Plans::explain(const std::string& name, const std::string& values) {
    pqxx::work tx{connection};
    return explain(tx, name, values);
}

std::string Plans::explain(pqxx::work& tx, const std::string& name, const std::string& values) {
    tx.exec("prepare statement as " + statement_text(name));
    std::string plan;
    for (const auto& row : tx.exec(fmt::format(
             "explain (analyze, buffers, costs off, timing off, summary off) execute statement({})",
             values))) {
        plan += row[0].as<std::string>() + "\n";
    }
    tx.exec("deallocate statement");
    return plan;
}

void Plans::fill_queue(int rows) {
    database.execute(
        fmt::format("insert into engine.live_runs (run_id, chain_id, wake_at, queue, tenant) "
                    "select id, id, engine.now() - interval '1 hour', 'default', 't' from (select "
                    "overlay(gen_random_uuid()::text "
                    "placing substr(engine.uuid_floor(now())::text, 1, 13) from 1)::uuid as id from "
                    "generate_series(1, {})) as g",
                    rows));
    database.execute("analyze engine.live_runs");
}

int buffers_of_scan(const std::string& plan, const std::string& node) {
    const std::size_t at = plan.find(node);
    REQUIRE_MESSAGE(at != std::string::npos, plan);
    std::smatch match;
    const std::string rest = plan.substr(at);
    return std::regex_search(rest, match, hits) ? buffers(match) : 0;
}

int buffers_of_scans(const std::string& plan) {
    int sum = 0;
    bool in_scan = false;
    std::istringstream lines{plan};
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Scan using") != std::string::npos)
            in_scan = true;
        else if (line.find("->") != std::string::npos || line.starts_with("Planning"))
            in_scan = false;
        std::smatch match;
        if (in_scan && std::regex_search(line, match, hits)) sum += buffers(match);
    }
    return sum;
}

void check_no_whole_tables(const std::string& plan) {
    CHECK_MESSAGE(plan.find("Seq Scan") == std::string::npos, plan);
    CHECK_MESSAGE(plan.find("Hash Join") == std::string::npos, plan);
    CHECK_MESSAGE(plan.find("Merge Join") == std::string::npos, plan);
}

}  // namespace test

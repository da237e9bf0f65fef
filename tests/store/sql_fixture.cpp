#include "tests/store/sql_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

namespace test {

std::string psql(const std::string& url, const std::string& command) {
    std::string script = command;
    for (std::size_t at = script.find('\''); at != std::string::npos; at = script.find('\'', at + 4)) {
        script.replace(at, 1, "'\\''");
    }
    const std::string line = fmt::format("psql -X -A -t -q '{}' -c '{}' 2>&1", url, script);
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(line.c_str(), "r"), ::pclose};
    REQUIRE(pipe);
    std::string printed;
    std::array<char, 4096> part{};
    while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) printed += part.data();
    while (printed.ends_with('\n')) printed.pop_back();
    return printed;
}

std::string SqlFixture::sql(const std::string& statement) {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const auto result = tx.exec(statement);
    tx.commit();
    return result.empty() || result[0][0].is_null() ? "" : result[0][0].as<std::string>();
}

RunId SqlFixture::had(const std::string& id, const std::string& end) {
    const RunId run = start(request(id)).run;
    if (end == "open") return run;
    const ClaimedRun claimed = claim_one();
    RunCommit closing = close_of(claimed);
    if (end == "failed") {
        closing = commit_of(claimed, {history::WorkflowFailed{}}, RunCommit::Next::close);
        closing.status = replay::RunStatus::failed;
    }
    commit(closing);
    return run;
}

void SqlFixture::end_if_open(const std::string& id) {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    store::terminate(tx, {"default", std::nullopt, WorkflowId{id}}, "", "");
    tx.commit();
}

std::string SqlFixture::row(const std::string& id, const std::string& table, const std::string& columns) {
    return database.value(
        fmt::format("select to_jsonb(x) from (select {} from {} where run_id = (select run_id from "
                    "engine.workflow_ids where workflow_id = '{}')) x",
                    columns, table, id));
}

}  // namespace test

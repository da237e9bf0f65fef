// S-53: what Postgres writes into its own log.

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

std::string level_of_the_log() {
    const nlohmann::json all = callflex({"doctor", "-o", "json"}).json();
    for (const auto& finding : all.at("findings")) {
        if (finding.at("name") == "server's log") return finding.at("level");
    }
    return "not looked at";
}

}  // namespace

TEST_CASE("S-53: doctor warns of a server that logs the parameters of statements") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    const auto set = [&](const std::string& what) {
        database.execute(fmt::format("alter database {} set {}", database.name(), what));
    };
    CHECK(level_of_the_log() == "ok");
    set("log_min_duration_statement = 1000");
    CHECK(level_of_the_log() == "ok");  // without the parameters, as our servers are set up
    set("log_parameter_max_length = -1");
    CHECK(level_of_the_log() == "warning");
    set("log_min_duration_statement = -1");
    CHECK(level_of_the_log() == "ok");
    set("log_parameter_max_length_on_error = 100");
    CHECK(level_of_the_log() == "warning");
}

}  // namespace test

// Lists as CSV, and lists that are watched.

#include <doctest/doctest.h>

#include "api/cli/csv.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

using Json = nlohmann::ordered_json;
using callflex::cli::csv_of;

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + of.size())) ++count;
    return count;
}

}  // namespace

TEST_CASE("CSV has a column for each field of any row, names of objects before their fields") {
    const Json rows =
        Json::parse(R"([{"queue": "default", "runs": {"due": 3}}, {"queue": "b", "paused": true}])");
    CHECK(csv_of(rows) == "queue,runs.due,paused\ndefault,3,\nb,,true\n");
    CHECK(csv_of(Json::array()).empty());
    CHECK(csv_of(Json{{"job_id", "7"}, {"done", 2}}) == "job_id,done\n7,2\n");
}

TEST_CASE("CSV quotes what would end a cell, and disarms what a spreadsheet would compute") {
    CHECK(csv_of(Json::array({{{"a", "x,\"y\"\nz"}}})) == "a\n\"x,\"\"y\"\"\nz\"\n");
    CHECK(csv_of(Json::array({{{"a", "=cmd()"}}, {{"a", "-1+cmd()"}}, {{"a", "@x"}}})) ==
          "a\n'=cmd()\n'-1+cmd()\n'@x\n");
    CHECK(csv_of(Json::array({{{"phone", "+15550100"}}, {{"phone", "-12.5"}}})) ==
          "phone\n+15550100\n-12.5\n");
    CHECK(csv_of(Json::array({{{"list", Json::array({1, 2})}}})) == "list\n\"[1,2]\"\n");
}

TEST_CASE("every list of operators is printed as CSV, and watched") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    database.execute(
        "insert into engine.workers (name, build, queue, started_at, lease, lease_until) "
        "values ('host@7', 'build-9', 'default', now(), '1 hour', now() + interval '1 hour');"
        "insert into engine.semaphores (resource, capacity, highest_capacity) values ('lines', 2, 2)");
    const auto workers = callflex({"worker", "list", "-o", "csv"});
    CHECK(workers.code == 0);
    CHECK(workers.out.starts_with("number,name,build,queue,"));
    CHECK(workers.has(",host@7,build-9,default,"));
    CHECK(callflex({"semaphore", "describe", "lines", "-o", "csv"}).has("resource,capacity"));
    CHECK(callflex({"workflow", "tail", "-o", "csv", "--rounds", "1"}).code == 2);
    for (const std::vector<std::string>& command : {std::vector<std::string>{"queue", "list"},
                                                    {"queue", "describe", "default"},
                                                    {"queue", "limits"},
                                                    {"worker", "list"},
                                                    {"worker", "describe", "1"},
                                                    {"schedule", "list"},
                                                    {"activity", "list"},
                                                    {"semaphore", "list"},
                                                    {"semaphore", "describe", "lines"},
                                                    {"deploy", "list"},
                                                    {"deploy", "status"}}) {
        INFO(command[0] << " " << command[1]);
        std::vector<std::string> watched = command;
        for (const char* word : {"--watch", "--every", "50ms", "--rounds", "3"}) watched.emplace_back(word);
        const auto once = callflex(command);
        const auto printed = callflex(watched);
        CHECK(printed.code == 0);
        const std::string text = once.out.empty() ? once.err : once.out;
        const std::string word = text.substr(0, text.find_first_of(" \n"));
        REQUIRE(!word.empty());
        CHECK(occurrences(printed.out + printed.err, word) == 3 * occurrences(text, word));
    }
}

TEST_CASE("queue limit sets an operator's figures, which queue limits shows, and takes them back") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    CHECK(callflex({"queue", "limit", "vendor", "--concurrency", "2"}).code != 0);  // no reason given
    CHECK(callflex({"queue", "limit", "vendor", "-r", "x"}).code == 2);             // no figures
    CHECK(callflex({"queue", "limit", "vendor", "--rate", "fast", "-r", "x"}).code == 2);
    CHECK(callflex({"queue", "limit", "vendor", "--clear", "--rate", "1/s", "-r", "x"}).code == 2);
    const auto set = callflex({"queue", "limit", "vendor", "--concurrency", "2", "--rate", "30/min",
                               "--burst", "4", "--reason", "vendor outage", "-o", "json"});
    CHECK(set.code == 0);
    CHECK(set.json().at("limited") == true);
    const auto limits = callflex({"queue", "limits", "-o", "json"}).json();
    REQUIRE(limits.size() == 1);
    CHECK(limits[0].at("concurrency") == 2);
    CHECK(limits[0].at("per_second") == 0.5);
    CHECK(limits[0].at("set").at("burst") == 4);
    CHECK(limits[0].at("set").at("reason") == "vendor outage");
    CHECK(limits[0].at("declared").empty());
    CHECK(callflex({"queue", "limits"}).has("vendor outage (code: no limit)"));
    CHECK(callflex({"queue", "limit", "vendor", "--clear", "-r", "is back"}).has("cleared"));
    CHECK(callflex({"queue", "limit", "vendor", "--clear", "-r", "again"}).has("already"));
    CHECK(callflex({"audit", "list", "--verb", "queue limit", "-o", "json"}).json().size() == 2);
}

}  // namespace test

// signal-with-start, query and published, against a real database, without any worker.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};
};

Printed send(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{
        "workflow", "signal-with-start", "call-processing", "hello", "--id", "c-1", "-m", "{\"n\": 1}", "-o",
        "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return callflex(arguments);
}

}  // namespace

TEST_CASE("signal-with-start starts once, signals each time, and a request id once") {
    const Site site;
    const auto first = send({"--request-id", "r-1"});
    CHECK(first.code == 0);
    CHECK(first.json().at("started") == true);
    CHECK(first.json().at("delivered") == true);
    const auto second = send();
    CHECK(second.json().at("started") == false);
    CHECK(second.json().at("delivered") == true);
    CHECK(second.json().at("run_id") == first.json().at("run_id"));
    CHECK(send({"--request-id", "r-1"}).json().at("duplicate") == true);
    CHECK(site.database.value("select count(*) from engine.inbox") == "2");

    const auto replaced = send({"--terminate-existing"});
    CHECK(replaced.json().at("started") == true);
    CHECK(replaced.json().at("run_id") != first.json().at("run_id"));
    CHECK(callflex({"workflow", "terminate", "c-1"}).code == 0);
    const auto refused = send({"--reuse", "reject"});
    CHECK(refused.code == 6);
    CHECK(refused.err.find("forbids another") != std::string::npos);
    CHECK(callflex({"workflow", "signal-with-start", "no-such-type", "hello", "--id", "x"}).code == 2);
}

TEST_CASE("published shows the last values, and says when there are none") {
    const Site site;
    CHECK(send().code == 0);
    CHECK(callflex({"workflow", "published", "c-1"}).has("published nothing"));
    CHECK(callflex({"workflow", "published", "c-1", "stage"}).code == 3);
    CHECK(callflex({"workflow", "published", "ghost"}).code == 3);
    site.database.execute(
        "insert into engine.published (chain_id, key, value, run_id, published_at, tenant) "
        "select chain_id, 'stage', '{\"done\":2}', run_id, engine.now(), '' from engine.runs");
    const auto shown = callflex({"workflow", "published", "c-1", "stage", "-o", "json"});
    CHECK(shown.json().at("published").at(0).at("value").at("done") == 2);
    CHECK(callflex({"workflow", "published", "c-1"}).has("{\"done\":2}"));
}

TEST_CASE("query names what it cannot do: no such run, no such query, no such event") {
    const Site site;
    CHECK(send().code == 0);
    CHECK(callflex({"workflow", "query", "ghost", "progress"}).code == 3);
    const auto unknown = callflex({"workflow", "query", "c-1", "progress"});
    CHECK(unknown.code == 6);
    CHECK(unknown.err.find("progress") != std::string::npos);
    CHECK(callflex({"workflow", "query", "c-1", "progress", "--at-event", "0"}).code == 6);
    CHECK(callflex({"workflow", "query", "c-1", "progress", "--at-event", "soon"}).code == 2);
}

}  // namespace test

// update, update-result, update-with-start and metadata, against a real database, without any worker.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};
};

Printed admit(const std::string& id, const std::string& name = "change") {
    return callflex({"workflow", "update", "c-1", name, "-i", "{\"n\": 1}", "--update-id", id, "--wait",
                     "admitted", "-o", "json"});
}

Printed start(const std::string& id, const std::string& type = "call-processing") {
    return callflex({"workflow", "update-with-start", type, "change", "--id", "c-1", "-m", "1", "--update-id",
                     id, "--wait", "admitted", "-o", "json"});
}

}  // namespace

TEST_CASE("update-with-start starts once; update admits once for an id, and says at which stage it is") {
    const Site site;
    const auto first = start("u-1");
    CHECK(first.code == 0);
    CHECK(first.json().at("started") == true);
    CHECK(first.json().at("stage") == "admitted");
    CHECK(start("u-1").json().at("started") == false);
    CHECK(admit("u-2").json().at("stage") == "admitted");
    CHECK(admit("u-2").json().at("update_id") == "u-2");
    CHECK(site.database.value("select count(*) from engine.inbox") == "2");
    CHECK(start("u-3", "no-such-type").code == 2);
    CHECK(callflex({"workflow", "update", "c-1", "change", "--update-id", "u-2", "--timeout", "20ms"}).code ==
          4);
}

TEST_CASE("an id that belongs to another update, a run that is not there and a bad stage are told apart") {
    const Site site;
    CHECK(start("u-1").code == 0);
    const auto other = admit("u-1", "rename");
    CHECK(other.code == 2);
    CHECK(other.err.find("belongs to an update called change") != std::string::npos);
    CHECK(callflex({"workflow", "update", "ghost", "change"}).code == 3);
    CHECK(callflex({"workflow", "update-result", "c-1", "u-9"}).code == 3);
    CHECK(callflex({"workflow", "update", "c-1", "change", "--wait", "soon"}).code == 2);
}

TEST_CASE("update-result tells how far an update is, and that its run has ended: exit code 6") {
    const Site site;
    CHECK(start("u-1").code == 0);
    CHECK(callflex({"workflow", "update-result", "c-1", "u-1", "--wait", "admitted"}).has("admitted"));
    CHECK(callflex({"workflow", "update-result", "c-1", "u-1", "--timeout", "20ms"}).code == 4);
    CHECK(callflex({"workflow", "terminate", "c-1"}).code == 0);
    const auto over = callflex({"workflow", "update-result", "c-1", "u-1", "-o", "json"});
    CHECK(over.code == 6);
    CHECK(over.json().at("stage") == "aborted");
    CHECK(over.json().at("failure").at("type") == "WorkflowClosed");
    const auto late = callflex({"workflow", "update", "c-1", "change"});
    CHECK(late.code == 3);
    CHECK(late.err.find("has ended") != std::string::npos);
}

TEST_CASE("metadata lists what a run's code takes, and finds no run that is not there") {
    const Site site;
    CHECK(start("u-1").code == 0);
    const auto names = callflex({"workflow", "metadata", "c-1", "-o", "json"});
    CHECK(names.code == 0);
    CHECK(names.json().at("updates").empty());
    CHECK(callflex({"workflow", "metadata", "ghost"}).code == 3);
    CHECK(callflex({"workflow", "query", "c-1", "progress", "--reject-if", "paused"}).code == 6);
    CHECK(callflex({"workflow", "terminate", "c-1"}).code == 0);
    const auto closed = callflex({"workflow", "query", "c-1", "progress", "--reject-if", "not-open"});
    CHECK(closed.code == 6);
    CHECK(closed.err.find("is terminated") != std::string::npos);
}

}  // namespace test

// workflow reset, fork, pause, unpause, delete and audit list, against a real database without any worker.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    std::string start(const std::string& id, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"workflow", "start", "call-processing", "--id", id, "-i", "{}",
                                       "-o",       "json"};
        words.insert(words.end(), more.begin(), more.end());
        const auto printed = callflex(words);
        REQUIRE(printed.code == 0);
        return printed.json().at("run_id");
    }
};

}  // namespace

TEST_CASE("a paused run says so everywhere, and can be unpaused") {
    const Site site;
    site.start("c-1");
    CHECK(callflex({"workflow", "pause", "c-1", "--reason", "ticket 12"}).code == 0);
    const auto again = callflex({"workflow", "pause", "c-1", "-o", "json"});
    CHECK(again.json().at("duplicate") == true);
    CHECK(callflex({"workflow", "describe", "c-1"}).has("ticket 12"));
    CHECK(callflex({"workflow", "describe", "c-1", "-o", "json"}).json().at("paused").at("reason") ==
          "ticket 12");
    CHECK(callflex({"workflow", "why", "c-1"}).has("paused by"));
    CHECK(callflex({"workflow", "unpause", "c-1"}).code == 0);
    CHECK_FALSE(callflex({"workflow", "describe", "c-1"}).has("ticket 12"));
    const auto acts = callflex({"audit", "list", "-o", "json"}).json();
    REQUIRE(acts.size() == 2);
    CHECK(acts[0].at("verb") == "workflow unpause");
    CHECK(acts[1].at("reason") == "ticket 12");
}

TEST_CASE("a reset tells which run goes on, and the old one leads to it") {
    const Site site;
    const std::string base = site.start("c-1");
    const auto printed =
        callflex({"workflow", "reset", "c-1", "--to", "first", "--reason", "again", "-o", "json"});
    REQUIRE(printed.code == 0);
    CHECK(printed.json().at("base_run_id") == base);
    CHECK(printed.json().at("terminated_run_id") == base);
    CHECK(printed.json().at("after") == 1);
    const std::string run = printed.json().at("run_id");
    CHECK(callflex({"workflow", "describe", base, "-o", "json"}).json().at("continued_as") == run);
    CHECK(callflex({"workflow", "describe", "c-1"}).has("reset from"));
    CHECK(callflex({"workflow", "show", "c-1"}).has("reset of run " + base));
    CHECK(callflex({"audit", "list", "--verb", "workflow reset"}).has("again"));
}

TEST_CASE("an event inside an activation is rounded down, and a reset says so") {
    const Site site;
    site.start("c-1");
    const auto printed = callflex({"workflow", "reset", "c-1", "--event", "9"});
    CHECK(printed.code == 0);
    CHECK(printed.has("event 9 was rounded down"));
}

TEST_CASE("a reset without a point, with two, or to one that is not there is refused") {
    const Site site;
    site.start("c-1");
    CHECK(callflex({"workflow", "reset", "c-1"}).code == 2);
    CHECK(callflex({"workflow", "reset", "c-1", "--to", "first", "--event", "1"}).code == 2);
    CHECK(callflex({"workflow", "reset", "c-1", "--to", "yesterday"}).code == 2);
    CHECK(callflex({"workflow", "reset", "c-1", "--to", "mismatch"}).code == 6);
    CHECK(callflex({"workflow", "reset", "c-1", "--to", "last"}).code == 6);
    CHECK(callflex({"workflow", "reset", "c-1", "--to", "continue-as-new"}).code == 6);
    CHECK(callflex({"workflow", "reset", "c-1", "--build", "nobody"}).code == 6);
    CHECK(callflex({"workflow", "reset", "ghost", "--to", "first"}).code == 3);
    CHECK(site.database.value("select count(*) from engine.runs") == "1");
}

TEST_CASE("a fork has its own workflow id, and an open one is refused") {
    const Site site;
    const std::string base = site.start("c-1");
    site.start("c-2");
    const auto printed = callflex({"workflow", "fork", "c-1", "--to", "first", "--id", "c-3", "-o", "json"});
    REQUIRE(printed.code == 0);
    CHECK(callflex({"workflow", "describe", "c-3", "-o", "json"}).json().at("run_id") ==
          printed.json().at("run_id"));
    CHECK(callflex({"workflow", "describe", "c-1", "-o", "json"}).json().at("run_id") == base);
    const auto taken = callflex({"workflow", "fork", "c-1", "--to", "first", "--id", "c-2"});
    CHECK(taken.code == 6);
    CHECK(taken.err.find("is open") != std::string::npos);
    CHECK(callflex({"workflow", "fork", "c-1", "--to", "first"}).code == 2);
}

TEST_CASE("an open run is deleted only together with its end") {
    const Site site;
    site.start("c-1");
    const auto open = callflex({"workflow", "delete", "c-1"});
    CHECK(open.code == 6);
    CHECK(open.err.find("--terminate") != std::string::npos);
    CHECK(callflex({"workflow", "delete", "c-1", "--terminate", "--reason", "a test"}).code == 0);
    CHECK(callflex({"workflow", "delete", "c-1"}).code == 3);
    CHECK(site.database.value("select count(*) from engine.history") == "0");
    CHECK(callflex({"audit", "list", "--target", "c-1"}).has("workflow delete"));
}

TEST_CASE("a start takes its time-outs and its retry policy, and describe shows them") {
    const Site site;
    site.start("c-1", {"--execution-timeout", "2h", "--run-timeout", "10m", "--retry-attempts", "3",
                       "--on-mismatch", "fail"});
    const auto described = callflex({"workflow", "describe", "c-1"});
    CHECK(described.has("1 of 3"));
    CHECK(described.has("deadline of all"));
    CHECK(described.has("run deadline"));
    CHECK(callflex({"workflow", "start", "call-processing", "--execution-timeout", "soon"}).code == 2);
    CHECK(callflex({"workflow", "start", "call-processing", "--on-mismatch", "panic"}).code == 2);
}

}  // namespace test

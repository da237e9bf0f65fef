// The workflow commands against a real database, without any worker: what they print for people and for
// programs, and their exit codes.

#include <doctest/doctest.h>

#include <sstream>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

/// A database that DATABASE_URL names.
struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    /// Starts a run and returns its run id.
    std::string start(const std::string& id) {
        const auto printed =
            callflex({"workflow", "start", "call-processing", "--id", id, "-i", "{}", "-o", "json"});
        REQUIRE(printed.code == 0);
        return printed.json().at("run_id");
    }
};

std::vector<std::string> json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--output", "json"});
    return arguments;
}

}  // namespace

TEST_CASE("a run is started, and its ids are told") {
    const Site site;
    const auto first =
        callflex(json({"workflow", "start", "call-processing", "--id", "c-1", "-i", "{\"a\": 1}"}));
    CHECK(first.code == 0);
    CHECK(first.json().at("workflow_id") == "c-1");
    CHECK(first.json().at("started") == true);
    CHECK(first.json().at("run_id") == site.database.value("select run_id from engine.runs"));

    const auto again = callflex({"workflow", "start", "call-processing", "--id", "c-1"});
    CHECK(again.code == 6);
    CHECK(again.err.find("has an open run") != std::string::npos);
    CHECK(again.err.find("--conflict use-existing") != std::string::npos);

    const auto used =
        callflex(json({"workflow", "start", "call-processing", "--id", "c-1", "--conflict", "use-existing"}));
    CHECK(used.code == 0);
    CHECK(used.json().at("started") == false);
    CHECK(used.json().at("run_id") == first.json().at("run_id"));
}

TEST_CASE("a start is refused for an unknown type and for input that is not JSON") {
    const Site site;
    const auto type = callflex({"workflow", "start", "call-procesing"});
    CHECK(type.code == 2);
    CHECK(type.err.find("call-processing") != std::string::npos);
    const auto input = callflex({"workflow", "start", "call-processing", "-i", "{oops"});
    CHECK(input.code == 2);
    CHECK(input.err.find("not JSON") != std::string::npos);
    CHECK(callflex({"workflow", "start", "call-processing", "--input-file", "/nonexistent"}).code == 3);
    CHECK(callflex({"workflow", "start", "call-processing", "--delay", "soon"}).code == 2);
    CHECK(site.database.value("select count(*) from engine.runs") == "0");
}

TEST_CASE("every command that names a run says when there is none: exit code 3") {
    const Site site;
    for (const auto* command : {"describe", "show", "result", "cancel", "terminate", "stack", "why"}) {
        CAPTURE(command);
        for (const auto* run : {"ghost", "0198c0de-0000-7000-8000-000000000000"}) {
            const auto printed = callflex({"workflow", command, run});
            CHECK(printed.code == 3);
            CHECK(printed.out.empty());
            CHECK(printed.err.find("error: there is no") == 0);
        }
    }
    CHECK(callflex({"workflow", "signal", "ghost", "hello"}).code == 3);
}

TEST_CASE("a list is a table, an array, or a line a run") {
    Site site;
    CHECK(callflex({"workflow", "list"}).err == "no runs match\n");
    CHECK(callflex(json({"workflow", "list"})).json() == nlohmann::json::array());
    site.start("c-1");
    site.start("c-2");
    const auto table = callflex({"workflow", "list"});
    CHECK(table.has("WORKFLOW ID  TYPE             STATUS   STARTED"));
    CHECK(table.out.find("c-2") < table.out.find("c-1"));
    CHECK(table.out.find('\x1b') == std::string::npos);

    const auto array = callflex(json({"workflow", "list"})).json();
    REQUIRE(array.size() == 2);
    for (const auto* member :
         {"run_id", "workflow_id", "type", "tenant", "status", "blocked", "started_at"}) {
        CHECK(array[0].contains(member));
    }
    CHECK_FALSE(array[0].contains("closed_at"));
    const auto lines = callflex({"workflow", "list", "-o", "jsonl", "--limit", "1"});
    CHECK(nlohmann::json::parse(lines.out).at("workflow_id") == "c-2");
    CHECK(callflex(json({"workflow", "list", "--prefix", "c-1"})).json().size() == 1);
    CHECK(callflex(json({"workflow", "list", "--status", "completed"})).json().empty());
    CHECK(callflex(json({"workflow", "list", "--started-before", "1h"})).json().empty());
}

TEST_CASE("more runs than a page are listed to the limit") {
    Site site;
    for (int i = 0; i < 3; ++i) site.start("c-" + std::to_string(i));
    CHECK(callflex(json({"workflow", "list", "--limit", "2"})).json().size() == 2);
    CHECK(callflex({"workflow", "list", "--limit", "2"}).err.find("more with --limit") != std::string::npos);
}

TEST_CASE("runs are counted by status") {
    Site site;
    site.start("c-1");
    site.start("c-2");
    REQUIRE(callflex({"workflow", "terminate", "c-1"}).code == 0);
    const auto counts = callflex(json({"workflow", "count"})).json();
    CHECK(counts.at("total") == 2);
    CHECK(counts.at("running") == 1);
    CHECK(counts.at("terminated") == 1);
    CHECK(counts.at("blocked") == 0);
    CHECK(callflex({"workflow", "count"}).has("total"));
}

TEST_CASE("a run is described by run id and by workflow id alike") {
    Site site;
    const auto run = site.start("c-1");
    const auto by_run = callflex(json({"workflow", "describe", run})).json();
    CHECK(by_run.at("workflow_id") == "c-1");
    CHECK(by_run.at("status") == "running");
    CHECK(by_run.at("events") == 1);
    CHECK(by_run.at("activities").empty());
    CHECK_FALSE(by_run.contains("owner"));
    CHECK(callflex(json({"workflow", "describe", "c-1"})).json().at("run_id") == run);
    CHECK(callflex({"workflow", "describe", "c-1"}).has("status       running"));
    CHECK(callflex({"workflow", "describe", run, "--workflow-id"}).code == 3);
}

TEST_CASE("a blocked run is marked in list and described with its reason") {
    Site site;
    const auto run = site.start("c-1");
    site.database.execute(
        "update engine.live_runs set failures = 3, wake_at = engine.now() + interval '1 min'");
    site.database.execute("insert into engine.blocked values ('" + run +
                          "', 'mismatch', 'event 4 differs', " + "engine.now(), 3, 'build-6')");
    CHECK(callflex({"workflow", "list"}).has("running (blocked)"));
    CHECK(callflex(json({"workflow", "list", "--blocked"})).json().at(0).at("blocked") == true);
    const auto described = callflex({"workflow", "describe", "c-1"});
    CHECK(described.has("Blocked (mismatch)"));
    CHECK(described.has("event 4 differs"));
    CHECK(callflex(json({"workflow", "describe", "c-1"})).json().at("blocked_by").at("failures") == 3);
    CHECK(callflex(json({"workflow", "why", "c-1"})).json().at("kind") == "blocked");
}

TEST_CASE("a result tells completed from failed from timed out, by its exit code") {
    Site site;
    site.start("c-1");
    const auto waiting = callflex({"workflow", "result", "c-1", "--timeout", "50ms"});
    CHECK(waiting.code == 4);
    CHECK(waiting.err.find("still goes on after 50 ms") != std::string::npos);
    REQUIRE(callflex({"workflow", "terminate", "c-1", "--reason", "no use"}).code == 0);
    const auto ended = callflex({"workflow", "result", "c-1"});
    CHECK(ended.code == 1);
    CHECK(ended.out.empty());
    CHECK(ended.err.find("terminated") != std::string::npos);
    CHECK(ended.err.find("no use") != std::string::npos);
    const auto for_programs = callflex(json({"workflow", "result", "c-1"}));
    CHECK(for_programs.code == 1);
    CHECK(for_programs.json().at("status") == "terminated");
    CHECK(for_programs.json().at("failure").at("kind") == "terminated");
}

TEST_CASE("messages to an ended run are refused: exit code 6") {
    Site site;
    site.start("c-1");
    REQUIRE(callflex({"workflow", "signal", "c-1", "hello", "-i", "1", "--request-id", "r"}).code == 0);
    const auto twice = callflex(json({"workflow", "signal", "c-1", "hello", "--request-id", "r"}));
    CHECK(twice.code == 0);
    CHECK(twice.json().at("duplicate") == true);
    CHECK(callflex(json({"workflow", "cancel", "c-1"})).json().at("delivered") == true);
    REQUIRE(callflex({"workflow", "terminate", "c-1"}).code == 0);
    CHECK(callflex({"workflow", "signal", "c-1", "hello"}).code == 6);
    CHECK(callflex({"workflow", "cancel", "c-1"}).code == 6);
    CHECK(callflex({"workflow", "terminate", "c-1"}).code == 6);
}

TEST_CASE("a history is a timeline, a line an event, or an export") {
    Site site;
    const auto run = site.start("c-1");
    REQUIRE(callflex({"workflow", "terminate", "c-1", "--reason", "\x1b[31mred"}).code == 0);
    const auto timeline = callflex({"workflow", "show", "c-1", "--follow"});
    CHECK(timeline.code == 0);
    CHECK(timeline.has("▶ WorkflowStarted"));
    CHECK(timeline.has("✗ WorkflowTerminated"));
    CHECK(timeline.has("\\u001b[31mred"));
    CHECK(timeline.out.find('\x1b') == std::string::npos);

    std::vector<std::string> kinds;
    std::istringstream lines(callflex({"workflow", "show", "c-1", "-o", "jsonl"}).out);
    for (std::string line; std::getline(lines, line);)
        kinds.push_back(nlohmann::json::parse(line).at("kind"));
    CHECK(kinds == std::vector<std::string>{"WorkflowStarted", "WorkflowTerminated"});
    const auto exported = callflex(json({"workflow", "show", "c-1"})).json();
    CHECK(exported.at("run_id") == run);
    CHECK(exported.at("activations").size() == 2);
    CHECK(callflex(json({"workflow", "show", "c-1", "--follow"})).code == 2);
}

TEST_CASE("payloads are shown when asked for, and harmless") {
    const Site site;
    REQUIRE(
        callflex({"workflow", "start", "call-processing", "--id", "c-1", "-i", R"({"text": "\u001b[2J"})"})
            .code == 0);
    CHECK_FALSE(callflex({"workflow", "show", "c-1"}).has("[2J"));
    const auto shown = callflex({"workflow", "show", "c-1", "--payloads"});
    CHECK(shown.has(R"("text": "\u001b[2J")"));
    CHECK(shown.out.find('\x1b') == std::string::npos);
}

TEST_CASE("colours are for terminals, unless NO_COLOR or --color say otherwise") {
    Site site;
    site.start("c-1");
    const auto colored = [](const Printed& printed) {
        return printed.out.find("\x1b[") != std::string::npos;
    };
    const Variable unset{"NO_COLOR", ""};
    CHECK(colored(callflex_on_terminal({"workflow", "list"})));
    CHECK_FALSE(colored(callflex({"workflow", "list"})));
    CHECK(colored(callflex({"workflow", "list", "--color", "always"})));
    CHECK_FALSE(colored(callflex_on_terminal({"workflow", "list", "--color", "never"})));
    const Variable no_color{"NO_COLOR", "1"};
    CHECK_FALSE(colored(callflex_on_terminal({"workflow", "list"})));
}

TEST_CASE("why and stack answer for a run that no worker has touched") {
    Site site;
    site.start("c-1");
    const auto why = callflex({"workflow", "why", "c-1"});
    CHECK(why.code == 0);
    CHECK(why.has("no worker with a live lease"));
    CHECK(callflex(json({"workflow", "why", "c-1"})).json().at("kind") == "no_worker");
    const auto stack = callflex(json({"workflow", "stack", "c-1"}));
    CHECK(stack.json().contains("stack"));
}

}  // namespace test

// trace, diff and tail of runs that a worker has taken on: activities, timers, children, and events as they
// come.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <sstream>
#include <thread>

#include "engine/client/client.hpp"
#include "tests/cli/workplace.hpp"
#include "tests/support/eventually.hpp"

namespace test {
namespace {

using namespace durable;
using namespace std::chrono_literals;
using Answer = boost::asio::awaitable<int>;
using Json = nlohmann::json;

constexpr Activity<int, int> pack{"pack", {.start_to_close = 30s, .initial_interval = 10ms}};
constexpr Activity<int, int> call_taxi{"call_taxi", {.start_to_close = 30s, .maximum_attempts = 1}};
constexpr WorkflowType<int, int> outing{"outing"};
constexpr WorkflowType<int, int> picnic{"picnic"};
constexpr Signal<int> guests_came{"guests_came"};

/// The first attempt fails in whatever is called "clumsy".
Answer run_pack(ActivityContext& context, int guests) {
    const bool clumsy = context.info().workflow.value.starts_with("clumsy");
    if (clumsy && context.info().attempt == 1) throw ApplicationError{"Dropped", "the basket fell"};
    co_return guests;
}
Answer run_call_taxi(ActivityContext&, int) {
    throw ApplicationError{"NoTaxi", "all of them are out"};
    co_return 0;
}
/// Packs, and takes guests until there is a negative one.
Task<int> run_picnic(Workflow& wf, int guests) {
    co_await wf.run(pack, guests);
    while (true) {
        const int more = co_await wf.signals(guests_came).receive();
        if (more < 0) co_return guests;
        guests += more;
    }
}
/// Packs, gets no taxi, and has a picnic of an hour at least.
Task<int> run_outing(Workflow& wf, int guests) {
    co_await wf.run(pack, guests);
    static_cast<void>(co_await wf.attempt(call_taxi, guests));
    auto [nothing, came] =
        co_await wf.all(wf.sleep(1h), wf.child(picnic, guests, {.workflow = WorkflowId{"the picnic"}}));
    co_return came;
}

struct Park : Workplace {
    Park() {
        workflows.add(outing, run_outing);
        workflows.add(picnic, run_picnic);
        activities.async(pack, run_pack);
        activities.async(call_taxi, run_call_taxi);
        start_worker("park");
    }
    RunId start(const WorkflowType<int, int>& type, const std::string& id, int guests) {
        return client.start(type, guests, {.workflow = WorkflowId{id}}).run;
    }
    void signal(const std::string& id, int guests) {
        REQUIRE(client.signal({.workflow = WorkflowId{id}}, guests_came, guests) ==
                client::SendResult::delivered);
    }
    void until_events(const std::string& id, int events) {
        REQUIRE(eventually([&] {
            const auto info = client.describe({.workflow = WorkflowId{id}});
            return info && info->events >= events;
        }));
    }

    client::Client client{{.connection_string = database.url()}};
};

Json tree_of(const std::string& id, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"workflow", "trace", id, "-o", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return callflex(arguments).json();
}
std::string line_of(const Json& node) {
    return std::string{node.at("kind")} + " " + std::string{node.at("name")} + ": " +
           std::string{node.at("state")};
}
std::vector<std::string> children_of(const Json& node) {
    std::vector<std::string> lines;
    for (const Json& child : node.value("children", Json::array())) lines.push_back(line_of(child));
    return lines;
}

}  // namespace

TEST_CASE_FIXTURE(Park, "trace shows activities, timers and children as a tree, with what became of each") {
    start(outing, "clumsy", 4);
    until_events("the picnic", 3);
    until_events("clumsy", 8);
    const Json running = tree_of("clumsy");
    CHECK(line_of(running) == "workflow clumsy  outing: running");
    CHECK(children_of(running) ==
          std::vector<std::string>{"activity pack: completed", "activity call_taxi: failed",
                                   "timer timer 1 h: running", "workflow the picnic  picnic: running"});
    CHECK(running.at("children").at(0).at("note") == "attempt 2");
    CHECK(std::string{running.at("children").at(1).at("note")}.find("all of them are out") !=
          std::string::npos);
    CHECK(children_of(running.at("children").at(3)) == std::vector<std::string>{"activity pack: completed"});
    const auto people = callflex({"workflow", "trace", "clumsy"});
    CHECK(people.has("▷ clumsy  outing"));
    CHECK(people.has("├─ ✓ pack"));
    CHECK(people.has("├─ ! call_taxi"));
    CHECK(people.has("├─ ⧖ timer 1 h"));
    CHECK(people.has("╚═ ▷ the picnic  picnic"));
    CHECK(people.has("   └─ ✓ pack"));
    CHECK(children_of(tree_of("clumsy", {"--depth", "0"}).at("children").at(3)).empty());
}

TEST_CASE_FIXTURE(Park, "trace folds a child that has completed, unless it is told not to") {
    start(outing, "outing", 4);
    until_events("the picnic", 3);
    signal("the picnic", -1);
    until_events("outing", 9);
    database.advance(2h);
    CHECK(client.wait_result({.workflow = WorkflowId{"outing"}}, 60s).status == replay::RunStatus::completed);
    const Json folded = tree_of("outing");
    CHECK(children_of(folded) ==
          std::vector<std::string>{"activity pack: completed", "activity call_taxi: failed",
                                   "timer timer 1 h: completed", "workflow the picnic  picnic: completed"});
    CHECK(children_of(folded.at("children").at(3)).empty());
    CHECK(children_of(tree_of("outing", {"--no-fold"}).at("children").at(3)) ==
          std::vector<std::string>{"activity pack: completed"});
}

TEST_CASE_FIXTURE(Park, "diff: names, moments and attempts make no difference; values do, and are named") {
    start(picnic, "clumsy", 4);
    start(picnic, "deft", 4);
    for (const char* id : {"clumsy", "deft"}) {
        until_events(id, 3);
        signal(id, 2);
        until_events(id, 4);
    }
    const auto alike = callflex({"workflow", "diff", "clumsy", "deft"});
    CHECK(alike.code == 0);
    CHECK(alike.has("the same"));

    signal("clumsy", 5);
    signal("deft", 6);
    for (const char* id : {"clumsy", "deft"}) until_events(id, 5);
    const auto parted = callflex({"workflow", "diff", "clumsy", "deft", "--context", "1"});
    CHECK(parted.code == 1);
    CHECK(parted.has("event 5 differs in input"));
    CHECK_FALSE(parted.has("WorkflowStarted"));
    const Json told = callflex({"workflow", "diff", "clumsy", "deft", "-o", "json"}).json();
    CHECK(told.at("same") == false);
    CHECK(told.at("first_difference") == 5);
    CHECK(told.at("sides").at(0).at("fields").at("input") == 5);
    CHECK(told.at("sides").at(1).at("fields").at("input") == 6);

    start(picnic, "crowded", 40);
    until_events("crowded", 3);
    CHECK(callflex({"workflow", "diff", "deft", "crowded"}).has("event 1 differs in input"));
}

TEST_CASE_FIXTURE(Park, "tail prints each new event once, in order, of the runs and kinds asked for only") {
    start(picnic, "shown", 0);
    start(picnic, "other", 0);
    for (const char* id : {"shown", "other"}) until_events(id, 3);
    for (const char* format : {"jsonl", "table"}) {
        CAPTURE(format);
        std::atomic<bool> over{false};
        Printed printed;
        std::jthread reader{[&] {
            printed = callflex({"workflow", "tail", "-q", "WorkflowId = 'shown'", "--kind", "SignalReceived",
                                "--every", "50ms", "--rounds", "20", "-o", format});
            over = true;
        }};
        do {
            signal("shown", 1);
            signal("other", 1);
        } while (!eventually([&] { return over.load(); }, 20ms));
        reader.join();
        CHECK(printed.code == 0);
        if (std::string{format} == "table") {
            CHECK(printed.has("shown"));
            CHECK(printed.has("SignalReceived"));
            CHECK_FALSE(printed.has("other"));
            continue;
        }
        int before = 3;
        std::istringstream lines{printed.out};
        for (std::string line; std::getline(lines, line);) {
            const Json event = Json::parse(line);
            CHECK(event.at("workflow_id") == "shown");
            CHECK(event.at("kind") == "SignalReceived");
            CHECK(event.at("name") == "guests_came");
            CHECK(event.at("input") == 1);
            CHECK((before == 3 || event.at("event") == before + 1));
            CHECK(event.at("event") > before);
            before = event.at("event");
        }
        CHECK(before > 3);
    }
}

}  // namespace test

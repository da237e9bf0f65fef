// Deploy commands, workflow move and workflow patches against a real database: what they print for people
// and for programs, and their exit codes. Without a worker, but where a run has to meet a patch.

#include <doctest/doctest.h>

#include "activities/housekeeping.hpp"
#include "api/build_id.hpp"
#include "engine/worker/worker.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"
#include "tests/support/eventually.hpp"
#include "workflows/register.hpp"

namespace test {
namespace {

using Json = nlohmann::json;

const std::string this_build{callflex::build_id()};

struct Site {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    void start(const std::string& id,
               const std::string& input = R"({"months_ahead": 3, "keep_calls_months": 0})") const {
        REQUIRE(callflex({"workflow", "start", "partition-maintenance", "--id", id, "-i", input}).code == 0);
    }
};

Printed promote(const std::string& build, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"deploy",   "promote",    build,
                                       "--reason", "release 42", "--without-workers"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return callflex(arguments);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

template <class Output>
boost::asio::awaitable<Output> nothing_to_do(durable::ActivityContext&, callflex::PartitionPolicy) {
    co_return Output{};
}
/// So that the run stays open behind its patch.
boost::asio::awaitable<callflex::ShrinkReport> never_shrinks(durable::ActivityContext&,
                                                             callflex::PartitionPolicy) {
    throw durable::ApplicationError{"Busy", "not now"};
    co_return callflex::ShrinkReport{};
}

/// A worker of this program whose partitions need nothing.
struct Upkeep {
    explicit Upkeep(const std::string& database_url) {
        callflex::register_workflows(workflows);
        activities.async(callflex::make_partitions, nothing_to_do<callflex::PartitionReport>);
        activities.async(callflex::drop_old_partition, nothing_to_do<callflex::PartitionReport>);
        activities.async(callflex::shrink_partitions, never_shrinks);
        durable::worker::WorkerOptions options;
        options.connection_string = database_url;
        options.name = "upkeep";
        options.build = this_build;
        worker.emplace(std::move(options), workflows, activities);
        worker->start();
    }
    durable::WorkflowRegistry workflows;
    durable::worker::ActivityRegistry activities;
    std::optional<durable::worker::Worker> worker;
};

}  // namespace

TEST_CASE("deploy check: nothing is open, the build passes, and the verdict lets it in") {
    const Site site;
    const auto refused = promote(this_build);
    CHECK(refused.code == 6);
    CHECK(contains(refused.err, "has not been checked"));
    CHECK(contains(refused.err, "callflex deploy check"));

    const auto checked = callflex({"deploy", "check"});
    CHECK(checked.code == 0);
    CHECK(checked.has("passed " + this_build));
    CHECK(promote(this_build).code == 0);
    CHECK(promote(this_build).has("so already"));
    const auto list = callflex({"deploy", "list", "-o", "json"}).json();
    REQUIRE(list.size() == 1);
    CHECK(list[0].at("queue") == "default");
    CHECK(list[0].at("current") == this_build);
    const auto status = callflex({"deploy", "status"});
    CHECK(status.has("current"));
    CHECK(status.has("passed"));
}

TEST_CASE(
    "deploy check: a run whose input does not decode is named with its field, and promotion is refused") {
    const Site site;
    site.start("upkeep-1", R"({"oops": true})");
    const auto checked = callflex({"deploy", "check"});
    CHECK(checked.code == 1);
    CHECK(checked.has("partition-maintenance"));
    CHECK(checked.has("upkeep-1"));
    CHECK(checked.has("undecodable of its input"));
    const auto json = callflex({"deploy", "check", "-o", "json"}).json();
    CHECK(json.at("passed") == false);
    CHECK(json.at("broken_runs") == 1);
    CHECK(json.at("breakages").at(0).at("stage") == "input");
    CHECK(json.at("breakages").at(0).at("broken").at(0).at("workflow_id") == "upkeep-1");

    const auto refused = promote(this_build);
    CHECK(refused.code == 6);
    CHECK(contains(refused.err, "1 of 1 open runs break"));
    CHECK(promote(this_build, {"--force"}).code == 0);
    CHECK(site.database.value("select verb || ' ' || target || ' ' || reason from engine.audit") ==
          "deploy promote default release 42");
    CHECK(callflex({"deploy", "status"}).has("by force: release 42"));
}

TEST_CASE("deploy check --no-verdict stores nothing, and a terminal sees progress") {
    const Site site;
    site.start("upkeep-1");
    const auto checked = callflex_on_terminal({"deploy", "check", "--no-verdict"});
    CHECK(contains(checked.err, "replaying … 1 of 1 open runs"));
    CHECK(site.database.value("select count(*) from engine.verdicts") == "0");
}

TEST_CASE("deploy ramp, drain and end") {
    const Site site;
    CHECK(callflex({"deploy", "ramp", "b-2", "-p", "10", "--reason", "r"}).code == 6);
    REQUIRE(promote("b-1", {"--force"}).code == 0);
    const auto ramp = callflex(
        {"deploy", "ramp", "b-2", "-p", "10", "--reason", "r", "--force", "--without-workers", "-o", "json"});
    CHECK(ramp.code == 0);
    CHECK(ramp.json().at("ramping") == "b-2");
    CHECK(ramp.json().at("percent") == 10);
    CHECK(callflex({"deploy", "list"}).has("b-2 (10 %)"));
    CHECK(callflex({"deploy", "drain", "b-1", "--reason", "r"}).code == 6);
    CHECK(callflex({"deploy", "drain", "b-2", "--reason", "r"}).has("b-2 is drained"));
    CHECK(callflex({"deploy", "end", "--reason", "enough"}).code == 0);
    CHECK(callflex({"deploy", "end", "--reason", "enough"}).code == 3);
    CHECK(contains(callflex({"deploy", "list"}).err, "no queue is routed"));
    CHECK(callflex({"deploy", "promote", "b-1"}).code == 2);
    CHECK(callflex({"deploy", "ramp", "b-1", "-p", "100", "--reason", "r"}).code == 2);
}

TEST_CASE("workflow move gives a run to a build, and says why it cannot") {
    const Site site;
    site.start("upkeep-1");
    const std::vector<std::string> move{"workflow", "move",     "upkeep-1",   "--build",
                                        "b-2",      "--reason", "has the fix"};
    CHECK(callflex(move).code == 6);
    REQUIRE(promote("b-1", {"--force"}).code == 0);
    CHECK(callflex(move).has("upkeep-1 goes on with build b-2"));
    CHECK(callflex({"workflow", "move", "upkeep-1", "--current", "--reason", "back"})
              .has("goes on with the current build"));
    CHECK(callflex({"workflow", "move", "upkeep-1", "--reason", "?"}).code == 2);
    CHECK(callflex({"workflow", "move", "ghost", "--build", "b", "--reason", "?"}).code == 3);
}

TEST_CASE("workflow patches: nothing has met one, in words and in JSON") {
    const Site site;
    site.start("upkeep-1");
    const auto people = callflex({"workflow", "patches"});
    CHECK(people.code == 0);
    CHECK(contains(people.err, "no open run has met a patch"));
    CHECK(callflex({"workflow", "patches", "-o", "json"}).json().empty());
}

TEST_CASE("workflow patches: names a patch, which runs go which way, and what may be done about it") {
    const Site site;
    const Upkeep upkeep{site.database.url()};
    site.start("upkeep-1");
    Json found;
    REQUIRE(eventually([&] {
        found = callflex({"workflow", "patches", "-o", "json"}).json();
        return found.size() == 1;
    }));
    const Json& patch = found.at(0);
    CHECK(patch.at("patch") == "engine-partitions-shrink");
    CHECK(patch.at("new_way") == 1);
    CHECK(patch.at("old_way") == 0);
    CHECK(patch.at("runs_new_way").at(0).at("workflow_id") == "upkeep-1");
    CHECK(patch.at("safe_to_deprecate") == true);
    CHECK(patch.at("safe_to_remove") == false);

    const auto people = callflex({"workflow", "patches", "--all"});
    CHECK(people.code == 0);
    CHECK(people.has("safe to deprecate"));
    CHECK(people.has("new way  partition-maintenance upkeep-1"));
    CHECK_FALSE(people.has("old way  "));
    CHECK(callflex({"workflow", "patches", "--patch", "engine-partitions-shrink"}).has("safe to deprecate"));
    CHECK(contains(callflex({"workflow", "patches", "--patch", "another"}).err, "no open run has met"));
}

}  // namespace test

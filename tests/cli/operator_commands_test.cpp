// replay, check, doctor and migrate.

#include <doctest/doctest.h>

#include "activities/calls.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/id_source.hpp"
#include "tests/cli/console.hpp"
#include "tests/cli/file.hpp"
#include "tests/support/database.hpp"
#include "workflows/register.hpp"

namespace test {
namespace {

using namespace durable;

/// The first two activations of a call-processing run, as this build makes them, exported.
std::string recorded_call() {
    WorkflowRegistry workflows;
    callflex::register_workflows(workflows);
    const RunId run = store::IdSource{}.run_id();
    const Timestamp now{std::chrono::seconds{1'800'000'000}};
    history::Activation first;
    first.time = now;
    first.build = "build-6";
    history::WorkflowStarted started;
    started.type = std::string{callflex::call_processing.name};
    started.workflow_id = "call-processing-1";
    started.queue = "default";
    callflex::EndedCall call;
    call.transcript = "User: hello";
    started.input = encode(call);
    first.arrived.emplace_back(started);
    replay::Execution execution{workflows, run, "build-6"};
    REQUIRE_FALSE(execution.replay(first));
    auto result = execution.activate({}, now);
    REQUIRE(result.activated);
    return history::export_json(run, {first, result.activated->activation});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a history that this build answers as recorded replays: exit code 0") {
    const File file{recorded_call()};
    const auto printed = callflex({"replay", file.path()});
    CHECK(printed.code == 0);
    CHECK(printed.has("ok "));
    const auto json = callflex({"replay", file.path(), "-o", "json"}).json();
    CHECK(json.at(0).at("ok") == true);
    CHECK(json.at(0).at("activations") == 2);
}

TEST_CASE("a mismatch shows event, what was recorded, what was found, and the line: exit code 1") {
    const File file{replaced(recorded_call(), "store_transcript", "frame_transcript")};
    const File good{recorded_call()};
    const auto printed = callflex({"replay", good.path(), file.path()});
    CHECK(printed.code == 1);
    CHECK(printed.has("mismatch"));
    CHECK(printed.has("event     2"));
    CHECK(printed.has("frame_transcript"));
    CHECK(printed.has("store_transcript"));
    CHECK(printed.has("(build build-6)"));
    CHECK(printed.has("workflows/call_processing.cpp:"));
    const auto json = callflex({"replay", file.path(), "-o", "json"});
    CHECK(json.code == 1);
    const auto mismatch = json.json().at(0).at("mismatch");
    for (const auto* member : {"event", "recorded", "found", "source", "recorded_build"})
        CHECK(mismatch.contains(member));
}

TEST_CASE("a file that is no history is a usage error, a missing one is not found") {
    const File file{"{\"hello\": 1}"};
    const auto printed = callflex({"replay", file.path()});
    CHECK(printed.code == 2);
    CHECK(printed.has("not an exported history"));
    CHECK(callflex({"replay", "/nonexistent.json"}).code == 3);
}

TEST_CASE("check finds nothing in a fresh database, and finds what is broken") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    const auto clean = callflex({"check"});
    CHECK(clean.code == 0);
    CHECK(clean.has("invariants hold"));
    REQUIRE(callflex({"workflow", "start", "call-processing", "--id", "c-1"}).code == 0);
    database.execute("update engine.live_runs set next_event = 5");
    const auto broken = callflex({"check", "-o", "json"});
    CHECK(broken.code == 1);
    CHECK(broken.json().at("violated") > 0);
    CHECK(callflex({"check"}).has("✗"));
}

TEST_CASE("doctor looks at everything and says how to mend it") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    const Variable half{"TWILIO_ACCOUNT_SID", "AC1"};
    const Variable rest{"TWILIO_AUTH_TOKEN", ""};
    const auto printed = callflex({"doctor"});
    CHECK(printed.has("reachable"));
    CHECK(printed.has("up to date with this build"));
    CHECK(printed.has("→ set TWILIO_AUTH_TOKEN"));
    CHECK(printed.has("none has a live lease"));
    CHECK_FALSE(printed.has("AC1"));
    const auto json = callflex({"doctor", "-o", "json"}).json();
    for (const auto& finding : json.at("findings")) {
        for (const auto* member : {"area", "level", "name", "what"}) CHECK(finding.contains(member));
        const bool needs_remedy = finding.at("level") == "problem" || finding.at("level") == "warning";
        if (needs_remedy) CHECK(finding.contains("remedy"));
    }
}

TEST_CASE("doctor reports a database that does not answer as a problem, not as a crash") {
    const Variable url{"DATABASE_URL", "host=/nonexistent dbname=x"};
    const auto printed = callflex({"doctor", "-o", "json"});
    CHECK(printed.code == 1);
    CHECK(printed.json().at("problems") == 1);
}

TEST_CASE("DATABASE_URL_FILE stands for DATABASE_URL") {
    const Database database;
    const File file{database.url() + "\n"};
    const Variable no_url{"DATABASE_URL", ""};
    const Variable from_file{"DATABASE_URL_FILE", file.path()};
    CHECK(callflex({"workflow", "list"}).code == 0);
    const Variable wrong{"DATABASE_URL_FILE", "/nonexistent"};
    CHECK(callflex({"workflow", "list"}).code == 2);
}

TEST_CASE("migrate plans, applies, and then has nothing to do") {
    const EmptyDatabase database;
    const Variable url{"DATABASE_URL", database.owner_url()};
    const auto plan = callflex({"migrate", "--plan", "-o", "json"}).json();
    CHECK(plan.at("pending").size() > 1);
    const auto refused = callflex({"workflow", "list"});
    CHECK(refused.code == 1);
    CHECK(refused.err.find("callflex migrate") != std::string::npos);
    const auto applied = callflex({"migrate", "-o", "json"});
    CHECK(applied.code == 0);
    CHECK(applied.json().at("applied").size() == plan.at("pending").size());
    CHECK(callflex({"migrate"}).has("up to date"));
    CHECK(callflex({"workflow", "list"}).code == 0);
}

TEST_CASE("a database newer than this build is refused: exit code 6") {
    const Database database;
    const Variable url{"DATABASE_URL", database.owner_url()};
    database.execute(
        "insert into engine.migrations (area, number, name, contracts) values ('engine', 9999, "
        "'9999_future', true)");
    CHECK(callflex({"migrate"}).code == 6);
    CHECK(callflex({"worker"}).code == 6);
    CHECK(callflex({"doctor"}).has("use the newer build"));
    database.execute("update engine.migrations set contracts = false where number = 9999");
    CHECK(callflex({"migrate"}).code == 6);
    CHECK(callflex({"doctor"}).has("this build works beside them"));
}

TEST_CASE("a worker on a database that was not migrated says what to do, and ends") {
    const EmptyDatabase database;
    const Variable url{"DATABASE_URL", database.owner_url()};
    const auto refused = callflex({"worker"});
    CHECK(refused.code == 1);
    CHECK(refused.err.find("callflex migrate") != std::string::npos);
}

}  // namespace test

// 1.6 Versioning and 2.12 Worker versions: which build goes on with which run. Real workers of two builds beside each
// other, on one routed queue.

#include <set>

#include "engine/client/batches.hpp"
#include "engine/deploy/groups.hpp"
#include "tests/conformance/fleet.hpp"
#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Versioning;
using durable::Workflow;
using durable::WorkflowRegistry;
using durable::WorkflowType;
using State = durable::client::BuildInfo::State;
using Outcome = durable::client::Promoted::Outcome;

constexpr WorkflowType<Nothing, std::string> campaign{
    "campaign"};  // goes to the current build at its next turn
constexpr WorkflowType<Nothing, std::string> faithful{"faithful"};  // stays with the build that began it
constexpr durable::Signal<std::string> word{"word"};

Task<std::string> waits_for_word(Workflow& wf, Nothing) {
    co_return co_await wf.signals(word).receive();
}
/// Changed code: what had been recorded is not what it does.
Task<std::string> sleeps_first(Workflow& wf, Nothing) {
    co_await wf.sleep(1h);
    co_return co_await wf.signals(word).receive();
}
/// Every run of the chain waits for one word; "again" begins another one.
Task<std::string> goes_on(Workflow& wf, Nothing) {
    const std::string said = co_await wf.signals(word).receive();
    if (said == "again") wf.continue_as_new(Nothing{});
    co_return said;
}

WorkflowRegistry program() {
    WorkflowRegistry workflows;
    workflows.add(campaign, waits_for_word);
    workflows.add(faithful, goes_on, Versioning::pinned);
    return workflows;
}

struct Office : Fleet {
    Outcome promote(const std::string& build, int percent = 100, bool force = true) {
        durable::client::Promotion promotion;
        promotion.build = build;
        promotion.percent = percent;
        promotion.force = force;
        promotion.act = {"ann@office", "release 42"};
        return deployments.promote(promotion).outcome;
    }
    durable::client::BuildInfo build(const std::string& name) {
        for (auto& info : deployments.builds("default")) {
            if (info.build == name) return info;
        }
        FAIL("no build " << name);
        return {};
    }
    RunId begun(const WorkflowType<Nothing, std::string>& type, const std::string& id) {
        const RunId run = start(type, Nothing{}, id);
        until_turns(run, 1);
        return run;
    }

    WorkflowRegistry workflows = program();
};

struct TwoBuilds : Office {
    std::unique_ptr<durable::worker::Worker> one = worker("build-1", workflows);
    std::unique_ptr<durable::worker::Worker> two = worker("build-2", workflows);
};

}  // namespace

TEST_CASE(
    "1.6 version pinning: a pinned run ends where it began, another one goes on with the current build") {
    TwoBuilds office;
    REQUIRE(office.promote("build-1") == Outcome::done);
    const RunId pinned = office.begun(faithful, "pinned");
    const RunId moving = office.begun(campaign, "moving");
    REQUIRE(office.promote("build-2") == Outcome::done);
    for (const RunId run : {pinned, moving}) office.signal(run, word, "hello");
    CHECK(office.result(faithful, pinned) == "hello");
    CHECK(office.result(campaign, moving) == "hello");
    CHECK(office.builds_of(pinned) == std::vector<std::string>{"build-1", "build-1"});
    CHECK(office.builds_of(moving) == std::vector<std::string>{"build-1", "build-2"});
    office.must_be_sound();
}

TEST_CASE("1.6 version pinning: the next run of a pinned chain begins on whichever build is current") {
    TwoBuilds office;
    REQUIRE(office.promote("build-1") == Outcome::done);
    const RunId first = office.begun(faithful, "pinned");
    REQUIRE(office.promote("build-2") == Outcome::done);
    office.signal(first, word, "again");
    office.until([&] { return office.number("select count(*) from engine.runs") == 2; });
    CHECK(office.client.signal(named("pinned"), word, std::string{"bye"}) ==
          durable::store::SendResult::delivered);
    const auto ended = office.client.wait_result(ref(first), 60s);
    CHECK(office.builds_of(first).back() == "build-1");
    CHECK(office.builds_of(ended.run).front() == "build-2");
}

TEST_CASE("2.12 routing: at most one build ramps, and a hash of the workflow id decides who gets a new run") {
    TwoBuilds office;
    CHECK(office.promote("build-2", 30) == Outcome::nothing_to_ramp_beside);
    REQUIRE(office.promote("build-1") == Outcome::done);
    REQUIRE(office.promote("build-2", 30) == Outcome::done);
    int ramped = 0;
    for (int i = 0; i < 30; ++i) {
        const std::string id = "campaign-" + std::to_string(i);
        const bool in_share = office.number("select (engine.ramp_bucket('" + id + "') < 30)::int") == 1;
        ramped += in_share ? 1 : 0;
        const RunId run = office.begun(campaign, id);
        CHECK(office.builds_of(run).front() == (in_share ? "build-2" : "build-1"));
    }
    CHECK(ramped > 0);
    CHECK(ramped < 30);
    CHECK(office.deployments.find("default")->ramping == "build-2");
    CHECK(office.deployments.find("default")->percent == 30);
    office.must_be_sound();
}

TEST_CASE("2.12 drainage: a replaced build drains until no open run is pinned to it, then it is drained") {
    TwoBuilds office;
    REQUIRE(office.promote("build-1") == Outcome::done);
    const RunId pinned = office.begun(faithful, "pinned");
    REQUIRE(office.promote("build-2") == Outcome::done);
    CHECK(office.build("build-1").state == State::draining);
    CHECK(office.build("build-1").pinned_runs == 1);
    CHECK(office.build("build-2").state == State::current);
    office.signal(pinned, word, "bye");
    CHECK(office.result(faithful, pinned) == "bye");
    CHECK(office.build("build-1").state == State::drained);
}

TEST_CASE("1.6 moving a run: an operator gives one open run to a build, or to whichever is current") {
    TwoBuilds office;
    REQUIRE(office.promote("build-1") == Outcome::done);
    const RunId moved = office.begun(campaign, "moved");
    const RunId freed = office.begun(faithful, "freed");
    CHECK(office.deployments.move(ref(moved), "build-2", {"ann", "has the fix"}) ==
          durable::store::Moved::moved);
    office.signal(moved, word, "hello");
    CHECK(office.result(campaign, moved) == "hello");
    CHECK(office.builds_of(moved) == std::vector<std::string>{"build-1", "build-2"});

    REQUIRE(office.promote("build-2") == Outcome::done);
    CHECK(office.deployments.move(ref(freed), std::nullopt, {"ann", "no need to wait"}) ==
          durable::store::Moved::moved);
    office.signal(freed, word, "hello");
    CHECK(office.result(faithful, freed) == "hello");
    CHECK(office.builds_of(freed) == std::vector<std::string>{"build-1", "build-2"});
    CHECK(office.number("select count(*) from engine.audit where verb = 'workflow move'") == 2);
    CHECK(office.deployments.move(ref(freed), "build-1", {"ann", "late"}) == durable::store::Moved::closed);
    office.must_be_sound();
}

TEST_CASE(
    "2.12 override: the build that a run was given to need not be routed, and why says whom it waits for") {
    Office office;
    const auto one = office.worker("build-1", office.workflows);
    REQUIRE(office.promote("build-1") == Outcome::done);
    const RunId run = office.begun(campaign, "moved");
    REQUIRE(office.deployments.move(ref(run), "build-3", {"ann", "try it"}) == durable::store::Moved::moved);
    office.signal(run, word, "hello");
    CHECK(office.client.why(office.workflows, ref(run)).cause ==
          "pinned to build build-3, and no live worker of queue default has it");
    const auto three = office.worker("build-3", office.workflows);
    CHECK(office.result(campaign, run) == "hello");
    CHECK(office.builds_of(run).back() == "build-3");
}

TEST_CASE("2.12 override: many runs are given to a build by one command, and back to the current one") {
    Office office;
    const auto one = office.worker("build-1", office.workflows);
    REQUIRE(office.promote("build-1") == Outcome::done);
    std::vector<RunId> runs;
    for (const char* id : {"a", "b", "c"}) runs.push_back(office.begun(campaign, id));
    durable::client::BatchClient batches{{.connection_string = office.database.url()}};
    const auto move = [&](const std::string& filter, const std::optional<std::string>& build) {
        durable::client::BatchRequest request;
        request.verb = durable::client::BatchVerb::move;
        request.filter = filter;
        request.arguments.build = build;
        request.reason = "try it";
        request.identity = "ann";
        const auto job = batches.create(request).request.job;
        office.until([&] { return batches.find(job)->state == durable::client::BatchState::completed; });
        return batches.find(job)->done;
    };
    CHECK(move("Type = 'campaign'", "build-3") == 3);
    CHECK(move("Build = 'build-3' and WorkflowId != 'a'", std::nullopt) == 2);
    for (const RunId run : runs) office.signal(run, word, "hello");
    CHECK(office.result(campaign, runs[1]) == "hello");
    CHECK(office.result(campaign, runs[2]) == "hello");
    CHECK(office.client.why(office.workflows, ref(runs[0])).cause ==
          "pinned to build build-3, and no live worker of queue default has it");
    const auto three = office.worker("build-3", office.workflows);
    CHECK(office.result(campaign, runs[0]) == "hello");
    CHECK(office.builds_of(runs[0]).back() == "build-3");
    CHECK(office.builds_of(runs[1]).back() == "build-1");
}

TEST_CASE(
    "2.12 guards: no build is promoted without a good verdict and a live worker, unless somebody says why") {
    Office office;
    const auto one = office.worker("build-1", office.workflows);
    CHECK(office.promote("build-1", 100, false) == Outcome::no_verdict);
    CHECK(office.promote("build-9") == Outcome::no_workers);
    CHECK(office.promote("build-1") == Outcome::done);
    CHECK(office.build("build-1").forced == "release 42");
    CHECK(office.number("select count(*) from engine.audit where reason = 'release 42'") == 1);
}

TEST_CASE(
    "2.12 guards: the check of a build names the open runs that it would break, and lets no such build in") {
    Office office;
    const auto one = office.worker("build-1", office.workflows);
    const RunId run = office.begun(campaign, "campaign-1");
    WorkflowRegistry changed;
    changed.add(campaign, sleeps_first);
    changed.add(faithful, goes_on, Versioning::pinned);
    pqxx::connection connection{office.database.url()};
    const auto check = durable::deploy::rehearse(connection, changed, {.build = "build-2"});
    REQUIRE(check.breakages.size() == 1);
    CHECK(check.breakages[0].run == run);
    CHECK(check.breakages[0].recorded_build == "build-1");

    durable::store::NewVerdict verdict;
    verdict.queue = "default";
    verdict.build = "build-2";
    verdict.at = check.at;
    verdict.open_runs = static_cast<int>(check.open_runs);
    verdict.broken_runs = static_cast<int>(check.broken_open());
    verdict.types = check.types;
    verdict.builds = check.builds;
    CHECK(office.deployments.record(verdict) > 0);
    CHECK(office.promote("build-2", 100, false) == Outcome::bad_verdict);
}

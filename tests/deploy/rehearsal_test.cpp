// What `deploy check` finds: changed code, payloads that no longer decode, messages nobody could take; and that
// it finds all of it in time.

#include "engine/store/id_source.hpp"
#include "tests/deploy/stage.hpp"
#include "tests/support/figures.hpp"

namespace test {
namespace {

using deploy::Breakage;
using Kind = replay::Blocked::Kind;

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Everything that has been started has had its first turn with the old code.
void play_old(Stage& stage) {
    const auto workflows = workflows_of(Code::old);
    Player{stage.database.url(), workflows, "build-1"}.play_all();
}

deploy::RehearsalOptions open_runs_only() {
    deploy::RehearsalOptions options;
    options.closed_each = 0;
    return options;
}

void start_thousand(Stage& stage) {
    store::IdSource ids;
    std::vector<store::StartRequest> requests;
    for (int i = 0; i < 1000; ++i) {
        store::StartRequest request;
        request.workflow = WorkflowId{"order-" + std::to_string(i)};
        request.type = std::string{ordering.name};
        request.input = encode(Order{"chair", i});
        request.run = ids.run_id();
        requests.push_back(std::move(request));
    }
    pqxx::connection connection{stage.database.url()};
    pqxx::work tx{connection};
    static_cast<void>(stage.client.start_many(tx, requests));
    tx.commit();
}

}  // namespace

TEST_CASE("the same code breaks nothing") {
    Stage stage;
    stage.start(ordering, {"chair", 2}, "o-1");
    stage.start(waiting, {}, "w-1");
    play_old(stage);
    stage.start(ordering, {"table", 1}, "not begun");
    const auto result = stage.rehearse(workflows_of(Code::old));
    CHECK(result.open_runs == 3);
    CHECK(result.breakages.empty());
    CHECK(result.types == std::vector<std::string>{"ordering", "waiting"});
    CHECK(result.builds == std::vector<std::string>{"build-1"});
}

TEST_CASE(
    "a thousand open runs and a changed workflow: each broken run and its source lines, in under 10 s") {
    Stage stage;
    start_thousand(stage);
    stage.start(waiting, {}, "w-1");
    play_old(stage);

    const auto result = stage.rehearse(workflows_of(Code::renamed_step));
    CHECK(result.open_runs == 1001);
    CHECK(result.broken_open() == 1000);
    if (full_size()) CHECK(result.took < 10s);
    figure("open runs replayed", result.open_runs);
    figure("named as broken, with their lines", result.broken_open());
    figure("took", static_cast<double>(result.took.count()) / 1e6, "s");
    std::set<std::string> named;
    for (const Breakage& breakage : result.breakages) {
        named.insert(breakage.workflow.value);
        CHECK(breakage.kind == Kind::mismatch);
        CHECK(breakage.event == EventId{2});
        CHECK(contains(breakage.recorded, "ActivityScheduled reserve,"));
        CHECK(contains(breakage.found, "ActivityScheduled reserve_stock,"));
        CHECK(contains(breakage.source, "deploy/stage.cpp:"));
        CHECK(contains(breakage.recorded_source, "deploy/stage.cpp:"));
        CHECK(breakage.source != breakage.recorded_source);
        CHECK(breakage.recorded_build == "build-1");
    }
    CHECK(named.size() == 1000);
    const auto groups = deploy::group(result.breakages);
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].runs.size() == 1000);
}

TEST_CASE("an input that no longer decodes is named by its field, whether or not the run has begun") {
    Stage stage;
    const RunId begun = stage.start(ordering, {"chair", 2}, "begun");
    play_old(stage);
    const RunId fresh = stage.start(ordering, {"table", 1}, "fresh");

    const auto result = stage.rehearse(workflows_of(Code::needs_an_address));
    REQUIRE(result.breakages.size() == 2);
    for (const Breakage& breakage : result.breakages) {
        CHECK(breakage.kind == Kind::undecodable);
        CHECK(contains(breakage.reason, "address"));
        CHECK_FALSE(contains(breakage.reason, "chair"));
        CHECK(breakage.stage == (breakage.run == fresh ? Breakage::Stage::input : Breakage::Stage::history));
    }
    CHECK(result.breakages[0].run == std::min(begun, fresh));
}

TEST_CASE("a message that waits in an inbox and would stop its run is found before anybody takes it") {
    Stage stage;
    const RunId run = stage.start(waiting, {}, "w-1");
    play_old(stage);
    CHECK(stage.rehearse(workflows_of(Code::other_signal)).breakages.empty());

    stage.signal(run, "hello");
    const auto result = stage.rehearse(workflows_of(Code::other_signal));
    REQUIRE(result.breakages.size() == 1);
    CHECK(result.breakages[0].stage == Breakage::Stage::message);
    CHECK(result.breakages[0].kind == Kind::undecodable);
    CHECK(contains(result.breakages[0].reason, "word"));
    CHECK_FALSE(contains(result.breakages[0].reason, "hello"));
    CHECK(stage.rehearse(workflows_of(Code::old)).breakages.empty());
    CHECK(stage.client.describe({.run = run})->inbox_waiting == 1);
}

TEST_CASE("a workflow that the build has lost breaks its runs") {
    Stage stage;
    stage.start(waiting, {}, "w-1");
    play_old(stage);
    WorkflowRegistry nothing;
    const auto result = stage.rehearse(nothing);
    REQUIRE(result.breakages.size() == 1);
    CHECK(result.breakages[0].kind == Kind::unknown_type);
}

TEST_CASE("of closed runs one of each shape is replayed") {
    Stage stage;
    std::vector<RunId> runs;
    for (int i = 0; i < 20; ++i) runs.push_back(stage.start(waiting, {}, "w-" + std::to_string(i)));
    play_old(stage);
    for (const RunId run : runs) stage.signal(run, "hello");
    play_old(stage);

    const auto same = stage.rehearse(workflows_of(Code::old));
    CHECK(same.open_runs == 0);
    CHECK(same.closed_runs == 1);
    CHECK(same.breakages.empty());
    const auto other = stage.rehearse(workflows_of(Code::other_signal));
    CHECK(other.broken_open() == 0);
    CHECK(other.broken_closed() == 1);
    CHECK(stage.rehearse(workflows_of(Code::other_signal), open_runs_only()).breakages.empty());
}

TEST_CASE("equal breakages are one group, whatever their inputs") {
    Breakage one;
    one.type = "ordering";
    one.recorded = "ActivityScheduled reserve, input 0011223344556677, options 8899aabbccddeeff";
    one.found = "nothing";
    one.source = "a.cpp:1";
    Breakage other = one;
    other.recorded = "ActivityScheduled reserve, input 7766554433221100, options 8899aabbccddeeff";
    CHECK(deploy::group({one, other}).size() == 1);
    other.source = "a.cpp:2";
    CHECK(deploy::group({one, other}).size() == 2);
    other = one;
    other.open = false;
    const auto apart = deploy::group({other, one});
    REQUIRE(apart.size() == 2);
    CHECK(apart[0].first.open);
}

TEST_CASE("patches: which open runs go the new way, which the old one, and what is safe") {
    Stage stage;
    const RunId old_run = stage.start(waiting, {}, "old");
    play_old(stage);
    const auto patched = workflows_of(Code::patched);
    stage.start(waiting, {}, "new");
    Player{stage.database.url(), patched, "build-2"}.play_all();
    stage.start(waiting, {}, "not begun");

    auto summary = deploy::summarize(stage.rehearse(patched).patches);
    REQUIRE(summary.size() == 1);
    CHECK(summary[0].patch == "greeting");
    REQUIRE(summary[0].old_way.size() == 1);
    CHECK(summary[0].old_way[0].workflow == WorkflowId{"old"});
    REQUIRE(summary[0].marked.size() == 1);
    CHECK(summary[0].marked[0].workflow == WorkflowId{"new"});
    CHECK_FALSE(summary[0].safe_to_deprecate());

    CHECK(stage.client.terminate({.run = old_run}, "", "") == client::SendResult::delivered);
    summary = deploy::summarize(stage.rehearse(patched).patches);
    CHECK(summary[0].safe_to_deprecate());
    CHECK_FALSE(summary[0].safe_to_remove());
    // The advice holds: deprecating code goes on with all of them, code without a call does not.
    CHECK(stage.rehearse(workflows_of(Code::deprecating)).breakages.empty());
    CHECK(stage.rehearse(workflows_of(Code::old), open_runs_only()).broken_open() == 1);
}

TEST_CASE("deprecated markers only: safe to remove") {
    Stage stage;
    const auto deprecating = workflows_of(Code::deprecating);
    stage.start(waiting, {}, "w-1");
    Player{stage.database.url(), deprecating, "build-3"}.play_all();
    const auto summary = deploy::summarize(stage.rehearse(deprecating).patches);
    REQUIRE(summary.size() == 1);
    CHECK(summary[0].safe_to_remove());
    CHECK(stage.rehearse(workflows_of(Code::old)).breakages.empty());
}

}  // namespace test

// 1.6 and 2.11 Patches: the table of what history holds against what the code calls, the first answer, the end of a
// patch's life. Each run is recorded with one version of the code and replayed with another.

#include <memory>

#include "engine/deploy/groups.hpp"
#include "tests/conformance/fleet.hpp"
#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowRegistry;
using durable::WorkflowType;
using durable::testing::replay_history;
using durable::testing::TestEnvironment;

enum class Call { none, patched, deprecated };
constexpr std::string_view change = "two-texts";
constexpr WorkflowType<Nothing, std::string> notify{"notify"};
constexpr durable::Activity<int, int> send{"send", {.start_to_close = 30s}};
constexpr durable::Signal<Nothing> go_on{"go_on"};
constexpr durable::Query<Nothing, std::vector<bool>> told{"told"};

template <Call call>
void ask(Workflow& wf, std::vector<bool>& answers) {
    if constexpr (call == Call::patched) answers.push_back(wf.patched(change));
    if constexpr (call == Call::deprecated) wf.deprecate_patch(change);
}

/// Asks, sends, waits for a signal, asks again, sends again. What it was told is its result.
template <Call call>
Task<std::string> asks(Workflow& wf, Nothing) {
    auto& answers = wf.keep(std::vector<bool>{});
    wf.on_query(told, [&answers](const Nothing&) { return answers; });
    ask<call>(wf, answers);
    co_await wf.run(send, 1);
    co_await wf.signals(go_on).receive();
    ask<call>(wf, answers);
    co_await wf.run(send, 2);
    std::string all;
    for (const bool answer : answers) all += answer ? "new " : "old ";
    co_return all;
}

template <Call call>
WorkflowRegistry code() {
    WorkflowRegistry workflows;
    workflows.add(notify, asks<call>);
    return workflows;
}

/// A run that has asked once, recorded by code with that call, and waits for its signal.
struct Recorded {
    TestEnvironment env;
    RunId run;
    durable::history::History history;
};
template <Call call>
std::unique_ptr<Recorded> recorded() {
    auto made = std::make_unique<Recorded>();
    made->env.add(notify, asks<call>);
    made->env.fake(send, [](const int& number) { return number; });
    made->run = made->env.start(notify, Nothing{}, "notify-1");
    made->env.settle();
    made->history = made->env.history(made->run);
    return made;
}

/// "" if the code goes on with the run, else what history has and the code does not do.
template <Call call>
std::string broken_at(const Recorded& recorded) {
    const auto report = replay_history(code<call>(), recorded.run, recorded.history);
    if (!report.blocked) return "";
    REQUIRE(report.blocked->mismatch);
    return report.blocked->mismatch->recorded;
}
/// What code that calls patched is told by the run's history.
std::vector<bool> told_patched(Recorded& recorded) {
    return recorded.env.client().query(code<Call::patched>(), ref(recorded.run), told, Nothing{});
}
const durable::history::PatchMarked* marker(const Recorded& recorded) {
    for (const auto& activation : recorded.history) {
        for (const auto& event : activation.commands) {
            if (const auto* found = std::get_if<durable::history::PatchMarked>(&event)) return found;
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE(
    "2.11 patches, live: patched writes a marker and is true, deprecate_patch writes one that is flagged") {
    CHECK(marker(*recorded<Call::none>()) == nullptr);
    const auto patched = recorded<Call::patched>();
    REQUIRE(marker(*patched) != nullptr);
    CHECK(marker(*patched)->id == change);
    CHECK_FALSE(marker(*patched)->deprecated);
    CHECK(told_patched(*patched) == std::vector{true});
    const auto deprecated = recorded<Call::deprecated>();
    REQUIRE(marker(*deprecated) != nullptr);
    CHECK(marker(*deprecated)->deprecated);
}

TEST_CASE(
    "2.11 patches, history has a marker: no call is a mismatch, patched is true, deprecating is allowed") {
    const auto run = recorded<Call::patched>();
    CHECK(broken_at<Call::none>(*run) == "PatchMarked two-texts");
    CHECK(broken_at<Call::patched>(*run).empty());
    CHECK(told_patched(*run) == std::vector{true});
    CHECK(broken_at<Call::deprecated>(*run).empty());
}

TEST_CASE("2.11 patches, history has a deprecated marker: no call is ignored, patched is true") {
    const auto run = recorded<Call::deprecated>();
    CHECK(broken_at<Call::none>(*run).empty());
    CHECK(broken_at<Call::patched>(*run).empty());
    CHECK(told_patched(*run) == std::vector{true});
    CHECK(broken_at<Call::deprecated>(*run).empty());
}

TEST_CASE("2.11 patches, history has no marker: patched is false, deprecating is allowed") {
    const auto run = recorded<Call::none>();
    CHECK(broken_at<Call::none>(*run).empty());
    CHECK(broken_at<Call::patched>(*run).empty());
    CHECK(told_patched(*run) == std::vector{false});
    CHECK(broken_at<Call::deprecated>(*run).empty());
}

// --- two programs ------------------------------------------------------------------------------------------

namespace {

struct Fleets : Fleet {
    Fleets() {
        activities.async(send, [](durable::ActivityContext&, int number) -> durable::worker::awaitable<int> {
            co_return number;
        });
    }
    /// A run that has had its first turns with this code, and waits for its signal.
    RunId begin(const WorkflowRegistry& workflows, const std::string& build, const std::string& id) {
        auto first = worker(build, workflows);
        const RunId run = start(notify, Nothing{}, id);
        until_turns(run, 2);
        retire(std::move(first));
        return run;
    }
    durable::deploy::PatchSummary summary(const WorkflowRegistry& workflows) {
        pqxx::connection connection{database.url()};
        const auto summaries =
            durable::deploy::summarize(durable::deploy::rehearse(connection, workflows, {}).patches);
        REQUIRE(summaries.size() == 1);
        CHECK(summaries[0].patch == change);
        return summaries[0];
    }
};

}  // namespace

TEST_CASE("2.11 patches: the first answer holds for the run, though its second call comes live") {
    const WorkflowRegistry before = code<Call::none>();
    const WorkflowRegistry after = code<Call::patched>();
    Fleets fleet;
    const RunId old_run = fleet.begin(before, "build-1", "old");
    const auto worker = fleet.worker("build-2", after);
    const RunId new_run = fleet.start(notify, Nothing{}, "new");
    for (const RunId run : {old_run, new_run}) fleet.signal(run, go_on, Nothing{});
    CHECK(fleet.result(notify, old_run) == "old old ");
    CHECK(fleet.result(notify, new_run) == "new new ");
    CHECK(fleet.number("select count(*) from engine.history_events where kind = 'PatchMarked'") == 1);
    CHECK(fleet.builds_of(old_run).back() == "build-2");
    fleet.must_be_sound();
}

TEST_CASE(
    "1.6 patch markers: which open runs still need the old code, and whether the call may go, is exact") {
    const WorkflowRegistry before = code<Call::none>();
    const WorkflowRegistry patched = code<Call::patched>();
    const WorkflowRegistry deprecating = code<Call::deprecated>();
    Fleets fleet;
    const RunId old_run = fleet.begin(before, "build-1", "old");
    const RunId new_run = fleet.begin(patched, "build-2", "new");
    REQUIRE(fleet.summary(patched).old_way.size() == 1);
    CHECK(fleet.summary(patched).old_way[0].workflow.value == "old");
    CHECK_FALSE(fleet.summary(patched).safe_to_deprecate());

    CHECK(fleet.client.terminate(ref(old_run), "test", "test") == durable::store::SendResult::delivered);
    CHECK(fleet.summary(patched).safe_to_deprecate());
    CHECK_FALSE(fleet.summary(patched).safe_to_remove());

    CHECK(fleet.client.terminate(ref(new_run), "test", "test") == durable::store::SendResult::delivered);
    fleet.begin(deprecating, "build-3", "newest");
    CHECK(fleet.summary(deprecating).safe_to_remove());
}

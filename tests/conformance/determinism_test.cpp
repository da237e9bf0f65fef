// 1.6 and 2.15 Determinism checks on replay: what is caught, what is not, and how a difference is told. Each run is
// recorded with one version of the code and replayed with another.

#include <algorithm>
#include <map>

#include "engine/deploy/rehearsal.hpp"
#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Activity;
using durable::EventId;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::WorkflowRegistry;
using durable::WorkflowType;
using durable::replay::Mismatch;
using durable::testing::replay_history;
using durable::testing::TestEnvironment;

struct Job {
    std::string name;
    int size = 0;
};
BOOST_DESCRIBE_STRUCT(Job, (), (name, size))

constexpr Activity<Job, int> paint{"paint", {.start_to_close = 30s}};
constexpr Activity<Job, int> sand{"sand", {.start_to_close = 30s}};
constexpr WorkflowType<int, int> small{"small"};
constexpr WorkflowType<int, int> other_small{"other_small"};
constexpr WorkflowType<Nothing, Nothing> changing{"changing"};
constexpr durable::StateKey<int> level{"level"};
constexpr durable::SearchKey<std::string> color{"Color"};
constexpr durable::Signal<int> go_on{"go_on"};
constexpr durable::Update<int, int> add{"add"};

Task<int> gives_back(Workflow&, int number) {
    co_return number;
}

// --- steps, of which versions of the code are made ---------------------------------------------------------

using Step = Task<Nothing> (*)(Workflow&);

Task<Nothing> paints(Workflow& wf) {
    co_await wf.run(paint, {"secret door", 1});
    co_return Nothing{};
}
Task<Nothing> paints_more(Workflow& wf) {
    co_await wf.run(paint, {"secret door", 2});
    co_return Nothing{};
}
Task<Nothing> paints_patiently(Workflow& wf) {
    auto options = paint.options();
    options.start_to_close = 40s;
    co_await wf.run(paint, {"secret door", 1}, options);
    co_return Nothing{};
}
Task<Nothing> sands(Workflow& wf) {
    co_await wf.run(sand, {"secret door", 1});
    co_return Nothing{};
}
Task<Nothing> paints_by_a_helper(Workflow& wf) {
    const std::string name = "secret " + std::string{"door"};
    auto running = wf.start(paint, {name, 1});
    static_cast<void>(co_await wf.attempt(running));
    co_return Nothing{};
}
Task<Nothing> paints_and_sands(Workflow& wf) {
    co_await wf.all(wf.run(paint, {"a", 1}), wf.run(sand, {"a", 1}));
    co_return Nothing{};
}
Task<Nothing> sands_and_paints(Workflow& wf) {
    co_await wf.all(wf.run(sand, {"a", 1}), wf.run(paint, {"a", 1}));
    co_return Nothing{};
}
template <int hours>
Task<Nothing> sleeps(Workflow& wf) {
    co_await wf.any(wf.sleep(std::chrono::hours{hours}), wf.signals(go_on).receive());
    co_return Nothing{};
}
template <int value>
Task<Nothing> has_an_effect(Workflow& wf) {
    static_cast<void>(wf.side_effect([] { return value; }));
    co_return Nothing{};
}
template <const WorkflowType<int, int>& type, int id>
Task<Nothing> has_a_child(Workflow& wf) {
    co_await wf.child(type, 1, {.workflow = WorkflowId{"child-" + std::to_string(id)}});
    co_return Nothing{};
}
template <int value>
Task<Nothing> publishes(Workflow& wf) {
    wf.publish(level, value);
    co_return Nothing{};
}
Task<Nothing> is_red(Workflow& wf) {
    wf.set_attribute(color, "red");
    co_return Nothing{};
}
Task<Nothing> is_blue(Workflow& wf) {
    wf.set_attribute(color, "blue");
    co_return Nothing{};
}
template <int value>
Task<Nothing> sends(Workflow& wf) {
    static_cast<void>(co_await wf.attempt(wf.signal_workflow(WorkflowId{"nobody"}, go_on, value)));
    co_return Nothing{};
}
Task<Nothing> takes_updates(Workflow& wf) {
    wf.on_update(add, [](int number) { return number + 1; });
    co_return Nothing{};
}
Task<Nothing> takes_updates_otherwise(Workflow& wf) {
    wf.on_update(add, [](int number) { return number + 2; });
    co_return Nothing{};
}
Task<Nothing> ends_badly(Workflow&) {
    throw durable::ApplicationError{"Sad", "it ends"};
    co_return Nothing{};
}

/// Does its steps, then waits for good.
template <Step... steps>
Task<Nothing> code(Workflow& wf, Nothing) {
    (co_await steps(wf), ...);
    co_await wf.wait_until([] { return false; });
    co_return Nothing{};
}
/// Does its steps, then ends.
template <Step... steps>
Task<Nothing> ending(Workflow& wf, Nothing) {
    (co_await steps(wf), ...);
    co_return Nothing{};
}
using Code = Task<Nothing> (*)(Workflow&, Nothing);

WorkflowRegistry program(Code version) {
    WorkflowRegistry workflows;
    workflows.add(changing, version);
    return workflows;
}

/// A run of this version, after two hours.
struct Recorded {
    explicit Recorded(Code version) {
        env.add(changing, version);
        env.add(small, gives_back);
        env.add(other_small, gives_back);
        env.fake(paint, [](const Job& job) { return job.size; });
        env.fake(sand, [](const Job& job) { return job.size; });
        run = env.start(changing, Nothing{}, "changing-1");
        env.settle();
    }
    [[nodiscard]] std::optional<durable::replay::Blocked> as(Code version) {
        return replay_history(program(version), run, env.history(run)).blocked;
    }
    /// Where the other version parts from it.
    [[nodiscard]] Mismatch differs(Code version) {
        const auto blocked = as(version);
        REQUIRE(blocked);
        REQUIRE(blocked->mismatch);
        CHECK(blocked->kind == durable::replay::Blocked::Kind::mismatch);
        CHECK(blocked->reason == blocked->mismatch->to_string());
        return *blocked->mismatch;
    }
    TestEnvironment env;
    durable::RunId run;
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("2.15 caught: history has a command where the code issues another kind, or none") {
    Recorded slept{code<sleeps<1>>};
    const Mismatch other = slept.differs(code<paints>);
    CHECK(other.event == EventId{2});
    CHECK(other.recorded == "TimerStarted for 3600000 ms");
    CHECK(has(other.found, "ActivityScheduled paint, input "));
    CHECK(has(other.to_string(),
              "event 2: history has TimerStarted for 3600000 ms (build test), the code did"));
    CHECK(slept.differs(code<>).found == "nothing");
    Recorded effect{code<has_an_effect<1>, sleeps<1>>};
    CHECK(effect.differs(code<sleeps<1>>).recorded == "SideEffectRecorded");
    CHECK(effect.differs(code<has_an_effect<1>>).found == "nothing");
}

TEST_CASE("2.15 caught: the code issues a command and history goes on without it") {
    Recorded slept{code<sleeps<1>>};
    const Mismatch added = slept.differs(code<has_an_effect<1>, sleeps<1>>);
    CHECK(added.found == "SideEffectRecorded");
    Recorded painted{code<paints>};
    const Mismatch at_end = painted.differs(code<paints, sleeps<1>>);
    CHECK(at_end.recorded == "nothing");
    CHECK(has(at_end.found, "TimerStarted"));
    CHECK(has(painted.differs(ending<paints>).found, "WorkflowCompleted"));
}

TEST_CASE("2.15 caught: another activity, another order of two, another child or child's id") {
    CHECK(has(Recorded{code<paints>}.differs(code<sands>).found, "ActivityScheduled sand,"));
    const Mismatch swapped = Recorded{code<paints_and_sands>}.differs(code<sands_and_paints>);
    CHECK(swapped.event == EventId{2});
    CHECK(has(swapped.recorded, "ActivityScheduled paint,"));
    Recorded child{code<has_a_child<small, 1>>};
    CHECK(has(child.differs(code<has_a_child<other_small, 1>>).found, "ChildInitiated other_small,"));
    CHECK(has(child.differs(code<has_a_child<small, 2>>).found, "ChildInitiated small,"));
}

TEST_CASE("2.15 caught: a timer that was never started, a second result of an activity that has ended") {
    Recorded slept{code<sleeps<1>>};
    slept.env.skip(2h);
    auto history = slept.env.history(slept.run);
    std::get<durable::history::TimerFired>(history.back().arrived.at(0)).started = EventId{99};
    const auto strange = replay_history(program(code<sleeps<1>>), slept.run, history).blocked;
    REQUIRE(strange);
    CHECK(strange->mismatch->recorded == "TimerFired of event 99");
    CHECK(strange->mismatch->found == "nothing that waits for it");

    Recorded painted{code<paints>};
    history = painted.env.history(painted.run);
    history.push_back(history.back());
    history.back().first_event = history.back().next_event();
    const auto twice = replay_history(program(code<paints>), painted.run, history).blocked;
    REQUIRE(twice);
    CHECK(twice->mismatch->event == history.back().first_event);
    CHECK(twice->mismatch->recorded == "ActivityCompleted of event 2");
}

TEST_CASE("2.15 caught: an upsert where another command stood, another end, an update nobody takes") {
    Recorded published{code<publishes<1>>};
    CHECK(has(published.differs(code<is_red>).found, "SearchAttributeSet Color"));
    Recorded ended{ending<paints>};
    CHECK(has(ended.differs(ending<paints, ends_badly>).found, "WorkflowFailed with Sad"));
    Recorded updated{code<takes_updates>};
    CHECK(updated.env.client().update(ref(updated.run), add, 1) == 2);
    CHECK_FALSE(updated.as(code<takes_updates>));
    CHECK(has(updated.differs(code<takes_updates_otherwise>).recorded, "UpdateCompleted of event"));
    const auto nobody = updated.as(code<>);
    REQUIRE(nobody);
    CHECK(has(nobody->reason, "history has update add, for which the code has no handler"));
}

TEST_CASE("2.15 stricter: arguments, options, durations, payloads and values are compared, too") {
    Recorded painted{code<paints>};
    CHECK(has(painted.differs(code<paints_more>).found, "(input differs at size)"));
    CHECK(has(painted.differs(code<paints_patiently>).found, "(options differ)"));
    CHECK(Recorded{code<sleeps<1>>}.differs(code<sleeps<2>>).found == "TimerStarted for 7200000 ms");
    CHECK(has(Recorded{code<publishes<1>>}.differs(code<publishes<2>>).found, "StatePublished level"));
    CHECK(has(Recorded{code<is_red>}.differs(code<is_blue>).found, "SearchAttributeSet Color"));
    CHECK(has(Recorded{code<sends<1>>}.differs(code<sends<2>>).found, "ExternalSignalOrdered go_on"));
}

TEST_CASE("2.15 not caught: another side effect's value, another line, other code for the same commands") {
    CHECK_FALSE(Recorded{code<has_an_effect<1>>}.as(code<has_an_effect<2>>));
    CHECK_FALSE(Recorded{code<paints>}.as(code<paints_by_a_helper>));
}

TEST_CASE("2.15 the message: names both source lines and both builds' commands, and shows no payload") {
    Recorded painted{code<sleeps<1>, paints>};
    painted.env.signal(painted.run, go_on, 1);
    painted.env.settle();
    const Mismatch report = painted.differs(code<sleeps<1>, sands>);
    CHECK(has(report.source, "conformance/determinism_test.cpp:"));
    CHECK(report.recorded_build == "test");
    CHECK_FALSE(has(report.to_string(), "secret"));

    pqxx::connection connection{painted.env.database().url()};
    const auto check = durable::deploy::rehearse(connection, program(code<sleeps<1>, sands>), {});
    REQUIRE(check.breakages.size() == 1);
    CHECK(check.breakages[0].event == report.event);
    CHECK(check.breakages[0].source == report.source);
    CHECK(has(check.breakages[0].recorded_source, "conformance/determinism_test.cpp:"));
    CHECK(check.breakages[0].recorded_source != report.source);
}

// --- histories of earlier engines --------------------------------------------------------------------------

namespace {

/// As the first engine recorded it, without any of the fields that have come since.
constexpr std::string_view first_history = R"({"run_id":"0190a5b0-7c3e-7a10-8000-000000000001","activations":[
 {"first_event":1,"t":1768435200000000,"b":"","a":[
   {"k":"WorkflowStarted","type":"elder","workflow_id":"w-1","tenant":"","queue":"default","input":{}}],"c":[]},
 {"first_event":2,"t":1768435200000000,"b":"build-1","a":[],"c":[
   {"k":"SideEffectRecorded","value":7,"source":"elder.cpp:3"},
   {"k":"TimerStarted","delay":3600000000,"due":1768438800000000,"source":"elder.cpp:4"}]},
 {"first_event":4,"t":1768438800000000,"b":"build-1","a":[
   {"k":"TimerFired","started":3}],"c":[
   {"k":"WorkflowCompleted","result":7}]}]})";

Task<int> elder(Workflow& wf, Nothing) {
    const int effect = wf.side_effect([] { return 8; });
    co_await wf.sleep(1h);
    co_return wf.patched("since then") ? 0 : effect;
}

}  // namespace

TEST_CASE("1.6 engine changes in history: what is absent means what it meant then, so old runs replay") {
    const auto exported = durable::history::import_json(first_history);
    WorkflowRegistry workflows;
    workflows.add(WorkflowType<Nothing, int>{"elder"}, elder);
    const auto report = replay_history(workflows, exported.run, exported.history);
    CHECK_FALSE(report.blocked);
    CHECK(report.status == durable::replay::RunStatus::completed);
    CHECK(report.events == 5);
    const auto again =
        durable::history::import_json(durable::history::export_json(exported.run, exported.history));
    CHECK(again.history == exported.history);
}

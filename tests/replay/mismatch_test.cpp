// Every way in which code can differ from the history it is given.

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

/// One history is recorded by a workflow of some steps and replayed by one of other steps: changed code.
enum class Step {
    work,
    work_resized,
    work_patient,
    other_work,
    sleep,
    sleep_longer,
    effect,
    cancel_first,
    cancel_second
};
enum class Ending { completes, completes_differently, fails };

Task<Nothing> cancel_one_of_two(Workflow& wf, bool first) {
    auto a = wf.start(work, {"a", 0});
    auto b = wf.start(work, {"a", 0});
    (first ? a : b).cancel("enough");
    (void)co_await wf.attempt(first ? a : b);
    co_return Nothing{};
}

Task<Nothing> do_step(Workflow& wf, Step step) {
    switch (step) {
        case Step::work:
            co_await wf.run(work, {"paint", 1});
            break;
        case Step::work_resized:
            co_await wf.run(work, {"paint", 2});
            break;
        case Step::work_patient:
            co_await wf.run(work, {"paint", 1}, with(CancellationType::wait_cancelled));
            break;
        case Step::other_work:
            co_await wf.run(other_work, {"paint", 1});
            break;
        case Step::sleep:
            co_await wf.sleep(1h);
            break;
        case Step::sleep_longer:
            co_await wf.sleep(2h);
            break;
        case Step::effect:
            static_cast<void>(wf.side_effect([] { return 1; }));
            break;
        case Step::cancel_first:
            co_await cancel_one_of_two(wf, true);
            break;
        case Step::cancel_second:
            co_await cancel_one_of_two(wf, false);
            break;
    }
    co_return Nothing{};
}

template <Ending ending, Step... steps>
Task<std::string> ends(Workflow& wf, Nothing) {
    for (const Step step : std::vector<Step>{steps...}) co_await do_step(wf, step);
    if (ending == Ending::fails) throw ApplicationError("Sad", "it ends badly");
    co_return ending == Ending::completes ? "one" : "another";
}
template <Step... steps>
Task<std::string> does(Workflow& wf, Nothing) {
    co_return co_await ends<Ending::completes, steps...>(wf, {});
}
using Code = Task<std::string> (*)(Workflow&, Nothing);

/// Records `recorded` up to where it waits or ends, then replays it as `code`.
std::optional<replay::Blocked> replay_as(Code recorded, Code code) {
    Script script{recorded};
    script.feed();
    WorkflowRegistry registry;
    registry.add(WorkflowType<Nothing, std::string>{"scripted"}, code);
    replay::Execution changed{registry, some_run, "build-2"};
    REQUIRE_FALSE(changed.replay(script.history()[0]));
    return changed.replay(script.history()[1]);
}

replay::Mismatch mismatch(Code recorded, Code code) {
    const std::optional<replay::Blocked> blocked = replay_as(recorded, code);
    REQUIRE(blocked);
    CHECK(blocked->kind == replay::Blocked::Kind::mismatch);
    REQUIRE(blocked->mismatch);
    CHECK(blocked->mismatch->recorded_build == "build-1");
    CHECK(blocked->reason == blocked->mismatch->to_string());
    return *blocked->mismatch;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("the same code replays its history") {
    CHECK_FALSE(replay_as(does<Step::work>, does<Step::work>));
    CHECK_FALSE(replay_as(does<Step::effect, Step::sleep>, does<Step::effect, Step::sleep>));
    CHECK_FALSE(replay_as(does<Step::cancel_first>, does<Step::cancel_first>));
    CHECK_FALSE(replay_as(ends<Ending::fails>, ends<Ending::fails>));
}

TEST_CASE("another kind of command is a mismatch") {
    const replay::Mismatch report = mismatch(does<Step::sleep>, does<Step::work>);
    CHECK(report.event == EventId{2});
    CHECK(report.recorded == "TimerStarted for 3600000 ms");
    CHECK(contains(report.found, "ActivityScheduled work, input "));
    CHECK(contains(report.source, "replay/mismatch_test.cpp:"));
    CHECK(contains(report.to_string(),
                   "event 2: history has TimerStarted for 3600000 ms (build build-1), the code did"));
}

TEST_CASE("another activity is a mismatch") {
    const replay::Mismatch report = mismatch(does<Step::work>, does<Step::other_work>);
    CHECK(contains(report.recorded, "ActivityScheduled work,"));
    CHECK(contains(report.found, "ActivityScheduled other_work,"));
}

TEST_CASE("another input of the same activity is a mismatch, told by path and digest, never by value") {
    const replay::Mismatch report = mismatch(does<Step::work>, does<Step::work_resized>);
    CHECK(contains(report.found, "(input differs at size)"));
    CHECK_FALSE(contains(report.to_string(), "paint"));
}

TEST_CASE("other options of the same activity are a mismatch") {
    CHECK(contains(mismatch(does<Step::work>, does<Step::work_patient>).found, "(options differ)"));
}

TEST_CASE("another timer delay is a mismatch") {
    const replay::Mismatch report = mismatch(does<Step::sleep>, does<Step::sleep_longer>);
    CHECK(report.recorded == "TimerStarted for 3600000 ms");
    CHECK(report.found == "TimerStarted for 7200000 ms");
}

TEST_CASE("cancelling another activity is a mismatch") {
    const replay::Mismatch report = mismatch(does<Step::cancel_first>, does<Step::cancel_second>);
    CHECK(report.event == EventId{4});
    CHECK(report.recorded == "ActivityCancelRequested of event 2");
    CHECK(report.found == "ActivityCancelRequested of event 3");
}

TEST_CASE("a command that history does not have is a mismatch") {
    const replay::Mismatch report =
        mismatch(does<Step::effect, Step::sleep>, does<Step::effect, Step::effect, Step::sleep>);
    CHECK(report.event == EventId{3});
    CHECK(report.found == "SideEffectRecorded");
    const replay::Mismatch at_end =
        mismatch(does<Step::cancel_first, Step::sleep>, does<Step::cancel_first, Step::effect>);
    CHECK(at_end.found == "SideEffectRecorded");
}

TEST_CASE("a command that the code does not issue any more is a mismatch") {
    const replay::Mismatch report = mismatch(does<Step::effect, Step::sleep>, does<Step::sleep>);
    CHECK(report.event == EventId{2});
    CHECK(report.recorded == "SideEffectRecorded");
    CHECK(contains(report.found, "TimerStarted"));
}

TEST_CASE("code that goes on where history ended, or ends where it went on, is a mismatch") {
    CHECK(mismatch(does<>, does<Step::sleep>).recorded.starts_with("WorkflowCompleted"));
    CHECK(mismatch(does<Step::sleep>, does<>).found.starts_with("WorkflowCompleted"));
}

TEST_CASE("another result, or another kind of end, is a mismatch") {
    const replay::Mismatch result = mismatch(ends<Ending::completes>, ends<Ending::completes_differently>);
    CHECK(result.recorded.starts_with("WorkflowCompleted, result "));
    CHECK(result.found.starts_with("WorkflowCompleted, result "));
    CHECK(result.recorded != result.found);
    CHECK(
        mismatch(ends<Ending::completes>, ends<Ending::fails>).found.starts_with("WorkflowFailed with Sad"));
}

Task<Nothing> waits_for_approval(Workflow& wf, Nothing) {
    co_await wf.signals(approve).receive();
    co_return Nothing{};
}

TEST_CASE("code that waits where history has commands is a mismatch with nothing found") {
    Script script{waits_for_approval};
    history::Activation recorded{
        .first_event = EventId{2}, .time = some_day, .build = "b", .arrived = {}, .commands = {}};
    recorded.commands = {history::TimerStarted{.delay = 1s, .due = some_day + 1s, .source = {}}};
    const auto blocked = script.execution().replay(recorded);
    REQUIRE(blocked);
    CHECK(blocked->mismatch->found == "nothing");
    CHECK(blocked->mismatch->source.empty());
}

Task<Nothing> sleeps(Workflow& wf, Nothing) {
    co_await wf.sleep(1s);
    co_return Nothing{};
}

TEST_CASE("code that does more than history has at the end of an activation finds nothing recorded") {
    Script script{sleeps};
    const auto blocked = script.execution().replay({.first_event = EventId{2},
                                                    .time = some_day,
                                                    .build = "b",
                                                    .arrived = {Script::signal("numbers", 1)},
                                                    .commands = {}});
    REQUIRE(blocked);
    REQUIRE(blocked->mismatch);
    CHECK(blocked->mismatch->recorded == "nothing");
    CHECK(blocked->mismatch->event == EventId{3});
}

TEST_CASE("code that only waits at first says so, and code that does not is told apart") {
    Script script{waits_for_approval};
    script.feed();
    CHECK(script.said() == "CodeStarted 2");
    Script changed{sleeps};
    const auto blocked = changed.execution().replay(script.history()[1]);
    REQUIRE(blocked);
    CHECK(blocked->mismatch->recorded == "CodeStarted");
    CHECK(contains(blocked->mismatch->found, "TimerStarted"));
    Script silent{sleeps};
    silent.feed();
    Script waits{waits_for_approval};
    CHECK(waits.execution().replay(silent.history()[1])->mismatch->found == "nothing");
}

TEST_CASE("where nothing has arrived nothing happens, and there is nothing to record") {
    Script script{waits_for_approval};
    script.feed();
    script.now += 1h;
    script.feed(Script::completed(9, 1));
    CHECK(script.activated().activation.event_count() == 0);
    CHECK(script.execution().activations() == 2);
}

TEST_CASE("recorded news that the code does not wait for is a mismatch, though no command differs") {
    Script script{sleeps};
    script.feed();
    const auto blocked = script.execution().replay({.first_event = EventId{3},
                                                    .time = some_day + 1s,
                                                    .build = "b",
                                                    .arrived = {history::TimerFired{.started = EventId{9}}},
                                                    .commands = {}});
    REQUIRE(blocked);
    REQUIRE(blocked->mismatch);
    CHECK(blocked->mismatch->event == EventId{3});
    CHECK(blocked->mismatch->recorded == "TimerFired of event 9");
    CHECK(blocked->mismatch->found == "nothing that waits for it");
    CHECK(blocked->mismatch->recorded_build == "b");
}

TEST_CASE("a history with a gap is refused") {
    Script script{waits_for_approval};
    const auto blocked = script.execution().replay(
        {.first_event = EventId{5}, .time = some_day, .build = "b", .arrived = {}, .commands = {}});
    REQUIRE(blocked);
    CHECK(blocked->reason == "the history is not continuous at event 5");
}

}  // namespace
}  // namespace durable::test

// The four-by-three table of patches: what history holds against what the code calls. A test a cell; each
// records a run with one version of the code and replays it with another.

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

enum class Call { none, patched, deprecated };

/// What the code was told, per place where it asked; written by the code under test, read by the test.
struct Heard {
    std::vector<bool> answers;
};

inline constexpr Signal<int> go_on{"go_on"};
constexpr std::string_view id = "two-texts";

template <Call call>
void ask(Workflow& wf, Heard* heard) {
    if constexpr (call == Call::patched) {
        const bool answer = wf.patched(id);
        if (heard != nullptr) heard->answers.push_back(answer);
    }
    if constexpr (call == Call::deprecated) wf.deprecate_patch(id);
}

inline constexpr Query<Nothing, std::vector<bool>> answers{"answers"};

/// Asks, works, waits for a signal, asks again, works again.
template <Call call>
Task<std::string> asks(Workflow& wf, Nothing) {
    Heard& heard = wf.keep(Heard{});
    wf.on_query(answers, [&heard](const Nothing&) { return heard.answers; });
    ask<call>(wf, &heard);
    co_await wf.run(work, {"first", 1});
    co_await wf.signals(go_on).receive();
    ask<call>(wf, &heard);
    co_await wf.run(work, {"second", 2});
    co_return "done";
}
using Code = Task<std::string> (*)(Workflow&, Nothing);

/// A run that has asked once and waits for its first work.
history::History recorded_by(Code code) {
    Script script{code};
    script.feed();
    return script.history();
}

struct Replayed {
    WorkflowRegistry registry;
    std::optional<replay::Execution> execution;
    std::optional<replay::Blocked> blocked;

    [[nodiscard]] std::vector<bool> heard() {
        return decode<std::vector<bool>>(execution->query(answers.name, encode(Nothing{})).result);
    }
    /// Makes the next activation, live.
    std::vector<history::Event> feed(std::vector<history::Event> arrived) {
        auto result = execution->activate(std::move(arrived), some_day);
        REQUIRE(result.activated);
        return result.activated->activation.commands;
    }
};

std::unique_ptr<Replayed> replay_as(Code code, const history::History& history) {
    auto replayed = std::make_unique<Replayed>();
    replayed->registry.add(WorkflowType<Nothing, std::string>{"scripted"}, code);
    replayed->execution.emplace(replayed->registry, some_run, "build-2");
    for (const history::Activation& activation : history) {
        replayed->blocked = replayed->execution->replay(activation);
        if (replayed->blocked) break;
    }
    return replayed;
}

const history::PatchMarked* marker_in(const std::vector<history::Event>& commands) {
    for (const history::Event& command : commands) {
        if (const auto* marker = std::get_if<history::PatchMarked>(&command)) return marker;
    }
    return nullptr;
}

std::vector<history::Event> first_work_done_and_go_on(int scheduled) {
    return {Script::completed(scheduled, Done{"ok"}), Script::signal("go_on", 1)};
}

constexpr Code without = asks<Call::none>;
constexpr Code with_patch = asks<Call::patched>;
constexpr Code with_deprecation = asks<Call::deprecated>;

}  // namespace

// --- live ------------------------------------------------------------------------------------------------

TEST_CASE("live code that does not ask leaves no marker") {
    CHECK(marker_in(recorded_by(without).back().commands) == nullptr);
}

TEST_CASE("live, patched writes a marker and is true") {
    Script script{with_patch};
    script.feed();
    CHECK(script.said() == "PatchMarked 2, ActivityScheduled 3");
    CHECK(script.command<history::PatchMarked>(0).id == id);
    CHECK_FALSE(script.command<history::PatchMarked>(0).deprecated);
    CHECK(script.command<history::PatchMarked>(0).source.find("replay/patches_test.cpp:") == 0);
    CHECK(decode<std::vector<bool>>(script.ask(answers, {}).result) == std::vector{true});
}

TEST_CASE("live, deprecate_patch writes a marker that is flagged") {
    Script script{with_deprecation};
    script.feed();
    CHECK(script.said() == "PatchMarked 2, ActivityScheduled 3");
    CHECK(script.command<history::PatchMarked>(0).deprecated);
}

TEST_CASE("one run has one marker of a patch, however often the code asks") {
    Script script{with_patch};
    script.feed().feed_all(first_work_done_and_go_on(3));
    CHECK(script.said() == "ActivityScheduled 6");
    CHECK(decode<std::vector<bool>>(script.ask(answers, {}).result) == std::vector{true, true});
}

// --- history has the marker ------------------------------------------------------------------------------

TEST_CASE("a marker that the code does not ask for is a mismatch") {
    const auto replayed = replay_as(without, recorded_by(with_patch));
    REQUIRE(replayed->blocked);
    CHECK(replayed->blocked->kind == replay::Blocked::Kind::mismatch);
    CHECK(replayed->blocked->mismatch->event == EventId{2});
    CHECK(replayed->blocked->mismatch->recorded == "PatchMarked two-texts");
}

TEST_CASE("a marker makes patched true") {
    const auto replayed = replay_as(with_patch, recorded_by(with_patch));
    CHECK_FALSE(replayed->blocked);
    CHECK(replayed->heard() == std::vector{true});
}

TEST_CASE("a marker allows deprecate_patch, and none is written again") {
    const auto replayed = replay_as(with_deprecation, recorded_by(with_patch));
    REQUIRE_FALSE(replayed->blocked);
    CHECK(replayed->execution->patches() == std::vector<replay::PatchAnswer>{{std::string{id}, true}});
    CHECK(marker_in(replayed->feed(first_work_done_and_go_on(3))) == nullptr);
}

// --- history has a deprecated marker ---------------------------------------------------------------------

TEST_CASE("a deprecated marker that the code does not ask for is ignored, and ids stay") {
    const auto replayed = replay_as(without, recorded_by(with_deprecation));
    REQUIRE_FALSE(replayed->blocked);
    REQUIRE(replayed->execution->pending_activities().size() == 1);
    CHECK(replayed->execution->pending_activities()[0].scheduled == EventId{3});
    CHECK(replayed->execution->next_event() == EventId{4});
}

TEST_CASE("a deprecated marker makes patched true") {
    const auto replayed = replay_as(with_patch, recorded_by(with_deprecation));
    CHECK_FALSE(replayed->blocked);
    CHECK(replayed->heard() == std::vector{true});
}

TEST_CASE("a deprecated marker allows deprecate_patch") {
    CHECK_FALSE(replay_as(with_deprecation, recorded_by(with_deprecation))->blocked);
}

// --- history has no marker -------------------------------------------------------------------------------

TEST_CASE("without a marker code that does not ask is the same code") {
    CHECK_FALSE(replay_as(without, recorded_by(without))->blocked);
}

TEST_CASE("on replay without a marker patched is false, and stays false for the rest of the run") {
    const auto replayed = replay_as(with_patch, recorded_by(without));
    REQUIRE_FALSE(replayed->blocked);
    CHECK(replayed->heard() == std::vector{false});
    CHECK(marker_in(replayed->feed(first_work_done_and_go_on(2))) == nullptr);
    CHECK(replayed->heard() == std::vector{false, false});
    CHECK(replayed->execution->patches() == std::vector<replay::PatchAnswer>{{std::string{id}, false}});
}

TEST_CASE("on replay without a marker deprecate_patch is allowed, and writes none later") {
    const auto replayed = replay_as(with_deprecation, recorded_by(without));
    REQUIRE_FALSE(replayed->blocked);
    CHECK(marker_in(replayed->feed(first_work_done_and_go_on(2))) == nullptr);
}

// --- around the table ------------------------------------------------------------------------------------

namespace {

template <bool patch_first>
Task<std::string> asks_beside_work(Workflow& wf, Nothing) {
    if (patch_first) static_cast<void>(wf.patched(id));
    auto running = wf.start(work, {"a", 1});
    if (!patch_first) static_cast<void>(wf.patched(id));
    co_await wf.sleep(1h);
    co_return "done";
}

Task<std::string> asks_only(Workflow& wf, Nothing) {
    wf.deprecate_patch(id);
    co_await wf.signals(go_on).receive();
    co_return "done";
}
Task<std::string> asks_nothing(Workflow& wf, Nothing) {
    co_await wf.signals(go_on).receive();
    co_return "done";
}

Task<std::string> asks_for_another(Workflow& wf, Nothing) {
    static_cast<void>(wf.patched("three-texts"));
    co_await wf.run(work, {"first", 1});
    co_return "done";
}

Task<std::string> asks_late(Workflow& wf, Nothing) {
    co_await wf.run(work, {"first", 1});
    const bool new_way = wf.patched(id);
    co_await wf.signals(go_on).receive();
    co_return new_way ? "new" : "old";
}
Task<std::string> never_asks(Workflow& wf, Nothing) {
    co_await wf.run(work, {"first", 1});
    co_await wf.signals(go_on).receive();
    co_return "old";
}

Task<std::string> asks_without_a_name(Workflow& wf, Nothing) {
    static_cast<void>(wf.patched(""));
    co_return "done";
}

}  // namespace

TEST_CASE("a call may move to an earlier place of the same activation: the marker is met by its id") {
    const auto replayed = replay_as(asks_beside_work<true>, recorded_by(asks_beside_work<false>));
    REQUIRE_FALSE(replayed->blocked);
    CHECK(replayed->execution->pending_activities()[0].scheduled == EventId{2});
    CHECK(replayed->execution->next_event() == EventId{5});
}

TEST_CASE("an activation of nothing but a deprecated marker replays without the call") {
    Script script{asks_only};
    script.feed();
    CHECK(script.said() == "PatchMarked 2");
    const auto replayed = replay_as(asks_nothing, script.history());
    REQUIRE_FALSE(replayed->blocked);
    CHECK(replayed->execution->next_event() == EventId{3});
}

TEST_CASE("another patch's marker is a mismatch") {
    const auto replayed = replay_as(asks_for_another, recorded_by(with_patch));
    REQUIRE(replayed->blocked);
    CHECK(replayed->blocked->mismatch->recorded == "PatchMarked two-texts");
}

TEST_CASE("an open run that has not come to the place goes the new way") {
    const auto replayed = replay_as(asks_late, recorded_by(never_asks));
    REQUIRE_FALSE(replayed->blocked);
    CHECK(replayed->execution->patches().empty());
    const auto commands = replayed->feed({Script::completed(2, Done{"ok"})});
    const auto* marker = marker_in(commands);
    REQUIRE(marker != nullptr);
    CHECK(marker->id == id);
}

TEST_CASE("a patch without a name blocks the activation") {
    Script script{asks_without_a_name};
    const auto blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
}

TEST_CASE("a marker survives its wire form") {
    const history::Event marker = history::PatchMarked{.id = "a", .deprecated = true, .source = "f.cpp:1"};
    CHECK(history::decode_event(history::encode_event(marker)) == marker);
    CHECK(history::encode_event(history::PatchMarked{.id = "a"}) == R"({"k":"PatchMarked","id":"a"})");
}

}  // namespace durable::test

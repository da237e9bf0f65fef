// now, random, uuid, side_effect, info; and the binding promise: the same history gives the same commands.

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

struct Drawn {
    std::vector<std::int64_t> numbers;
    Uuid uuid;
    double real = 0;
};
BOOST_DESCRIBE_STRUCT(Drawn, (), (numbers, uuid, real))

Task<Drawn> draws(Workflow& wf, Nothing) {
    Drawn drawn;
    for (int i = 0; i < 3; ++i) {
        drawn.numbers.push_back(wf.random().uniform(1, 6));
        co_await wf.sleep(1s);
    }
    drawn.uuid = wf.uuid();
    drawn.real = wf.random().real();
    co_return drawn;
}

TEST_CASE("random numbers and uuids are the run's own: the same at every replay") {
    Script script{draws};
    script.feed().wait(1s).wait(1s).wait(1s);
    // These may never change, or every open run that drew numbers would be blocked.
    CHECK(encode(script.result<Drawn>()).json ==
          R"({"numbers":[2,1,1],"uuid":"019cc653-d7e7-41a1-b43e-d52428aa8eaa","real":0.1712345589928007})");
}

Task<int> counts_effects(Workflow& wf, Nothing) {
    static int calls = 0;
    const int value = wf.side_effect([] { return ++calls; });
    co_await wf.sleep(1s);
    co_return value;
}

TEST_CASE("a side effect happens once; replays get what it gave then") {
    Script script{counts_effects};
    script.feed();
    CHECK(script.said() == "SideEffectRecorded 2, TimerStarted 3");
    const int first = decode<int>(script.command<history::SideEffectRecorded>(0).value);
    script.wait(1s);
    CHECK(script.result<int>() == first);
}

Task<Nothing> effect_fails(Workflow& wf, Nothing) {
    const int value = wf.side_effect([]() -> int { throw ApplicationError("NoLuck", "out of dice"); });
    co_await wf.sleep(std::chrono::seconds{value});
    co_return Nothing{};
}

TEST_CASE(
    "a side effect that throws blocks the activation: there is nothing to record, and it can be tried "
    "again") {
    Script script{effect_fails};
    const replay::Blocked blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::escaped_exception);
    CHECK(blocked.reason.find("NoLuck: out of dice") != std::string::npos);
}

Task<std::string> tells_info(Workflow& wf, Nothing) {
    const WorkflowInfo& info = wf.info();
    co_await wf.sleep(1h);
    co_return info.run.value.to_string() + ' ' + info.workflow.value + ' ' + info.type + ' ' +
        info.tenant.value + ' ' + info.queue + ' ' + to_string(info.started_at) + ' ' +
        to_string(*info.run_deadline);
}

TEST_CASE("info tells who the run is") {
    Script script{tells_info, Nothing{}, 24h};
    script.feed().wait(1h);
    CHECK(script.result<std::string>() ==
          "0190a5b0-7c3e-7a10-8000-000000000001 w-1 scripted acme default 2026-01-15T00:00:00Z "
          "2026-01-16T00:00:00Z");
}

// --- the same again --------------------------------------------------------------------------------------

Task<std::string> branch(Workflow& wf, int number) {
    co_await wf.sleep(std::chrono::seconds{wf.random().uniform(1, 5)});
    const Done done = co_await wf.run(work, {std::to_string(number), number});
    co_return done.text;
}
Task<std::string> busy(Workflow& wf, int branches) {
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < branches; ++i) tasks.push_back(branch(wf, i));
    const auto texts = co_await wf.all(std::move(tasks));
    std::string joined;
    for (const std::string& text : texts) joined += text;
    co_return joined;
}

/// Plays a run of fifty branches whose activities end in an order that depends on `step`.
history::History play(int step) {
    Script script{busy, 50};
    script.feed();
    for (int second = 0; second < 5; ++second) script.wait(1s);
    std::vector<replay::PendingActivity> pending = script.execution().pending_activities();
    REQUIRE(pending.size() == 50);
    for (std::size_t i = 0, at = 0; i < 50; ++i, at = (at + static_cast<std::size_t>(step)) % 50) {
        const int id = pending[at].scheduled.value;
        script.complete(id, Done{std::to_string(id)});
    }
    CHECK(script.status() == replay::RunStatus::completed);
    return script.history();
}

TEST_CASE("the same events give the same commands, and a replay agrees with the life it repeats") {
    CHECK(play(7) == play(7));
    CHECK(play(7) != play(3));
}

// --- frames ----------------------------------------------------------------------------------------------

struct Counted {
    explicit Counted(int& count) : lives(&count) { ++*lives; }
    Counted(const Counted& other) : lives(other.lives) { ++*lives; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --*lives; }
    int* lives;
};

int living = 0;
Task<Nothing> deep(Workflow& wf, int depth) {
    const Counted counted{living};
    if (depth > 0) co_return co_await deep(wf, depth - 1);
    co_await wf.all(wf.sleep(1h), wf.run(work, {"x", 0}), wf.any(wf.sleep(2h), wf.signals(approve).receive()),
                    wf.wait_until([] { return false; }), wf.shielded(wf.sleep(3h)));
    co_return Nothing{};
}

TEST_CASE("destroying an execution destroys every suspended frame, once") {
    living = 0;
    {
        Script script{deep, 20};
        script.feed();
        CHECK(living == 21);
    }
    CHECK(living == 0);
}

Task<int> child(Workflow&, int number) {
    co_return number;
}
Task<std::int64_t> many_children(Workflow& wf, int count) {
    std::int64_t sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await child(wf, 1);
    co_return sum;
}

TEST_CASE("two million child tasks in a row do not grow the stack") {
    WorkflowRegistry registry;
    registry.add(WorkflowType<int, std::int64_t>{"children"}, many_children);
    replay::Execution execution{registry, some_run, "b"};
    const history::WorkflowStarted started{.type = "children",
                                           .workflow_id = "w",
                                           .tenant = {},
                                           .queue = "q",
                                           .input = encode(2'000'000),
                                           .run_deadline = {}};
    REQUIRE_FALSE(execution.replay({.time = some_day, .build = {}, .arrived = {started}, .commands = {}}));
    const auto result = execution.activate({}, some_day);
    REQUIRE(result.activated);
    CHECK(std::get<history::WorkflowCompleted>(result.activated->activation.commands.at(0)).result.json ==
          "2000000");
}

}  // namespace
}  // namespace durable::test

// What a run shows to others: answers of its code, and state that it publishes.

#include <stdexcept>

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

using replay::QueryAnswer;

struct Progress {
    int done = 0;
    std::vector<std::string> names{};
    bool operator==(const Progress&) const = default;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (done, names))

constexpr Query<Nothing, Progress> progress{"progress"};
constexpr Query<int, std::string> name_of{"name_of"};

Task<int> paints(Workflow& wf, int walls) {
    Progress& so_far = wf.keep(Progress{});
    wf.on_query(progress, [&so_far](const Nothing&) { return so_far; });
    wf.on_query(name_of, [&so_far](int i) { return so_far.names.at(static_cast<std::size_t>(i)); });
    for (int i = 0; i < walls; ++i) {
        const Done done = co_await wf.run(work, {"wall", i});
        so_far.names.push_back(done.text);
        ++so_far.done;
    }
    if (walls == 3) wf.continue_as_new(1);
    if (walls == 0) throw ApplicationError("NoWalls", "nothing to paint");
    co_return so_far.done;
}

Progress shown(const QueryAnswer& answer) {
    INFO(answer.error);
    REQUIRE(answer.kind == QueryAnswer::Kind::answered);
    return decode<Progress>(answer.result);
}

TEST_CASE("a query is answered by the code, as of the last activation") {
    Script script{paints, 2};
    script.feed();
    CHECK(shown(script.ask(progress, {})) == Progress{});
    script.complete(2, Done{"north"});
    CHECK(shown(script.ask(progress, {})) == Progress{1, {"north"}});
    CHECK(decode<std::string>(script.ask(name_of, 0).result) == "north");
}

TEST_CASE("a closed run answers as well, however it ended") {
    Script completed{paints, 1};
    completed.feed().complete(2, Done{"north"});
    REQUIRE(completed.status() == replay::RunStatus::completed);
    CHECK(shown(completed.ask(progress, {})) == Progress{1, {"north"}});
    Script continued{paints, 3};
    continued.feed().complete(2, Done{"n"}).complete(4, Done{"e"}).complete(6, Done{"s"});
    REQUIRE(continued.status() == replay::RunStatus::continued_as_new);
    CHECK(shown(continued.ask(progress, {})).done == 3);
    Script failed{paints, 0};
    failed.feed();
    REQUIRE(failed.status() == replay::RunStatus::failed);
    CHECK(shown(failed.ask(progress, {})).done == 0);
    Script canceled{paints, 2};
    canceled.feed().complete(2, Done{"north"}).feed(Script::cancel("rain"));
    REQUIRE(canceled.status() == replay::RunStatus::canceled);
    CHECK(shown(canceled.ask(progress, {})).done == 1);
}

TEST_CASE("a run that was terminated answers with what its code had reached") {
    Script script{paints, 2};
    script.feed().complete(2, Done{"north"});
    replay::Execution& execution = script.execution();
    REQUIRE_FALSE(execution.replay({.first_event = execution.next_event(),
                                    .time = some_day,
                                    .build = "",
                                    .arrived = {},
                                    .commands = {history::WorkflowTerminated{"enough", "ann"}}}));
    CHECK(shown(execution.query("progress", encode(Nothing{}))).done == 1);
}

TEST_CASE("an unknown query lists the known ones") {
    Script script{paints, 1};
    script.feed();
    const QueryAnswer answer = script.ask(Query<Nothing, int>{"colour"}, {});
    CHECK(answer.kind == QueryAnswer::Kind::unknown);
    CHECK(answer.error == "nothing answers to the query \"colour\" (known: name_of, progress)");
    CHECK(script.execution().queries() == std::vector<std::string>{"name_of", "progress"});
}

TEST_CASE("a run whose code has not run yet knows no queries, and says so") {
    Script script{paints, 1};
    CHECK(script.ask(progress, {}).error ==
          "nothing answers to the query \"progress\" (known: none, as far as the code has run)");
}

TEST_CASE("a question that does not decode is refused with the path") {
    Script script{paints, 1};
    script.feed();
    const QueryAnswer answer = script.execution().query("name_of", Payload{"\"first\""});
    CHECK(answer.kind == QueryAnswer::Kind::bad_input);
    CHECK(answer.error == "query \"name_of\": its input: expected number, found string");
}

TEST_CASE("an exception in a handler is an error of the query, never of the run") {
    Script script{paints, 1};
    script.feed();
    const QueryAnswer answer = script.execution().query("name_of", encode(5));
    CHECK(answer.kind == QueryAnswer::Kind::failed);
    CHECK(answer.error.starts_with("query \"name_of\": its handler failed: "));
    script.complete(2, Done{"north"});
    CHECK(script.result<int>() == 1);
}

/// Everything that a handler must not do, by number.
void misbehave(Workflow& wf, CancellationScope& scope, ActivityHandle<Done>& handle, int how) {
    switch (how) {
        case 0:
            static_cast<void>(wf.start(work, {"more", 1}));
            return;
        case 1:
            wf.publish(StateKey<int>{"n"}, 1);
            return;
        case 2:
            static_cast<void>(wf.side_effect([] { return 1; }));
            return;
        case 3:
            static_cast<void>(wf.uuid());
            return;
        case 4:
            static_cast<void>(wf.signals(approve).try_receive());
            return;
        case 5:
            wf.continue_as_new(how);
        case 6:
            static_cast<void>(wf.keep(1));
            return;
        case 7:
            wf.on_query(progress, [](const Nothing&) { return Progress{}; });
            return;
        case 8:
            scope.cancel("by a query");
            return;
        case 9:
            handle.cancel("by a query");
            return;
        case 10:
            static_cast<void>(wf.sleep(1s).await_ready());
            return;
        case 11:
            static_cast<void>(wf.start_child(painter, {"a", 1}, named("a")).await_ready());
            return;
        default:
            throw std::out_of_range("no such sin");
    }
}
constexpr Query<int, bool> sin{"sin"};
constexpr Query<int, bool> secret_sin{"secret_sin"};

Task<Nothing> tempted(Workflow& wf, Nothing) {
    auto& scope = wf.keep(wf.scope());
    auto& handle = wf.keep(wf.start(work, {"door", 1}));
    wf.on_query(sin, [&wf, &scope, &handle](int how) {
        misbehave(wf, scope, handle, how);
        return true;
    });
    wf.on_query(secret_sin, [&wf, &scope, &handle](int how) {
        try {
            misbehave(wf, scope, handle, how);
        } catch (...) {
            return false;
        }
        return true;
    });
    (void)co_await wf.attempt(handle);
    co_return Nothing{};
}

TEST_CASE("a handler that does more than read is refused, and has changed nothing") {
    constexpr int sins = 12;
    Script script{tempted};
    script.feed();
    for (int how = 0; how < sins; ++how) {
        CAPTURE(how);
        CHECK(script.execution().query("sin", encode(how)).kind == QueryAnswer::Kind::not_allowed);
        const QueryAnswer hidden = script.execution().query("secret_sin", encode(how));
        CHECK(hidden.kind == QueryAnswer::Kind::not_allowed);
        CHECK(hidden.error ==
              "query \"secret_sin\": its handler used a verb of Workflow: it may only read what wf.keep() "
              "gave");
    }
    CHECK(script.execution().query("sin", encode(sins)).kind == QueryAnswer::Kind::failed);
    script.complete(2, Done{"red"});
    CHECK(script.said() == "WorkflowCompleted 4");
}

TEST_CASE("a query that was refused does not spoil the next one") {
    Script script{tempted};
    script.feed();
    CHECK(script.execution().query("secret_sin", encode(0)).kind == QueryAnswer::Kind::not_allowed);
    CHECK(script.execution().query("secret_sin", encode(99)).kind == QueryAnswer::Kind::answered);
}

Task<Nothing> answers_twice(Workflow& wf, Nothing) {
    wf.on_query(name_of, [](int) { return std::string{"first"}; });
    co_await wf.run(ping, {});
    wf.on_query(name_of, [](int) { return std::string{"second"}; });
    co_return Nothing{};
}

TEST_CASE("a later handler replaces an earlier one of the same name") {
    Script script{answers_twice};
    script.feed();
    CHECK(decode<std::string>(script.ask(name_of, 0).result) == "first");
    script.complete(2, Nothing{});
    CHECK(decode<std::string>(script.ask(name_of, 0).result) == "second");
}

struct Counted {
    explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
    Counted(const Counted&) = delete;
    Counted(Counted&& other) noexcept : alive_(std::exchange(other.alive_, nullptr)) {}
    Counted& operator=(Counted&&) = delete;
    ~Counted() {
        if (alive_ != nullptr) --*alive_;
    }

  private:
    int* alive_;
};
Task<Nothing> keeps_in_a_task(Workflow& wf, int& alive) {
    static_cast<void>(wf.keep(Counted{alive}));
    co_return Nothing{};
}

TEST_CASE("what is kept lives as long as the Execution, not only as long as the task that kept it") {
    static int alive = 0;
    WorkflowRegistry registry;
    registry.add(WorkflowType<Nothing, Nothing>{"scripted"},
                 [](Workflow& wf, Nothing) -> Task<Nothing> { return keeps_in_a_task(wf, alive); });
    {
        replay::Execution execution{registry, some_run, "b"};
        history::WorkflowStarted started{.type = "scripted", .workflow_id = "w", .queue = "q"};
        REQUIRE_FALSE(
            execution.replay({.time = some_day, .build = "", .arrived = {started}, .commands = {}}));
        REQUIRE(execution.activate({}, some_day).activated);
        CHECK(execution.status() == replay::RunStatus::completed);
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

// --- published state -------------------------------------------------------------------------------------

constexpr StateKey<Progress> stage{"stage"};

Task<Nothing> publishes(Workflow& wf, Nothing) {
    wf.publish(stage, Progress{.done = 1});
    (void)co_await wf.attempt(wf.sleep(1h));
    wf.publish(stage, {2, {"last"}});
    co_return Nothing{};
}

TEST_CASE("published state is a command of the activation that published it") {
    Script script{publishes};
    script.feed();
    CHECK(script.said() == "StatePublished 2, TimerStarted 3");
    const auto& command = script.command<history::StatePublished>(0);
    CHECK(command.key == "stage");
    CHECK(decode<Progress>(command.value) == Progress{.done = 1});
    CHECK(command.source.starts_with("replay/queries_test.cpp:"));
}

TEST_CASE("a cancelled run still publishes: it waits for nothing") {
    Script script{publishes};
    script.feed().feed(Script::cancel("enough"));
    CHECK(script.said() == "TimerCanceled 5, StatePublished 6, WorkflowCompleted 7");
}

Task<Nothing> publishes_under(Workflow& wf, std::string key) {
    wf.publish(StateKey<int>{key}, 1);
    co_return Nothing{};
}

TEST_CASE("a key that is empty or too long blocks the activation") {
    for (const std::string& key : {std::string{}, std::string(201, 'k')}) {
        Script script{publishes_under, key};
        const replay::Blocked blocked = script.feed_blocked();
        CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
        CHECK(blocked.reason.starts_with("publish at replay/queries_test.cpp:"));
    }
}

}  // namespace
}  // namespace durable::test

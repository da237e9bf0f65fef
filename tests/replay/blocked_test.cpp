#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

using Kind = replay::Blocked::Kind;

history::Activation start_of(const std::string& type, const std::string& input) {
    const history::WorkflowStarted started{.type = type,
                                           .workflow_id = "w",
                                           .tenant = {},
                                           .queue = "q",
                                           .input = Payload{input},
                                           .run_deadline = {}};
    return {.time = some_day, .build = {}, .arrived = {started}, .commands = {}};
}

Task<std::string> job_name(Workflow& wf, Job job) {
    const Done done = co_await wf.run(work, job);
    if (done.text == "bug") throw std::out_of_range("segments[7]");
    if (done.text == "number") throw 42;
    co_return done.text;
}

WorkflowRegistry registry_with_job_name() {
    WorkflowRegistry registry;
    registry.add(WorkflowType<Job, std::string>{"job"}, job_name);
    return registry;
}

TEST_CASE("a run whose type this build does not have is blocked, by name") {
    const WorkflowRegistry registry = registry_with_job_name();
    replay::Execution execution{registry, some_run, "build-1"};
    const auto blocked = execution.replay(start_of("unheard-of", "{}"));
    REQUIRE(blocked);
    CHECK(blocked->kind == Kind::unknown_type);
    CHECK(blocked->reason == "build build-1 has no workflow called \"unheard-of\"");
}

TEST_CASE("an input that does not fit is blocked with its path") {
    const WorkflowRegistry registry = registry_with_job_name();
    replay::Execution execution{registry, some_run, "b"};
    REQUIRE_FALSE(execution.replay(start_of("job", R"({"name":"x","size":"large"})")));
    const auto result = execution.activate({}, some_day);
    REQUIRE(result.blocked);
    CHECK(result.blocked->kind == Kind::undecodable);
    CHECK(result.blocked->reason == "input: size: expected number, found string");
}

TEST_CASE("a result that does not fit is blocked with the activity and the path") {
    Script script{job_name, Job{"x", 1}};
    script.feed();
    const replay::Blocked blocked =
        script.feed_blocked(history::ActivityCompleted{EventId{2}, Payload{R"({"txt":1})"}});
    CHECK(blocked.kind == Kind::undecodable);
    CHECK(blocked.reason == "activity work (event 2): text: missing");
}

TEST_CASE("what is no DurableError blocks the run when it leaves the code") {
    Script script{job_name, Job{"x", 1}};
    script.feed();
    SUBCASE("a standard exception") {
        const replay::Blocked blocked = script.feed_blocked(Script::completed(2, Done{"bug"}));
        CHECK(blocked.kind == Kind::escaped_exception);
        CHECK(blocked.reason == "an exception left the workflow's code: segments[7]");
    }
    SUBCASE("anything") {
        const replay::Blocked blocked = script.feed_blocked(Script::completed(2, Done{"number"}));
        CHECK(blocked.kind == Kind::escaped_exception);
    }
}

Task<std::string> swallows_everything(Workflow& wf, Nothing) {
    for (;;) {
        try {
            co_await wf.run(work, {"x", 1});
        } catch (...) {
            // Bad manners, but it must not hide what is wrong, nor spin.
        }
    }
}

TEST_CASE("code that swallows every exception cannot hide a result that does not decode") {
    Script script{swallows_everything};
    script.feed();
    const replay::Blocked blocked =
        script.feed_blocked(history::ActivityCompleted{EventId{2}, Payload{"[]"}});
    CHECK(blocked.kind == Kind::undecodable);
}

TEST_CASE("a blocked run goes on where it was once fixed code replays its history") {
    Script script{job_name, Job{"x", 1}};
    script.feed();
    const std::vector<history::Activation> history = script.history();
    static_cast<void>(script.feed_blocked(Script::completed(2, Done{"bug"})));

    WorkflowRegistry fixed;
    fixed.add(
        WorkflowType<Job, std::string>{"scripted"}, +[](Workflow& wf, Job job) -> Task<std::string> {
            const Done done = co_await wf.run(work, job);
            co_return "fixed " + done.text;
        });
    replay::Execution again{fixed, some_run, "build-2"};
    for (const history::Activation& activation : history) REQUIRE_FALSE(again.replay(activation));
    const auto result = again.activate({Script::completed(2, Done{"bug"})}, some_day);
    REQUIRE(result.activated);
    CHECK(result.activated->status == replay::RunStatus::completed);
}

TEST_CASE("ends that are written from outside need no code, and close the run") {
    for (const history::Event& end : {history::Event{history::WorkflowTerminated{"fraud", "ann"}},
                                      history::Event{history::WorkflowTimedOut{"1 h"}}}) {
        Script script{job_name, Job{"x", 1}};
        script.feed();
        const history::Activation last{
            .first_event = EventId{3}, .time = some_day, .build = "b", .arrived = {}, .commands = {end}};
        REQUIRE_FALSE(script.execution().replay(last));
        CHECK(script.status() != replay::RunStatus::running);
        CHECK(script.execution().stack().empty());
        CHECK_FALSE(script.execution().wake_at());
        CHECK_FALSE(script.execution().expects(Script::completed(2, Done{})));
        CHECK_THROWS_AS(static_cast<void>(script.execution().activate({}, some_day)), std::logic_error);
        CHECK(script.execution().replay(last)->reason == "the history is not continuous at event 3");
    }
}

TEST_CASE("a history that does not begin with its start is refused") {
    const WorkflowRegistry registry = registry_with_job_name();
    replay::Execution execution{registry, some_run, "b"};
    CHECK(execution.replay({.time = some_day, .build = {}, .arrived = {}, .commands = {}}));
}

TEST_CASE("two workflows of one name are refused when the program starts") {
    WorkflowRegistry registry = registry_with_job_name();
    CHECK_THROWS_WITH_AS(registry.add(WorkflowType<Job, std::string>{"job"}, job_name),
                         "two workflows are called \"job\"", std::logic_error);
    CHECK_THROWS_AS(registry.add(WorkflowType<Job, std::string>{""}, job_name), std::logic_error);
    CHECK(registry.knows("job"));
    CHECK_FALSE(registry.knows("jobs"));
    CHECK(registry.names() == std::vector<std::string>{"job"});
}

}  // namespace
}  // namespace durable::test

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

Task<std::string> text_of(Workflow& wf, std::string name) {
    const Done done = co_await wf.run(work, {name, 0});
    co_return done.text;
}

Task<std::string> all_kinds(Workflow& wf, Nothing) {
    auto [done, text, slept, message] = co_await wf.all(wf.run(work, {"run", 0}), text_of(wf, "task"),
                                                        wf.sleep(1s), wf.signals(approve).receive());
    static_assert(std::is_same_v<decltype(slept), Nothing>);
    co_return done.text + text + message.text;
}

TEST_CASE("all starts its branches in argument order and gives every result") {
    Script script{all_kinds};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, ActivityScheduled 3, TimerStarted 4");
    CHECK(decode<Job>(script.command<history::ActivityScheduled>(0).input).name == "run");
    script.complete(3, Done{"t"}).feed(Script::signal("approve", Done{"m"})).wait(1s);
    CHECK(script.said().empty());
    script.complete(2, Done{"r"});
    CHECK(script.result<std::string>() == "rtm");
}

Task<std::string> two_that_fail(Workflow& wf, Nothing) {
    co_await wf.all(wf.run(work, {"a", 0}), wf.run(work, {"b", 0}), wf.run(work, {"c", 0}));
    co_return "unreachable";
}

TEST_CASE("all waits for every branch, then throws the first failure in argument order") {
    Script script{two_that_fail};
    script.feed().feed(Script::failed(4, "Late"));
    CHECK(script.said().empty());
    script.feed(Script::failed(3, "Early"));
    CHECK(script.said().empty());
    script.complete(2, Done{});
    CHECK(script.command<history::WorkflowFailed>(0).failure.cause->type == "Early");
}

Task<std::vector<std::string>> many(Workflow& wf, int count) {
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(text_of(wf, std::to_string(i)));
    co_return co_await wf.all(std::move(tasks));
}

TEST_CASE("all of a vector gives a vector in the same order") {
    Script script{many, 3};
    script.feed().feed(Script::completed(4, Done{"c"}), Script::completed(2, Done{"a"}));
    script.complete(3, Done{"b"});
    CHECK(script.result<std::vector<std::string>>() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("all of nothing is over at once") {
    Script script{many, 0};
    script.feed();
    CHECK(script.result<std::vector<std::string>>().empty());
}

Task<std::string> race(Workflow& wf, Nothing) {
    const auto first = co_await wf.any(wf.run(work, {"a", 0}), text_of(wf, "b"), wf.sleep(1min));
    switch (first.index) {
        case 0:
            co_return "run " + std::get<0>(first.value).text;
        case 1:
            co_return "task " + std::get<1>(first.value);
        default:
            co_return "timer";
    }
}

TEST_CASE("any takes the first branch that ends and cancels the others") {
    Script script{race};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, ActivityScheduled 3, TimerStarted 4");
    SUBCASE("an activity") {
        script.complete(2, Done{"won"});
        CHECK(script.said() == "ActivityCancelRequested 6, TimerCanceled 7, WorkflowCompleted 8");
        CHECK(script.command<history::ActivityCancelRequested>(0).scheduled == EventId{3});
        CHECK(script.command<history::TimerCanceled>(1).started == EventId{4});
        CHECK(script.result<std::string>() == "run won");
    }
    SUBCASE("a task") {
        script.complete(3, Done{"won"});
        CHECK(script.result<std::string>() == "task won");
    }
    SUBCASE("a timer") {
        script.wait(1min);
        CHECK(script.said() == "ActivityCancelRequested 6, ActivityCancelRequested 7, WorkflowCompleted 8");
        CHECK(script.result<std::string>() == "timer");
    }
    SUBCASE("a failure wins too") {
        script.feed(Script::failed(3, "Broken"));
        CHECK(script.command<history::WorkflowFailed>(2).failure.cause->type == "Broken");
    }
    SUBCASE("two in one activation: the one that arrived first") {
        script.feed(Script::completed(3, Done{"first"}), Script::completed(2, Done{"second"}));
        CHECK(script.result<std::string>() == "task first");
    }
}

Task<std::string> first_of_vector(Workflow& wf, int count) {
    std::vector<Run<Done>> runs;
    for (int i = 0; i < count; ++i) runs.push_back(wf.run(work, {std::to_string(i), i}));
    auto first = co_await wf.any(std::move(runs));
    co_return std::to_string(first.index) + first.value.text;
}

TEST_CASE("any of a vector names the winner's index") {
    Script script{first_of_vector, 3};
    script.feed().complete(3, Done{"!"});
    CHECK(script.result<std::string>() == "1!");
}

TEST_CASE("any of an empty vector is a bug, not an endless wait") {
    Script script{first_of_vector, 0};
    CHECK(script.feed_blocked().reason.find("would wait for ever") != std::string::npos);
}

Task<std::string> slow_loser(Workflow& wf, Nothing) {
    const auto first =
        co_await wf.any(wf.run(work, {"polite", 0}, with(CancellationType::wait_cancelled)), wf.sleep(1s));
    co_return std::to_string(first.index);
}

TEST_CASE("any leaves nothing running: it waits for losers that take their time to stop") {
    Script script{slow_loser};
    script.feed().wait(1s);
    CHECK(script.said() == "ActivityCancelRequested 5");
    script.complete(2, Done{"too late"});
    CHECK(script.result<std::string>() == "1");
}

Task<std::string> two_signals(Workflow& wf, Nothing) {
    const auto first = co_await wf.any(wf.signals(approve).receive(), wf.signals(numbers).receive());
    const auto left = wf.signals(numbers).try_receive();
    co_return std::to_string(first.index) + (left ? " left " + std::to_string(*left) : " lost");
}

TEST_CASE("a message that came for a loser of any is not lost") {
    Script script{two_signals};
    script.feed().feed(Script::signal("approve", Done{}), Script::signal("numbers", 7));
    CHECK(script.result<std::string>() == "0 left 7");
}

Task<int> throws_a_bug(Workflow& wf, Nothing) {
    co_await wf.run(ping, {});
    throw std::runtime_error("index out of range");
}
Task<Nothing> bug_in_a_branch(Workflow& wf, Nothing) {
    co_await wf.all(throws_a_bug(wf, {}), wf.sleep(std::chrono::days{30}));
    co_return Nothing{};
}

TEST_CASE("a bug in one branch blocks at once, it does not wait for its siblings") {
    Script script{bug_in_a_branch};
    script.feed();
    const replay::Blocked blocked = script.feed_blocked(Script::completed(2, Nothing{}));
    CHECK(blocked.kind == replay::Blocked::Kind::escaped_exception);
    CHECK(blocked.reason.find("index out of range") != std::string::npos);
}

Task<std::string> nested(Workflow& wf, Nothing) {
    auto outcome = co_await wf.attempt(wf.all(text_of(wf, "a"), wf.any(text_of(wf, "b"), wf.sleep(1s))));
    co_return outcome.ok() ? std::get<0>(outcome.value()) : outcome.failure().cause->type;
}

TEST_CASE("all, any and attempt nest") {
    Script script{nested};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, ActivityScheduled 3, TimerStarted 4");
    SUBCASE("success") {
        script.wait(1s).complete(2, Done{"done"});
        CHECK(script.result<std::string>() == "done");
    }
    SUBCASE("failure") {
        script.feed(Script::failed(2, "Bad")).complete(3, Done{});
        CHECK(script.result<std::string>() == "Bad");
    }
}

}  // namespace
}  // namespace durable::test

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

Task<std::int64_t> two_naps(Workflow& wf, Nothing) {
    const Timestamp before = wf.now();
    co_await wf.sleep(90s);
    co_await wf.sleep(30s);
    co_return (wf.now() - before).count();
}

TEST_CASE("sleep is a timer in the history, due its delay after the activation's time") {
    Script script{two_naps};
    script.feed();
    const auto& timer = script.command<history::TimerStarted>(0);
    CHECK(timer.delay == 90s);
    CHECK(timer.due == some_day + 90s);
    CHECK(script.activated().wake_at == some_day + 90s);
    CHECK(script.execution().due_timers(some_day + 89s).empty());
    REQUIRE(script.execution().due_timers(some_day + 90s).size() == 1);

    script.wait(100s);
    CHECK(script.activated().wake_at == some_day + 130s);
    script.wait(30s);
    CHECK(script.result<std::int64_t>() == Duration{130s}.count());
    CHECK_FALSE(script.activated().wake_at);
}

Task<Nothing> no_nap(Workflow& wf, Nothing) {
    co_await wf.sleep(-5s);
    co_return Nothing{};
}

TEST_CASE("a sleep of less than nothing is due at once") {
    Script script{no_nap};
    script.feed();
    CHECK(script.activated().wake_at == some_day);
    script.wait(0s);
    CHECK(script.said() == "WorkflowCompleted 4");
}

Task<Nothing> forever(Workflow& wf, Nothing) {
    co_await wf.sleep(Duration::max());
    co_return Nothing{};
}

TEST_CASE("the longest delay does not overflow the calendar") {
    Script script{forever};
    script.feed();
    CHECK(script.command<history::TimerStarted>(0).due == Timestamp::max());
    CHECK(script.execution().due_timers(some_day + std::chrono::years{1000}).empty());
}

Task<Nothing> many_timers(Workflow& wf, Nothing) {
    co_await wf.all(wf.sleep(30s), wf.sleep(10s), wf.sleep(20s));
    co_return Nothing{};
}

TEST_CASE("due timers come earliest first, and the run's deadline bounds the wake-up") {
    Script script{many_timers, Nothing{}, 5s};
    script.feed();
    CHECK(script.activated().wake_at == some_day + 5s);
    CHECK_FALSE(script.execution().past_deadline(some_day + 4s));
    CHECK(script.execution().past_deadline(some_day + 5s));
    const std::vector<history::Event> due = script.execution().due_timers(some_day + 25s);
    CHECK(due ==
          std::vector<history::Event>{history::TimerFired{EventId{3}}, history::TimerFired{EventId{4}}});
}

TEST_CASE("time never goes back, whatever the database says") {
    Script script{two_naps};
    script.feed();
    script.now = some_day - 1h;
    script.feed(Script::signal("other", 1));
    CHECK(script.history().back().time == some_day);
}

// --- conditions ------------------------------------------------------------------------------------------

Task<Nothing> add_numbers(Workflow& wf, int& sum) {
    for (;;) sum += co_await wf.signals(numbers).receive();
}
Task<std::string> sum_reaches_ten(Workflow& wf, std::optional<int> seconds) {
    int sum = 0;
    auto waits = [](Workflow& w, int& s, std::optional<int> limit) -> Task<bool> {
        if (!limit) co_return co_await w.wait_until([&s] { return s >= 10; });
        co_return co_await w.wait_until([&s] { return s >= 10; }, std::chrono::seconds{*limit});
    };
    const auto first = co_await wf.any(waits(wf, sum, seconds), add_numbers(wf, sum));
    co_return (std::get<0>(first.value) ? "held " : "over ") + std::to_string(sum);
}

TEST_CASE("wait_until wakes when its condition holds after everything that arrived was delivered") {
    Script script{sum_reaches_ten, std::optional<int>{}};
    script.feed();
    CHECK(script.said() == "CodeStarted 2");
    script.feed(Script::signal("numbers", 9));
    CHECK(script.said().empty());
    script.feed(Script::signal("numbers", 1), Script::signal("numbers", 5));
    CHECK(script.result<std::string>() == "held 15");
}

TEST_CASE("wait_until with a time-out gives false when it is over, and cancels its timer when it is not") {
    Script script{sum_reaches_ten, std::optional{60}};
    script.feed();
    CHECK(script.said() == "TimerStarted 2");
    SUBCASE("over") {
        script.wait(60s);
        CHECK(script.result<std::string>() == "over 0");
    }
    SUBCASE("held") {
        script.feed(Script::signal("numbers", 10));
        CHECK(script.said() == "TimerCanceled 4, WorkflowCompleted 5");
        CHECK(script.result<std::string>() == "held 10");
    }
    SUBCASE("both in the same activation: it held") {
        script.feed(history::TimerFired{EventId{2}}, Script::signal("numbers", 10));
        CHECK(script.said() == "WorkflowCompleted 5");
        CHECK(script.result<std::string>() == "held 10");
    }
}

Task<bool> holds_already(Workflow& wf, Nothing) {
    co_return co_await wf.wait_until([] { return true; }, 1h);
}

TEST_CASE("a condition that holds already waits for nothing and starts no timer") {
    Script script{holds_already};
    script.feed();
    CHECK(script.said() == "WorkflowCompleted 2");
    CHECK(script.result<bool>());
}

Task<Nothing> take_token(Workflow& wf, int& tokens, std::string& order, std::string name) {
    co_await wf.wait_until([&tokens] { return tokens > 0; });
    --tokens;
    order += name + std::to_string(tokens);
    co_return Nothing{};
}
Task<Nothing> give_tokens(Workflow& wf, int& tokens) {
    for (int i = 0; i < 2; ++i) {
        co_await wf.signals(numbers).receive();
        ++tokens;
    }
    co_return Nothing{};
}
Task<std::string> token_bucket(Workflow& wf, Nothing) {
    int tokens = 0;
    std::string order;
    co_await wf.all(take_token(wf, tokens, order, "a"), take_token(wf, tokens, order, "b"),
                    give_tokens(wf, tokens));
    co_return order;
}

TEST_CASE(
    "a condition still holds when its coroutine runs: waiters are woken one at a time, the longest waiting "
    "first") {
    Script script{token_bucket};
    script.feed().feed(Script::signal("numbers", 1));
    CHECK(script.said().empty());
    script.feed(Script::signal("numbers", 1));
    CHECK(script.result<std::string>() == "a0b0");
}

Task<Nothing> throwing_condition(Workflow& wf, Nothing) {
    int looks = 0;
    co_await wf.wait_until([&looks]() -> bool {
        if (++looks > 1) throw std::out_of_range("no such entry");
        return false;
    });
    co_return Nothing{};
}

TEST_CASE("a condition that throws blocks the activation") {
    Script script{throwing_condition};
    const replay::Blocked blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::escaped_exception);
    CHECK(blocked.reason.find("no such entry") != std::string::npos);
}

// --- signals ---------------------------------------------------------------------------------------------

Task<std::vector<int>> three_numbers(Workflow& wf, Nothing) {
    const auto channel = wf.signals(numbers);
    std::vector<int> got;
    co_await wf.run(ping, {});
    while (const auto next = channel.try_receive()) got.push_back(*next);
    while (got.size() < 3) got.push_back(co_await channel.receive());
    co_return got;
}

TEST_CASE("signals are buffered before anybody listens, and taken in order") {
    Script script{three_numbers};
    script.feed(Script::signal("numbers", 1)).feed(Script::signal("numbers", 2));
    script.complete(3, Nothing{});
    CHECK(script.said().empty());
    CHECK(script.execution().waits_for().starts_with("signal numbers at replay/waiting_test.cpp:"));
    script.feed(Script::signal("numbers", 3));
    CHECK(script.result<std::vector<int>>() == std::vector<int>{1, 2, 3});
}

Task<std::string> keep(Workflow& wf, std::string name, std::string& log) {
    const int number = co_await wf.signals(numbers).receive();
    log += name + std::to_string(number);
    co_return log;
}
Task<std::string> two_receivers(Workflow& wf, Nothing) {
    std::string log;
    co_await wf.all(keep(wf, "a", log), keep(wf, "b", log));
    co_return log;
}

TEST_CASE("several receivers are served in the order in which they began to wait") {
    Script script{two_receivers};
    script.feed().feed(Script::signal("numbers", 1), Script::signal("numbers", 2));
    CHECK(script.result<std::string>() == "a1b2");
}

Task<int> receive_or_stop(Workflow& wf, Nothing) {
    const auto timed = co_await wf.any(wf.sleep(1min), wf.signals(numbers).receive());
    if (timed.index == 1) co_return std::get<1>(timed.value);
    co_return 100 + co_await wf.signals(numbers).receive();
}

TEST_CASE("a message reserved for a receiver that is cancelled before it runs goes to the next receiver") {
    Script script{receive_or_stop};
    script.feed().feed(history::TimerFired{EventId{2}}, Script::signal("numbers", 5));
    CHECK(script.result<int>() == 105);
}

TEST_CASE("a message that does not decode blocks the run and says which") {
    Script script{receive_or_stop};
    script.feed();
    const replay::Blocked blocked = script.feed_blocked(Script::signal("numbers", std::string{"five"}));
    CHECK(blocked.kind == replay::Blocked::Kind::undecodable);
    CHECK(blocked.reason == "signal numbers: expected number, found string");
}

}  // namespace
}  // namespace durable::test

// What a history leaves open, read from its events alone.

#include "engine/replay/open_work.hpp"

#include <doctest/doctest.h>

namespace test {
namespace {

using namespace durable;
using namespace durable::history;
using namespace std::chrono_literals;

ActivityScheduled activity(const std::string& type,
                           CancellationType cancellation = CancellationType::try_cancel) {
    ActivityScheduled scheduled;
    scheduled.type = type;
    scheduled.options.cancellation = cancellation;
    return scheduled;
}

TimerStarted timer(Duration due) {
    return {.delay = due, .due = Timestamp{due}, .source = ""};
}

/// Event 1 is the start, 2 to 9 are these commands; then `arrived`, then `later`.
History history_of(std::vector<Event> commands, std::vector<Event> arrived, std::vector<Event> later = {}) {
    History history(3);
    history[0].arrived.emplace_back(WorkflowStarted{});
    history[1].first_event = EventId{2};
    history[1].time = Timestamp{1s};
    history[1].commands = std::move(commands);
    history[2].first_event = history[1].next_event();
    history[2].time = Timestamp{2s};
    history[2].arrived = std::move(arrived);
    history[2].commands = std::move(later);
    return history;
}

}  // namespace

TEST_CASE("an activity is open until its result arrives, whatever that is") {
    const auto history =
        history_of({activity("a"), activity("b"), activity("c")},
                   {ActivityCompleted{EventId{2}, {}, 1}, history::ActivityFailed{EventId{4}, {}}});
    const auto open = replay::open_work(history);
    REQUIRE(open.activities.size() == 1);
    CHECK(open.activities[0].scheduled == EventId{3});
    CHECK(open.activities[0].scheduled_at == Timestamp{1s});
    CHECK(open.activities[0].command->type == "b");
}

TEST_CASE("an activity asked to stop is open only if somebody still waits for it") {
    const auto history =
        history_of({activity("left"), activity("awaited", CancellationType::wait_cancelled)}, {},
                   {ActivityCancelRequested{EventId{2}}, ActivityCancelRequested{EventId{3}}});
    const auto open = replay::open_work(history);
    REQUIRE(open.activities.size() == 1);
    CHECK(open.activities[0].command->type == "awaited");
}

TEST_CASE("open timers come in the order in which they are due, without those that fired or were cancelled") {
    const auto history = history_of({timer(90s), timer(30s), timer(60s), timer(10s)},
                                    {TimerFired{EventId{5}}}, {TimerCanceled{EventId{4}}});
    const auto open = replay::open_work(history);
    REQUIRE(open.timers.size() == 2);
    CHECK(open.timers[0].started == EventId{3});
    CHECK(open.timers[1].started == EventId{2});
}

}  // namespace test

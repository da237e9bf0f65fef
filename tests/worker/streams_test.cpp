// Streams of messages: what code does not receive yet stays in its inbox, and is never out of its reach.

#include <atomic>
#include <thread>

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

constexpr int flood = 3000;
constexpr Signal<int> tick{"tick"};
constexpr Signal<int> other{"other"};

store::RunRef named(const std::string& id) {
    return {.workflow = WorkflowId{id}};
}

struct Count {
    int received = 0;
    int misplaced = 0;  ///< not the number after the last one's
};
BOOST_DESCRIBE_STRUCT(Count, (), (received, misplaced))

void take(Count& count, int number) {
    count.misplaced += number == ++count.received ? 0 : 1;
}

constexpr WorkflowType<Count, Count> ten_a_run{"ten_a_run"};
constexpr WorkflowType<Count, Count> ten_with_work{"ten_with_work"};
constexpr WorkflowType<int, int> waits_for_other{"waits_for_other"};
constexpr WorkflowType<int, int> asks_for_other{"asks_for_other"};
constexpr WorkflowType<int, int> drains{"drains"};
constexpr WorkflowType<int, int> works{"works"};
constexpr WorkflowType<int, int> until_zero{"until_zero"};
constexpr WorkflowType<int, int> asks_twice{"asks_twice"};
constexpr WorkflowType<int, int> goes_on_anyway{"goes_on_anyway"};

Task<Count> run_ten(Workflow& wf, Count count) {
    for (int i = 0; i < 10; ++i) {
        take(count, co_await wf.signals(tick).receive());
        if (count.received == flood) co_return count;
    }
    wf.continue_as_new(count);
}

Task<Count> run_ten_with_work(Workflow& wf, Count count) {
    for (int i = 0; i < 10; ++i) {
        take(count, co_await wf.signals(tick).receive());
        co_await wf.run(add_one, count.received);
        if (count.received == flood / 10) co_return count;
    }
    wf.continue_as_new(count);
}

Task<int> run_waits_for_other(Workflow& wf, int) {
    co_await wf.signals(tick).receive();
    co_return co_await wf.signals(other).receive();
}

/// Looks once a run, never waits for it, and leaves everything else unread.
Task<int> run_asks_for_other(Workflow& wf, int runs) {
    if (const auto found = wf.signals(other).try_receive()) co_return *found;
    wf.continue_as_new(runs + 1);
}

Task<int> run_drains(Workflow& wf, int) {
    int received = 0;
    co_await wf.signals(tick).receive();
    for (++received; wf.signals(tick).try_receive();) ++received;
    co_return received;
}

Task<int> run_works(Workflow& wf, int) {
    co_await wf.signals(tick).receive();
    co_return co_await wf.run(gate, GateInput{.name = "work"});
}

Task<int> run_until_zero(Workflow& wf, int received) {
    while (co_await wf.signals(tick).receive() != 0) ++received;
    co_return received;
}

Task<int> run_asks_twice(Workflow& wf, int) {
    co_await wf.cancel_workflow(WorkflowId{"asked"}, "not needed");
    co_await wf.cancel_workflow(WorkflowId{"asked"}, "not needed");
    co_return 2;
}

Task<Nothing> go_on(Workflow& wf, int runs) {
    wf.continue_as_new(runs + 1);
    co_return Nothing{};
}

Task<int> run_goes_on_anyway(Workflow& wf, int runs) {
    bool asked = false;
    try {
        co_await wf.signals(tick).receive();
    } catch (const Canceled&) {
        asked = true;
    }
    if (asked && runs < 2) co_await wf.shielded(go_on(wf, runs));
    co_return runs;
}

struct Stream : World {
    Stream() {
        workflows.add(ten_a_run, run_ten);
        workflows.add(ten_with_work, run_ten_with_work);
        workflows.add(waits_for_other, run_waits_for_other);
        workflows.add(asks_for_other, run_asks_for_other);
        workflows.add(drains, run_drains);
        workflows.add(works, run_works);
        workflows.add(until_zero, run_until_zero);
        workflows.add(asks_twice, run_asks_twice);
        workflows.add(goes_on_anyway, run_goes_on_anyway);
    }
    /// Ticks 1 to `count`, in one transaction.
    void send_ticks(const std::string& to, int count) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        for (int i = 1; i <= count; ++i)
            static_cast<void>(client().signal(tx, named(to), "tick", encode(i), ""));
        tx.commit();
    }
    [[nodiscard]] int waiting() const { return number("select count(*) from engine.inbox"); }
    /// Most signals that any run was given by the one before it.
    [[nodiscard]] int most_handed_on() const {
        return number(
            "select coalesce(max(json_array_length(fields::json -> 'signals')), 0) from "
            "engine.history_events "
            "where kind = 'WorkflowStarted'");
    }
};

}  // namespace

TEST_CASE(
    "what a run does not receive waits in the inbox for the next one: in order, not copied again and again") {
    Stream world;
    world.start(ten_a_run, {}, "stream");
    world.send_ticks("stream", flood);
    const auto worker = world.start_worker();
    const Count count = world.client().result(ten_a_run, named("stream"), 120s);
    CHECK(count.received == flood);
    CHECK(count.misplaced == 0);
    CHECK(world.number("select count(*) from engine.runs") == flood / 10);
    CHECK(world.most_handed_on() <= 300);
    world.must_be_clean();
    world.check_invariants();
}

TEST_CASE("a run that works on each message leaves the rest in its inbox meanwhile") {
    Stream world;
    world.start(ten_with_work, {}, "stream");
    world.send_ticks("stream", flood);
    const auto worker = world.start_worker();
    const Count count = world.client().result(ten_with_work, named("stream"), 120s);
    CHECK(count.received == flood / 10);
    CHECK(count.misplaced == 0);
    CHECK(world.most_handed_on() <= 300);
    world.check_invariants();
}

TEST_CASE("a signal behind thousands that the code does not receive reaches it") {
    Stream world;
    SUBCASE("when it waits for it") {
        world.start(waits_for_other, 0, "stream");
        world.send_ticks("stream", flood);
        CHECK(world.client().signal(named("stream"), other, 7) == store::SendResult::delivered);
        const auto worker = world.start_worker();
        CHECK(world.client().result(waits_for_other, named("stream"), 60s) == 7);
    }
    SUBCASE("when it only looks, and goes on as new") {
        world.start(asks_for_other, 0, "stream");
        world.send_ticks("stream", flood);
        CHECK(world.client().signal(named("stream"), other, 7) == store::SendResult::delivered);
        const auto worker = world.start_worker();
        CHECK(world.client().result(asks_for_other, named("stream"), 60s) == 7);
        CHECK(world.number("select count(*) from engine.runs") == 1);  // the first one had to see it
    }
    world.must_be_clean();
}

TEST_CASE("a run that receives until there is none has seen all that was sent before its end") {
    Stream world;
    world.start(drains, 0, "stream");
    world.send_ticks("stream", flood);
    const auto worker = world.start_worker();
    CHECK(world.client().result(drains, named("stream"), 60s) == flood);
    world.must_be_clean();
}

TEST_CASE("a cancel request behind thousands of unread signals is heard while an activity runs") {
    Stream world;
    world.start(works, 0, "stream");
    world.send_ticks("stream", flood);
    const auto worker = world.start_worker();
    CHECK(eventually([&] { return world.probe->seen("gate work") == 1; }));
    CHECK(world.waiting() > flood / 2);  // the code has enough of them
    CHECK(world.client().cancel(named("stream"), "enough", "test") == store::SendResult::delivered);
    CHECK(world.client().wait_result(named("stream"), 60s).status == replay::RunStatus::canceled);
    CHECK(world.probe->seen("stopped work") == 1);
    world.must_be_clean();
}

TEST_CASE("a released run under a stream that never pauses is claimed while it lasts") {
    Stream world;
    const RunId run = world.start(until_zero, 0, "stream");
    const auto worker = world.start_worker();
    CHECK(eventually([&] {
        return world.number(
                   "select count(*) from engine.live_runs where owner is null and wake_at is null") == 1;
    }));
    std::atomic<bool> over = false;
    std::atomic<int> sent = 0;
    std::vector<std::jthread> senders;
    for (int who = 0; who < 6; ++who) {
        senders.emplace_back([&] {
            client::Client own{{.connection_string = world.database.url()}};
            while (!over && own.signal(ref(run), tick, 1) == store::SendResult::delivered) ++sent;
        });
    }
    CHECK(eventually([&] { return world.number("select activations from engine.live_runs") > 2; }, 60s));
    over = true;
    senders.clear();
    MESSAGE(sent.load() << " signals were sent before it had taken the first ones");
    CHECK(world.client().signal(ref(run), tick, 0) == store::SendResult::delivered);
    CHECK(world.client().result(until_zero, ref(run), 60s) == sent);
}

TEST_CASE("a run is asked to stop once: who asks again is told the same, and takes no place in its inbox") {
    Stream world;
    const RunId run = world.start(until_zero, 0, "asked");
    for (int i = 0; i < 5; ++i)
        CHECK(world.client().cancel(named("asked"), "enough", "test") == store::SendResult::delivered);
    CHECK(world.waiting() == 1);
    const auto worker = world.start_worker();
    CHECK(world.client().wait_result(ref(run), 20s).status == replay::RunStatus::canceled);
    CHECK(world.client().cancel(ref(run), "enough", "test") == store::SendResult::closed);
}

TEST_CASE("a run that others' code asks to stop is asked once, and each of them is told that it was") {
    Stream world;
    const RunId run =
        world.client().start(until_zero, 0, {.workflow = WorkflowId{"asked"}, .queue = "elsewhere"}).run;
    const auto worker = world.start_worker();
    CHECK(world.result(asks_twice, world.start(asks_twice, 0, "asks")) == 2);
    CHECK(world.result(asks_twice, world.start(asks_twice, 0, "asks too")) == 2);
    CHECK(world.number("select count(*) from engine.inbox where run_id = '" + run.value.to_string() + "'") ==
          1);
}

TEST_CASE("a run that went on as new in spite of its cancel request can be asked again") {
    Stream world;
    world.start(goes_on_anyway, 0, "chain");
    const auto worker = world.start_worker();
    for (int i = 0; i < 2; ++i) {
        CHECK(world.client().cancel(named("chain"), "enough", "test") == store::SendResult::delivered);
        CHECK(eventually([&] { return world.number("select count(*) from engine.runs") == i + 2; }));
    }
    CHECK(world.client().signal(named("chain"), tick, 1) == store::SendResult::delivered);
    CHECK(world.client().result(goes_on_anyway, named("chain"), 20s) == 2);
}

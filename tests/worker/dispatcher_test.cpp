// The Dispatcher driven by hand: no database, no threads, no clock. Batches are answered as the store would.

#include <doctest/doctest.h>

#include "engine/worker/dispatcher.hpp"
#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::worker;
using durable::test::Probe;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const RunId some_run{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001")};
using Next = store::RunCommit::Next;

/// A Dispatcher with one slot and the test registries, and the store's side of the talk.
struct Desk {
    explicit Desk(int async = 1) : async_slots(async), dispatcher(settings()) {
        dispatcher.registered(store::WorkerNo{1});
    }

    DispatcherSettings settings() {
        return {TurnSettings{"default", "b1", workflows, activities, async_slots, pool_slots}};
    }
    static store::ClaimedRun claim(const std::string& type, Payload input, std::int64_t token = 11) {
        history::Activation start;
        start.time = day;
        start.arrived.emplace_back(
            history::WorkflowStarted{type, "w-1", "acme", "default", std::move(input), {}});
        store::ClaimedRun run;
        run.run = run.chain = some_run;
        run.fence = {1, token};
        run.activations = 1;
        run.next_event = EventId{2};
        run.start = store::HistoryRow{EventId{1}, 1, history::encode(start)};
        return run;
    }
    void give(store::ClaimedRun run) {
        auto batch = dispatcher.next_batch(true);
        REQUIRE(batch);
        store::BatchResult result{
            .now = day, .committed = {}, .lost = {}, .message_first = {}, .rejected = {}, .claimed = {}};
        result.claimed.push_back(std::move(run));
        dispatcher.batch_done(*batch, std::move(result));
    }
    store::Batch next() {
        auto batch = dispatcher.next_batch(false);
        REQUIRE(batch);
        REQUIRE(batch->commits.size() == 1);
        return *batch;
    }
    void answer(const store::Batch& batch, std::vector<RunId> store::BatchResult::* with) {
        store::BatchResult result{
            .now = day, .committed = {}, .lost = {}, .message_first = {}, .rejected = {}, .claimed = {}};
        (result.*with).push_back(some_run);
        dispatcher.batch_done(batch, std::move(result));
    }
    void settle(const worker::Attempt& attempt, int value) {
        AttemptOutcome outcome;
        outcome.result = encode(value);
        dispatcher.settled({attempt.id, attempt.info.run, attempt.info.activity, attempt.info.type, outcome});
    }

    WorkflowRegistry workflows = durable::test::test_workflows();
    ActivityRegistry activities = durable::test::test_activities(std::make_shared<Probe>());
    Slots async_slots;
    Slots pool_slots{1};
    Dispatcher dispatcher;
};

}  // namespace

TEST_CASE("the batch that makes a chain's next run claims as well, so that nobody can lock that one before") {
    Desk desk;
    desk.give(Desk::claim("countdown", Payload{"2"}));
    bool draining = false;
    SUBCASE("ordinarily") {}
    SUBCASE("but not when the worker drains") {
        desk.dispatcher.drain();
        draining = true;
    }
    const store::Batch batch = desk.next();
    REQUIRE(batch.commits[0].continued);
    CHECK((batch.claim.limit > 0) == !draining);
}

TEST_CASE("an eager activity starts only after the batch that scheduled it is committed") {
    Desk desk;
    desk.give(Desk::claim("sequence", Payload{"1"}));
    const store::Batch batch = desk.next();
    CHECK(batch.commits[0].next == Next::keep);
    CHECK(batch.commits[0].activities.empty());
    CHECK(desk.dispatcher.take_starts().empty());
    desk.answer(batch, &store::BatchResult::committed);
    const auto starts = desk.dispatcher.take_starts();
    REQUIRE(starts.size() == 1);
    CHECK(starts[0].info.type == "add_one");
    CHECK(starts[0].worker == store::WorkerNo{1});
}

TEST_CASE("a run whose fence is lost is forgotten, its activities never start and its slots are free again") {
    Desk desk;
    desk.give(Desk::claim("sequence", Payload{"1"}));
    desk.answer(desk.next(), &store::BatchResult::lost);
    CHECK(desk.dispatcher.take_starts().empty());
    CHECK(desk.dispatcher.runs_held() == 0);
    CHECK(desk.async_slots.free() == 1);
    CHECK_FALSE(desk.dispatcher.next_batch(false));
}

TEST_CASE("without a free slot the activity gets a row and the run is released") {
    Desk desk{0};
    desk.give(Desk::claim("sequence", Payload{"1"}));
    const store::Batch batch = desk.next();
    REQUIRE(batch.commits[0].activities.size() == 1);
    CHECK(batch.commits[0].activities[0].attempt == 1);
    CHECK(batch.commits[0].activities[0].lost_attempts == 0);
    CHECK(batch.commits[0].next == Next::release);
    desk.answer(batch, &store::BatchResult::committed);
    CHECK(desk.dispatcher.runs_held() == 0);
    CHECK(desk.dispatcher.cache().runs() == 1);
}

TEST_CASE("every eager result makes an activation, and the last one closes the run") {
    Desk desk;
    desk.give(Desk::claim("sequence", Payload{"2"}));
    desk.answer(desk.next(), &store::BatchResult::committed);
    for (int step = 1; step <= 2; ++step) {
        auto starts = desk.dispatcher.take_starts();
        REQUIRE(starts.size() == 1);
        desk.settle(starts[0], step);
        starts.clear();
        const store::Batch batch = desk.next();
        CHECK(batch.commits[0].activations_before == step + 1);
        CHECK(batch.commits[0].next == (step == 2 ? Next::close : Next::keep));
        desk.answer(batch, &store::BatchResult::committed);
    }
    CHECK(desk.dispatcher.take_closed() == std::vector{some_run});
    CHECK(desk.dispatcher.runs_held() == 0);
}

TEST_CASE(
    "a close that a message has beaten is taken back: replayed, with the result it had and the message") {
    Desk desk;
    const store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
    desk.give(claimed);
    const store::Batch first = desk.next();
    desk.answer(first, &store::BatchResult::committed);
    desk.settle(desk.dispatcher.take_starts()[0], 1);
    desk.answer(desk.next(), &store::BatchResult::message_first);
    auto order = desk.dispatcher.next_load();
    REQUIRE(order);
    CHECK(order->runs[0].with_history);
    LoadReply reply{{{some_run, {*claimed.start, *first.commits[0].activation}, {}}}, {}, day};
    reply.runs[0].inbox.push_back(
        {1, history::encode_event(history::SignalReceived{"late", Payload{"1"}, ""})});
    desk.dispatcher.loaded(*order, std::move(reply));
    const store::Batch again = desk.next();
    CHECK(again.commits[0].next == Next::close);
    CHECK(again.commits[0].inbox_head == 1);
    CHECK(again.commits[0].activities.empty());
    const auto activation = history::decode_activation(again.commits[0].activation->first_event,
                                                       again.commits[0].activation->bytes);
    CHECK(activation.arrived.size() == 2);
}

TEST_CASE("an adopted run's unfinished activity gets a row that counts a lost attempt, unless it has one") {
    for (const bool has_row : {false, true}) {
        CAPTURE(has_row);
        Desk desk;
        const store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
        desk.give(claimed);
        const store::Batch first = desk.next();
        Desk heir;
        store::ClaimedRun adopted = claimed;
        adopted.adopt = true;
        adopted.activations = 2;
        adopted.start.reset();
        heir.give(adopted);
        auto order = heir.dispatcher.next_load();
        REQUIRE(order);
        CHECK(order->rows_of == std::vector{some_run});
        LoadReply reply{{{some_run, {*claimed.start, *first.commits[0].activation}, {}}}, {}, day};
        const auto scheduled =
            first.commits[0].activation->first_event.value + first.commits[0].activation->events - 1;
        if (has_row) reply.rows.emplace_back(some_run, EventId{scheduled});
        heir.dispatcher.loaded(*order, std::move(reply));
        const store::Batch batch = heir.next();
        CHECK(batch.commits[0].next == Next::release);
        REQUIRE(batch.commits[0].activities.size() == (has_row ? 0U : 1U));
        if (!has_row) CHECK(batch.commits[0].activities[0].lost_attempts == 1);
        CHECK(heir.dispatcher.take_starts().empty());
    }
}

TEST_CASE("the live row is left alone while a run is kept, unless it has to say something else than before") {
    Desk desk;
    store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
    bool stays = true;
    SUBCASE("it has not") {}
    SUBCASE("it counts failed activations") {
        claimed.failures = 2;
        stays = false;
    }
    desk.give(claimed);
    const store::Batch first = desk.next();
    CHECK(first.commits[0].next == Next::keep);
    CHECK(first.commits[0].row_stays == stays);
    CHECK(first.commits[0].next_event_before == EventId{2});
    desk.answer(first, &store::BatchResult::committed);
    desk.settle(desk.dispatcher.take_starts().at(0), 1);
    const store::Batch last = desk.next();
    CHECK(last.commits[0].next == Next::close);
    CHECK_FALSE(last.commits[0].row_stays);
    CHECK(last.commits[0].activations_before == 2);
    CHECK(last.commits[0].next_event_before == last.commits[0].activation->first_event);
}

TEST_CASE(
    "a row that lagged when its run was taken over is not believed: the history says how far the run is") {
    Desk desk;
    const store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
    desk.give(claimed);
    const store::Batch first = desk.next();
    Desk heir{2};
    store::ClaimedRun adopted = claimed;  // one activation, it says
    adopted.adopt = true;
    heir.give(adopted);
    const auto order = heir.dispatcher.next_load();
    REQUIRE(order);
    CHECK(order->runs[0].with_history);
    heir.dispatcher.loaded(*order,
                           {{{some_run, {*claimed.start, *first.commits[0].activation}, {}}}, {}, day});
    const store::Batch batch = heir.next();
    CHECK(batch.commits[0].activations_before == 2);
    CHECK(batch.commits[0].next_event_before ==
          EventId{first.commits[0].activation->first_event.value + first.commits[0].activation->events});
}

TEST_CASE("what is kept in memory of a run that was taken over meanwhile is not believed either") {
    Desk desk{0};
    store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
    desk.give(claimed);
    const store::Batch first = desk.next();
    REQUIRE(first.commits[0].next == Next::release);
    desk.answer(first, &store::BatchResult::committed);
    claimed.start.reset();
    claimed.fence.token = 12;
    claimed.activations = first.commits[0].activations_after();
    claimed.next_event = first.commits[0].next_event_after();
    SUBCASE("not taken over") {
        desk.give(claimed);
        CHECK_FALSE(desk.dispatcher.next_load());
    }
    SUBCASE("taken over") {
        claimed.adopt = true;
        desk.give(claimed);
        const auto order = desk.dispatcher.next_load();
        REQUIRE(order);
        CHECK(order->runs[0].with_history);
    }
}

TEST_CASE("a run that somebody has ended before its history was loaded is let go") {
    Desk desk;
    store::ClaimedRun claimed = Desk::claim("sequence", Payload{"1"});
    const store::HistoryRow start = *claimed.start;
    claimed.adopt = true;
    desk.give(claimed);
    const auto order = desk.dispatcher.next_load();
    REQUIRE(order);
    history::Activation end;
    end.first_event = EventId{2};
    end.time = day;
    end.commands.emplace_back(history::WorkflowTerminated{"enough", "tester"});
    desk.dispatcher.loaded(*order,
                           {{{some_run, {start, {end.first_event, 1, history::encode(end)}}, {}}}, {}, day});
    CHECK_FALSE(desk.dispatcher.next_batch(false));
    CHECK(desk.dispatcher.runs_held() == 0);
    const auto notes = desk.dispatcher.take_notes();
    REQUIRE_FALSE(notes.empty());
    CHECK(notes.back().kind == Note::Kind::lost);
}

TEST_CASE("what the database calls ours but nobody here knows is given back at the second look") {
    Desk desk;
    const std::vector<std::pair<RunId, store::Fence>> owned{{some_run, {3, 77}}};
    desk.dispatcher.compare(owned);
    CHECK(desk.dispatcher.take_releases().empty());
    desk.dispatcher.compare(owned);
    CHECK(desk.dispatcher.take_releases() == owned);
}

TEST_CASE("a run held here that the database calls another's is dropped at the second look") {
    Desk desk;
    desk.give(Desk::claim("sequence", Payload{"1"}));
    desk.answer(desk.next(), &store::BatchResult::committed);
    desk.dispatcher.compare({});
    CHECK(desk.dispatcher.runs_held() == 1);
    desk.dispatcher.compare({});
    CHECK(desk.dispatcher.runs_held() == 0);
}

TEST_CASE("an unknown workflow blocks the run with growing pauses and leaves it to others") {
    CHECK(blocked_backoff(0) == 1s);
    CHECK(blocked_backoff(3) == 8s);
    CHECK(blocked_backoff(100) == 10min);
    Desk desk;
    desk.give(Desk::claim("nobody knows", Payload{"1"}));
    const store::Batch batch = desk.next();
    CHECK(batch.commits[0].next == Next::block);
    CHECK(batch.commits[0].blocked_kind == "unknown_type");
    CHECK(batch.commits[0].wake_at == day + 1s);
    CHECK_FALSE(batch.commits[0].activation);
    desk.answer(batch, &store::BatchResult::committed);
    CHECK(desk.dispatcher.runs_held() == 0);
}

TEST_CASE("when the lease is lost every attempt is broken off and late answers change nothing") {
    Desk desk;
    desk.give(Desk::claim("sequence", Payload{"1"}));
    desk.answer(desk.next(), &store::BatchResult::committed);
    const auto starts = desk.dispatcher.take_starts();
    desk.dispatcher.forget_everything();
    CHECK(starts[0].control->abandoned().stop_requested());
    desk.settle(starts[0], 1);
    CHECK_FALSE(desk.dispatcher.next_batch(false));
    CHECK(desk.dispatcher.runs_held() == 0);
}

TEST_CASE("a result that was sent to an earlier run of the chain is not taken for one of this run's") {
    for (const bool stale : {true, false}) {
        CAPTURE(stale);
        Desk desk{0};  // no slot: the activity gets a row
        desk.give(Desk::claim("sequence", Payload{"1"}));
        desk.answer(desk.next(), &store::BatchResult::committed);
        store::ClaimedRun again = Desk::claim("sequence", Payload{"1"}, 12);
        again.activations = 2;
        again.inbox_tail = 1;
        desk.give(std::move(again));
        auto order = desk.dispatcher.next_load();
        REQUIRE(order);
        const RunId sent_to = stale ? RunId{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000002")} : some_run;
        LoadReply reply{{{some_run, {}, {}}}, {}, day};
        const history::Event result = history::ActivityCompleted{EventId{2}, Payload{"1"}, 1};
        reply.runs[0].inbox.push_back({1, history::encode_event(result), sent_to});
        desk.dispatcher.loaded(*order, std::move(reply));
        const store::Batch batch = desk.next();
        CHECK(batch.commits[0].inbox_head == 1);
        CHECK(batch.commits[0].activation.has_value() != stale);
        CHECK(batch.commits[0].next == (stale ? Next::release : Next::close));
    }
}

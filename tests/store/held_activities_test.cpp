// Rows that are held: handed out, or paused by an operator. And orders for activities that have no row yet.

#include <doctest/doctest.h>

#include "engine/store/activity_answers.hpp"
#include "engine/store/activity_list.hpp"
#include "engine/store/activity_orders.hpp"
#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;

namespace test {
namespace {

const OrderedBy ada{"ada", "because"};

struct Held : LimitedRows {
    void hand_out(const ClaimedActivity& taken) {
        ActivityEnd end{taken.row.run, taken.row.activity, taken.fence, {}, {}};
        end.awaits = true;
        REQUIRE(store.end(worker, {end}).empty());
    }
    static CompletionToken token_of(const ClaimedActivity& taken) {
        return {taken.row.run, taken.row.activity, taken.fence};
    }
    static ActivityRef of(RunId run) { return {{.run = run}, EventId{2}}; }
    std::string state(RunId run) {
        return in_transaction([&](auto& tx) {
            ActivityFilter filter;
            filter.run = run;
            const auto found = list_activities(tx, filter);
            return found.empty() ? std::string{} : found.front().state;
        });
    }
    static ActivityEnd failed_end(const ClaimedActivity& taken) {
        ActivityEnd end{taken.row.run,
                        taken.row.activity,
                        taken.fence,
                        history::encode_event(history::ActivityFailed{taken.row.activity, Failure{}}),
                        {}};
        end.failed = true;
        return end;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Held, "what was handed out is claimed by nobody, and gives its limit's slot to another") {
    const ActivityLimit one{.key = "vendor", .concurrency = 1};
    store_rows(2, limited(one));
    const auto first = take();
    REQUIRE(first.size() == 1);
    CHECK(take().empty());
    hand_out(first[0]);
    CHECK(state(first[0].row.run) == "awaiting");
    const auto second = take();
    REQUIRE(second.size() == 1);
    CHECK(second[0].row.run != first[0].row.run);
    database.advance(24h);
    CHECK(take().empty());
    check_invariants();
}

TEST_CASE_FIXTURE(Held, "an answer counts once, whatever is sent after it") {
    const RunId run = store_rows(1, activity()).at(0);
    const auto taken = take();
    hand_out(taken.at(0));
    const CompletionToken token = token_of(taken[0]);
    const Payload good{"1"}, other{"2"};
    const auto answer = [&](const Payload& result) {
        return in_transaction([&](auto& tx) { return complete_activity(tx, token, result).outcome; });
    };
    CHECK(answer(good) == AnswerOutcome::accepted);
    CHECK(answer(good) == AnswerOutcome::repeated);
    CHECK(answer(other) == AnswerOutcome::ended);
    terminate(run);
    CHECK(answer(other) == AnswerOutcome::closed);
    CHECK(describe(run)->activities.empty());
}

TEST_CASE_FIXTURE(Held, "a handed out attempt times out like one that runs, and its token with it") {
    const RunId run = store_rows(1, activity()).at(0);
    const auto taken = take();
    hand_out(taken.at(0));
    database.advance(31s);
    CHECK(sweep().activities_timed_out == 1);
    CHECK(state(run) == "retrying");
    const auto late =
        in_transaction([&](auto& tx) { return complete_activity(tx, token_of(taken[0]), Payload{"1"}); });
    CHECK(late.outcome == AnswerOutcome::stale);
    CHECK(late.problem.find("waits for its next attempt (attempt 2)") != std::string::npos);
    database.advance(10s);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Held, "a paused row stays paused whatever ends its attempt") {
    const RunId run = store_rows(1, activity()).at(0);
    const auto taken = take();
    CHECK(in_transaction([&](auto& tx) { return pause_activity(tx, of(run), ada); }).good());
    CHECK(state(run) == "running");
    SUBCASE("a failure that is tried again") {
        ActivityEnd end{run, EventId{2}, taken[0].fence, {}, taken[0].row};
        end.again->attempt = 2;
        CHECK(store.end(worker, {end}).empty());
    }
    SUBCASE("a time-out") {
        database.advance(31s);
        CHECK(sweep().activities_timed_out == 1);
    }
    SUBCASE("the end of its worker") {
        database.execute("update engine.workers set ended_at = engine.now()");
        CHECK(sweep().activities_taken_over == 1);
    }
    CHECK(state(run) == "paused");
    database.advance(24h);
    CHECK(take().empty());
    check_invariants();
    CHECK(in_transaction([&](auto& tx) { return unpause_activity(tx, of(run), ada); }).good());
    worker = register_worker("heir");
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Held, "a final failure that an order has overtaken is another attempt") {
    const RunId run = store_rows(1, activity()).at(0);
    const auto taken = take();
    ActivityChanges changes;
    changes.maximum_attempts = 5;
    CHECK(in_transaction([&](auto& tx) { return change_activity(tx, of(run), changes, ada); }).good());
    CHECK(store.end(worker, {failed_end(taken.at(0))}).empty());
    const auto again = take();
    REQUIRE(again.size() == 1);
    CHECK(again[0].row.attempt == 2);
    const auto task = std::get<history::ActivityScheduled>(history::decode_event(again[0].row.task));
    CHECK(task.options.retry.maximum_attempts == 5);
    CHECK(store.end(worker, {failed_end(again[0])}).empty());
    CHECK(take().empty());
    CHECK(describe(run)->activities.empty());
    CHECK(describe(run)->inbox_waiting == 1);
}

TEST_CASE_FIXTURE(Held, "a reset attempt begins anew whatever it comes to, but a result") {
    const RunId run = store_rows(1, activity()).at(0);
    auto taken = take();
    store.heartbeat(worker, {{run, EventId{2}, taken.at(0).fence, "7"}});
    CHECK(in_transaction([&](auto& tx) { return reset_activity(tx, of(run), false, ada); }).good());
    const auto beats = store.heartbeat(worker, {{run, EventId{2}, taken[0].fence, {}}});
    CHECK(beats.at(0).restart);
    SUBCASE("its failure") {
        CHECK(store.end(worker, {failed_end(taken[0])}).empty());
        taken = take();
        REQUIRE(taken.size() == 1);
        CHECK(taken[0].row.attempt == 1);
        CHECK_FALSE(taken[0].row.heartbeat_details);
    }
    SUBCASE("its being handed out") {
        hand_out(taken[0]);
        CHECK(take().size() == 1);
    }
    SUBCASE("its result") {
        end(taken[0]);
        CHECK(describe(run)->activities.empty());
    }
}

TEST_CASE_FIXTURE(Held, "orders for an activity without a row add up, and are applied when it gets one") {
    start_many(1);
    const ClaimedRun run = claim(hot, worker, 1).at(0);
    const auto scheduled = activity();
    const RunCommit eager = commit_of(run, {scheduled});
    REQUIRE(hot.commit({worker, {eager}, {}}).committed.size() == 1);
    ActivityChanges changes;
    changes.queue = "elsewhere";
    changes.priority = 1;
    const auto order = [&](auto verb) { return in_transaction(verb); };
    CHECK(order([&](auto& tx) { return change_activity(tx, of(run.run), changes, ada); }).good());
    CHECK(order([&](auto& tx) { return edit_activity(tx, of(run.run), Payload{"8"}, ada); }).good());
    CHECK(order([&](auto& tx) { return pause_activity(tx, of(run.run), ada); }).good());
    check_invariants();
    RunCommit row = commit_of(after(run, eager), {});
    row.inbox_head = 3;  // the worker was told of each
    row.activities = {row_of(run, EventId{2}, database.now(), scheduled)};
    row.activities[0].attempt = 2;
    REQUIRE(hot.commit({worker, {row}, {}}).committed.size() == 1);
    CHECK(state(run.run) == "paused");
    CHECK(database.value("select count(*) from engine.activity_orders") == "0");
    CHECK(order([&](auto& tx) { return unpause_activity(tx, of(run.run), ada); }).good());
    const auto taken = store.claim(worker, "elsewhere", {"work"}, 10);
    REQUIRE(taken.size() == 1);
    const auto task = std::get<history::ActivityScheduled>(history::decode_event(taken[0].row.task));
    CHECK(task.input == Payload{"8"});
    CHECK(task.options.priority == 1);
    CHECK(taken[0].row.attempt == 2);
    check_invariants();
}

TEST_CASE_FIXTURE(Held, "orders of runs that have ended are swept away") {
    start_many(1);
    const ClaimedRun run = claim(hot, worker, 1).at(0);
    REQUIRE(hot.commit({worker, {commit_of(run, {activity()})}, {}}).committed.size() == 1);
    CHECK(in_transaction([&](auto& tx) { return pause_activity(tx, of(run.run), ada); }).good());
    terminate(run.run);
    sweep();
    CHECK(database.value("select count(*) from engine.activity_orders") == "0");
}

TEST_CASE_FIXTURE(Held,
                  "a cancelled row that is paused is ended all the same; one handed out goes on waiting") {
    const auto runs = store_rows(2, activity());
    const auto taken = take(1);
    hand_out(taken.at(0));
    const RunId other = taken[0].row.run == runs[0] ? runs[1] : runs[0];
    CHECK(in_transaction([&](auto& tx) { return pause_activity(tx, of(other), ada); }).good());
    cancel_waiting();
    const auto canceled = take();
    REQUIRE(canceled.size() == 1);
    CHECK(canceled[0].row.run == other);
    CHECK(canceled[0].cancel_requested);
    const auto beat =
        in_transaction([&](auto& tx) { return heartbeat_activity(tx, token_of(taken[0]), {}); });
    CHECK(beat.answer.good());
    CHECK(beat.cancel_requested);
    CHECK(state(taken[0].row.run) == "awaiting");
}

TEST_CASE("a token is read back exactly as it was printed, or not at all") {
    IdSource ids;
    const CompletionToken token{ids.run_id(), EventId{7}, {3, -1}};
    CHECK(CompletionToken::parse(token.to_string()) == token);
    const std::string text = token.to_string();
    for (const std::string& wrong :
         {std::string{}, text + ".", text.substr(1), text.substr(0, text.size() - 1), " " + text,
          std::string{"...."}, std::string(5000, '.')}) {
        CHECK_THROWS_AS(static_cast<void>(CompletionToken::parse(wrong)), std::invalid_argument);
    }
}

}  // namespace test

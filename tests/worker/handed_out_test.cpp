// Activities that are completed from outside, by their token.

#include <signal.h>

#include "engine/client/activities.hpp"
#include "engine/store/activity_orders.hpp"
#include "tests/worker/activity_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;
using client::ActivityClient;
using store::AnswerOutcome;
using store::CompletionToken;

namespace {

const std::string awaiting = "select count(*) from engine.activities where awaiting";

/// A world, and somebody outside of it.
struct Outside : World {
    ActivityClient activities_client{client::ClientOptions{database.url()}};

    CompletionToken token(const std::string& name) {
        REQUIRE(eventually([&] { return !probe->said("token " + name).empty(); }));
        return CompletionToken::parse(probe->said("token " + name));
    }
    void wait_until_handed_out(int count = 1) {
        REQUIRE(eventually([&] { return number(awaiting) == count; }));
    }
};

Failure failure(const std::string& type, bool retryable = true) {
    Failure failed;
    failed.type = type;
    failed.message = "the vendor says no";
    failed.retryable = retryable;
    return failed;
}

}  // namespace

TEST_CASE_FIXTURE(Outside, "an activity that was handed out is completed by its token, once") {
    const auto worker = start_worker();
    const RunId run = start(asks_outside, {"order", false}, "order");
    const CompletionToken order = token("order");
    wait_until_handed_out();
    check_invariants();
    CHECK(activities_client.complete(handed_out, order, 42).outcome == AnswerOutcome::accepted);
    CHECK(result(asks_outside, run) == 42);
    CHECK(activities_client.complete(handed_out, order, 42).outcome == AnswerOutcome::repeated);
    const auto other = activities_client.complete(handed_out, order, 43);
    CHECK(other.outcome == AnswerOutcome::ended);
    CHECK(other.problem.find("has ended already") != std::string::npos);
    must_be_clean();
}

TEST_CASE_FIXTURE(Outside, "the answer may come before the attempt has handed itself out") {
    const auto worker = start_worker();
    const RunId run = start(asks_outside, {"early", true}, "early");
    CHECK(activities_client.complete(handed_out, token("early"), 7).outcome == AnswerOutcome::accepted);
    CHECK(result(asks_outside, run) == 7);
    CHECK(eventually([&] { return probe->seen("stopped early") == 1; }));
    must_be_clean();
}

TEST_CASE_FIXTURE(Outside, "a handed out activity outlives every worker") {
    auto worker = start_worker();
    const RunId run = start(asks_outside, {"long", false}, "long");
    const CompletionToken order = token("long");
    wait_until_handed_out();
    worker->stop(0s);
    worker->wait();
    worker.reset();
    CHECK(activities_client.complete(handed_out, order, 1).good());
    worker = start_worker();
    CHECK(result(asks_outside, run) == 1);
    CHECK(probe->seen("handed out long") == 1);
}

TEST_CASE_FIXTURE(Outside,
                  "a failure told by token is judged by the retry policy, and makes the token stale") {
    const auto worker = start_worker();
    const RunId run = start(asks_outside, {"tried", false}, "tried");
    const CompletionToken first = token("tried");
    wait_until_handed_out();
    probe->say("token tried", "");
    CHECK(activities_client.fail(first, failure("Busy")).outcome == AnswerOutcome::accepted);
    const CompletionToken second = token("tried");
    CHECK(second != first);
    const auto late = activities_client.complete(handed_out, first, 1);
    CHECK(late.outcome == AnswerOutcome::stale);
    CHECK(late.problem.find("is stale") != std::string::npos);
    wait_until_handed_out();
    CHECK(activities_client.fail(second, failure("Gone", false)).good());
    const auto ended = client().wait_result(ref(run), 20s);
    REQUIRE(ended.failure);
    CHECK(ended.failure->retry_state == RetryState::non_retryable);
    CHECK(ended.failure->attempts == 2);
    CHECK(ended.failure->cause->type == "Gone");
    CHECK(activities_client.fail(second, failure("Gone", false)).outcome == AnswerOutcome::repeated);
    must_be_clean();
}

TEST_CASE_FIXTURE(Outside, "signs of life put the heartbeat time-out off, and tell of a cancel request") {
    const auto worker = start_worker();
    const RunId run = start(asks_with_beats, {"beats", false}, "beats");
    const CompletionToken order = token("beats");
    wait_until_handed_out();
    for (int i = 0; i < 4; ++i) {
        database.advance(8min);
        const auto beat = activities_client.heartbeat(order, encode(i));
        CHECK(beat.answer.good());
        CHECK_FALSE(beat.cancel_requested);
        if (i == 1) database.execute("update engine.activities set attempt_deadline = null");
    }
    CHECK(client().cancel(ref(run), "enough", "test") == store::SendResult::delivered);
    CHECK(eventually([&] { return activities_client.heartbeat(order).cancel_requested; }));
    CHECK(number(awaiting) == 1);
    Failure canceled;
    canceled.kind = FailureKind::canceled;
    canceled.message = "stopped at the vendor's";
    CHECK(activities_client.fail(order, canceled).good());
    CHECK(client().wait_result(ref(run), 20s).status == replay::RunStatus::canceled);
    must_be_clean();
}

TEST_CASE_FIXTURE(Outside, "without signs of life the next attempt begins, with the last details") {
    const auto worker = start_worker();
    const RunId run = start(asks_with_beats, {"silent", false}, "silent");
    const CompletionToken first = token("silent");
    wait_until_handed_out();
    CHECK(activities_client.heartbeat(first, encode(5)).answer.good());
    probe->say("token silent", "");
    database.advance(11min);
    const CompletionToken second = token("silent");
    CHECK(probe->seen("details") == 5);
    CHECK(activities_client.heartbeat(first).answer.outcome == AnswerOutcome::stale);
    wait_until_handed_out();
    CHECK(activities_client.complete(beaten, second, 2).good());
    CHECK(result(asks_with_beats, run) == 2);
}

TEST_CASE_FIXTURE(Outside,
                  "a token that nobody has made is refused, and is no way to find out what there is") {
    const auto worker = start_worker();
    start(asks_outside, {"guess", false}, "guess");
    CompletionToken order = token("guess");
    wait_until_handed_out();
    order.fence.token ^= 1;
    CHECK(activities_client.complete(handed_out, order, 1).outcome == AnswerOutcome::stale);
    order.activity = EventId{99};
    CHECK(activities_client.complete(handed_out, order, 1).outcome == AnswerOutcome::not_found);
    CHECK_THROWS_AS(static_cast<void>(CompletionToken::parse("1.2.3.4")), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(CompletionToken::parse(order.to_string() + "0")),
                    std::invalid_argument);
    CHECK(number(awaiting) == 1);
}

TEST_CASE_FIXTURE(Outside, "a caller's transaction answers when it commits, and not when it does not") {
    const auto worker = start_worker();
    const RunId run = start(asks_outside, {"both", false}, "both");
    const CompletionToken order = token("both");
    wait_until_handed_out();
    pqxx::connection connection{database.url()};
    {
        pqxx::work tx{connection};
        CHECK(activities_client.complete(tx, order, encode(1)).good());
    }
    CHECK(number(awaiting) == 1);
    {
        pqxx::work tx{connection};
        const auto answer = activities_client.complete(tx, order, encode(2));
        tx.commit();
        activities_client.told(answer);
    }
    CHECK(result(asks_outside, run) == 2);
}

TEST_CASE("an activity that is handed out survives its worker's death at every boundary") {
    using Point = store::Faults::Point;
    for (const char* statement : {"claim_activities", "await_activities", "commit_batch"}) {
        for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
            INFO(statement << (point == Point::before_send ? ", not sent" : ", not answered"));
            World world;
            WorkerProcess doomed{world.database.url(), "doomed", [&](worker::WorkerOptions& options, Probe&) {
                                     options.faults.hook = [=](Point at, const char* name) {
                                         if (at == point && std::string{name} == statement) raise(SIGKILL);
                                         return false;
                                     };
                                 }};
            const RunId run = world.start(asks_outside, {"order", false}, "order");
            const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
            REQUIRE(eventually([&] { return world.number(awaiting) == 1; }));
            ActivityClient outside{client::ClientOptions{world.database.url()}};
            const auto token = world.database.value(
                "select concat_ws('.', run_id, activity, epoch, lpad(to_hex(token), 16, '0')) "
                "from engine.activities");
            CHECK(outside.complete(handed_out, CompletionToken::parse(token), 9).good());
            CHECK(world.result(asks_outside, run, 30s) == 9);
            CHECK(world.number(
                      "select count(*) from engine.history_events where kind = 'ActivityCompleted'") == 1);
            world.must_be_clean();
        }
    }
}

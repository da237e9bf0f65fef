// What becomes of an activity after an attempt: a pure function, so every case is a line.

#include <doctest/doctest.h>

#include "engine/worker/verdict.hpp"

using namespace durable;
using namespace durable::worker;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

ActivityFacts facts(Delivery delivery = Delivery::at_least_once, int maximum_attempts = 0) {
    history::ActivityScheduled task;
    task.type = "work";
    task.options.start_to_close = 10s;
    task.options.retry.maximum_attempts = maximum_attempts;
    task.options.delivery = delivery;
    ActivityFacts facts;
    facts.activity = EventId{7};
    facts.queue = "default";
    facts.task = std::make_shared<const history::ActivityScheduled>(task);
    facts.scheduled_at = now - 5s;
    return facts;
}

AttemptOutcome outcome(AttemptOutcome::Kind kind, const char* type = "Broken") {
    AttemptOutcome outcome;
    outcome.kind = kind;
    outcome.failure.type = type;
    outcome.failure.message = "it broke";
    return outcome;
}

store::ActivityRow row(const Verdict& verdict) {
    REQUIRE(std::holds_alternative<store::ActivityRow>(verdict));
    return std::get<store::ActivityRow>(verdict);
}

Failure final_failure(const Verdict& verdict) {
    REQUIRE(std::holds_alternative<history::Event>(verdict));
    return std::get<history::ActivityFailed>(std::get<history::Event>(verdict)).failure;
}

using Kind = AttemptOutcome::Kind;

}  // namespace

TEST_CASE("a result is the activity's final event, with the attempts it took") {
    auto done = outcome(Kind::completed);
    done.result = Payload{"42"};
    done.attempt = 3;
    const Verdict verdict = judge(facts(), done, now);
    const auto& event = std::get<history::ActivityCompleted>(std::get<history::Event>(verdict));
    CHECK(event.scheduled == EventId{7});
    CHECK(event.result.json == "42");
    CHECK(event.attempts == 3);
}

TEST_CASE("a failure waits for its next attempt as a row, by the policy and the database's time") {
    const auto next = row(judge(facts(), outcome(Kind::failed), now));
    CHECK(next.attempt == 2);
    CHECK(next.lost_attempts == 0);
    CHECK(next.available_at == now + 1s);
    CHECK(decode_failure(next.last_failure)->type == "Broken");
}

TEST_CASE("the last attempt's failure is final and says why") {
    const Failure failure =
        final_failure(judge(facts(Delivery::at_least_once, 1), outcome(Kind::failed), now));
    CHECK(failure.kind == FailureKind::activity);
    CHECK(failure.retry_state == RetryState::maximum_attempts);
    CHECK(failure.activity == "work");
    CHECK(failure.cause->type == "Broken");
}

TEST_CASE("a failed attempt of a cancelled activity is final and counts as cancelled") {
    ActivityFacts canceled = facts();
    canceled.cancel_requested = true;
    const Failure failure = final_failure(judge(canceled, outcome(Kind::failed), now));
    CHECK(failure.kind == FailureKind::canceled);
    CHECK(failure.retry_state == RetryState::cancel_requested);
}

TEST_CASE("an unknown outcome spends nothing yet: the row keeps the attempt and carries the mark") {
    const auto next = row(judge(facts(Delivery::at_most_once), outcome(Kind::unknown), now));
    CHECK(next.attempt == 1);
    worker::Attempt attempt;
    attempt.task = facts(Delivery::at_most_once).task;
    CHECK_FALSE(must_reconcile(attempt));
    attempt.last_failure = decode_failure(next.last_failure);
    CHECK(must_reconcile(attempt));
}

TEST_CASE("a lost attempt of an at-most-once activity must be reconciled, of another one not") {
    worker::Attempt attempt;
    attempt.info.lost_attempts = 1;
    attempt.task = facts(Delivery::at_most_once).task;
    CHECK(must_reconcile(attempt));
    attempt.task = facts(Delivery::at_least_once).task;
    CHECK_FALSE(must_reconcile(attempt));
}

TEST_CASE("the hook is asked again after longer and longer pauses, then it ends unknown") {
    ActivityFacts asked = facts(Delivery::at_most_once);
    asked.last_failure = decode_failure(row(judge(asked, outcome(Kind::unknown, "Reset"), now)).last_failure);
    Duration last{0};
    int rounds = 0;
    while (true) {
        const Verdict verdict = judge(asked, outcome(Kind::still_unknown, "CannotTell"), now);
        if (std::holds_alternative<history::Event>(verdict)) {
            CHECK(final_failure(verdict).retry_state == RetryState::outcome_unknown);
            CHECK(final_failure(verdict).cause->type == "Reset");
            break;
        }
        const Duration pause = row(verdict).available_at - now;
        CHECK(pause >= last);
        last = pause;
        asked.last_failure = decode_failure(row(verdict).last_failure);
        REQUIRE(++rounds <= reconcile_limit);
    }
    CHECK(rounds == reconcile_limit - 1);
}

TEST_CASE("with schedule-to-close the hook is asked until then") {
    ActivityFacts asked = facts(Delivery::at_most_once);
    asked.close_by = now + 500ms;
    CHECK(final_failure(judge(asked, outcome(Kind::unknown), now)).retry_state ==
          RetryState::outcome_unknown);
    asked.close_by = now + 1h;
    CHECK(row(judge(asked, outcome(Kind::unknown), now)).close_by == asked.close_by);
}

TEST_CASE("details of the last heartbeat go to the next attempt") {
    auto failed = outcome(Kind::failed);
    failed.heartbeat_details = Payload{"{\"page\":3}"};
    CHECK(row(judge(facts(), failed, now)).heartbeat_details == "{\"page\":3}");
}

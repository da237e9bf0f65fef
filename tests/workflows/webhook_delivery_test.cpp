// webhook-delivery by hand: what it waits for, for how long, and what it makes of each answer.

#include <doctest/doctest.h>

#include "tests/replay/script.hpp"
#include "workflows/notify.hpp"
#include "workflows/webhook_delivery.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using durable::replay::RunStatus;
using durable::test::Script;

namespace {

WebhookDelivery delivery() {
    WebhookDelivery input;
    input.organization_id = "0199f0a4-0000-7000-8000-0000000000a1";
    input.delivery_id = "0199f0a4-0000-7000-8000-0000000000d1";
    input.endpoint_id = "0199f0a4-0000-7000-8000-0000000000e1";
    input.max_in_flight = 3;
    input.waits = {0s, 5s, 30s, 2min, 10min, 30min, 1h};
    input.give_up_after = 72h;
    return input;
}

class Rehearsal {
  public:
    explicit Rehearsal(const WebhookDelivery& input = delivery()) : script{deliver_message, input} {
        script.feed();
    }

    [[nodiscard]] const durable::history::ActivityScheduled& pending() {
        const auto activities = script.execution().pending_activities();
        REQUIRE(activities.size() == 1);
        return *activities.front().command;
    }
    [[nodiscard]] WebhookAttempt attempt() { return durable::decode<WebhookAttempt>(pending().input); }
    Rehearsal& answer(const WebhookAnswer& answer) {
        script.complete(script.execution().pending_activities().front().scheduled.value, answer);
        return *this;
    }
    Rehearsal& fail(int status) {
        return answer({.verdict = WebhookVerdict::failed, .status = status, .reason = "answered"});
    }
    /// The time until the next try begins, which must be a timer.
    durable::Duration pass() {
        REQUIRE(script.execution().pending_activities().empty());
        const auto wake = script.execution().wake_at();
        REQUIRE(wake);
        const auto wait = *wake - script.now;
        script.wait(wait);
        return wait;
    }
    [[nodiscard]] WebhookOutcome outcome() const { return script.result<WebhookOutcome>(); }

    Script script;
};

}  // namespace

TEST_CASE(
    "seven tries: at once, then after 5 s, 30 s, 2 min, 10 min, 30 min and 1 h, never earlier, hardly "
    "later") {
    Rehearsal run;
    const auto waits = delivery().waits;
    for (std::size_t tried = 0; tried < waits.size(); ++tried) {
        CAPTURE(tried);
        if (tried > 0) {
            const auto wait = run.pass();
            CHECK(wait >= waits[tried]);
            CHECK(wait <= waits[tried] + waits[tried] / 10);
        }
        CHECK(run.attempt().attempt == static_cast<int>(tried) + 1);
        CHECK(run.attempt().next_wait.has_value() == (tried + 1 < waits.size()));
        CHECK(run.pending().options.limit ==
              durable::ActivityLimit{.key = "endpoint:" + delivery().endpoint_id, .concurrency = 3});
        run.fail(500);
    }
    CHECK(run.pending().type == "bury_webhook");
    run.script.complete(run.script.execution().pending_activities().front().scheduled.value,
                        WebhookObituary{});
    CHECK(run.script.status() == RunStatus::completed);
    CHECK(run.outcome().status == "dead");
    CHECK(run.outcome().attempts == 7);
}

TEST_CASE("2xx ends it; nothing is buried") {
    Rehearsal run;
    run.answer({.verdict = WebhookVerdict::delivered, .status = 204});
    CHECK(run.outcome().status == "delivered");
    CHECK(run.outcome().attempts == 1);
}

TEST_CASE("Retry-After moves the next try away, never nearer") {
    Rehearsal late;
    late.answer(
        {.verdict = WebhookVerdict::failed, .status = 429, .reason = "answered 429", .retry_after = 10min});
    CHECK(late.pass() >= 10min);
    Rehearsal early;
    early.answer(
        {.verdict = WebhookVerdict::failed, .status = 503, .reason = "answered 503", .retry_after = 1s});
    CHECK(early.pass() >= 5s);
}

TEST_CASE("waiting for the circuit is not a try: the number stays, the schedule does not move on") {
    Rehearsal run;
    run.fail(500).pass();
    for (int round = 0; round < 20; ++round) {
        CHECK(run.attempt().attempt == 2);
        const auto until = run.script.now + 90s;
        run.answer({.verdict = WebhookVerdict::waiting, .reason = "circuit open", .not_before = until});
        const auto wait = run.pass();
        CHECK(wait >= 90s);
        CHECK(wait <= 180s);
    }
    run.answer({.verdict = WebhookVerdict::delivered, .status = 200});
    CHECK(run.outcome().attempts == 2);
    CHECK(run.outcome().waits == 20);
}

TEST_CASE("F75: an endpoint that is away for three days: the message is given up, not waited for for ever") {
    Rehearsal run;
    run.fail(500).pass();
    int waits = 0;
    while (run.pending().type == "deliver_webhook") {
        REQUIRE(++waits < 1000);
        const auto until = run.script.now + 15min;
        run.answer({.verdict = WebhookVerdict::waiting, .reason = "circuit open", .not_before = until});
        if (run.script.execution().pending_activities().empty()) run.pass();
    }
    CHECK(run.pending().type == "bury_webhook");
    CHECK(waits > 100);
}

TEST_CASE("a disabled endpoint ends it as a dead letter, a removed one without") {
    Rehearsal disabled;
    disabled.answer(
        {.verdict = WebhookVerdict::disabled, .status = 410, .reason = "answered 410; endpoint disabled"});
    CHECK(durable::decode<WebhookBurial>(disabled.pending().input).reason ==
          "answered 410; endpoint disabled");
    Rehearsal removed;
    removed.answer({.verdict = WebhookVerdict::removed, .reason = "the endpoint was removed"});
    CHECK(removed.outcome().status == "canceled");
}

TEST_CASE("the owner's messages are runs of their own that outlive this one") {
    Rehearsal run;
    run.answer({.verdict = WebhookVerdict::disabled, .reason = "x"});
    WebhookObituary obituary;
    obituary.messages.push_back({.organization_id = delivery().organization_id,
                                 .key = "webhook-outage/1/email/owner@acme.example",
                                 .channel = "email",
                                 .recipient = "owner@acme.example",
                                 .subject = "s",
                                 .text = "t",
                                 .call_id = std::nullopt});
    run.script.complete(run.script.execution().pending_activities().front().scheduled.value, obituary);
    const auto children = run.script.execution().pending_children();
    REQUIRE(children.size() == 1);
    CHECK(children.front().command->workflow_id == notify_id(obituary.messages[0]).value);
    CHECK(children.front().command->parent_close == durable::ParentClosePolicy::abandon);
    run.script.feed(run.script.child_started(children.front().initiated.value));
    CHECK(run.outcome().status == "dead");
}

TEST_CASE("cancelled while it waits, the delivery is marked so before the run ends") {
    Rehearsal run;
    run.fail(500);
    run.script.feed(Script::cancel("not wanted"));
    const auto burial = durable::decode<WebhookBurial>(run.pending().input);
    CHECK(burial.canceled);
    run.script.complete(run.script.execution().pending_activities().front().scheduled.value,
                        WebhookObituary{});
    CHECK(run.script.status() == RunStatus::canceled);
}

TEST_CASE("a redelivery goes on counting where the last run ended") {
    WebhookDelivery again = delivery();
    again.attempts_before = 7;
    Rehearsal run{again};
    CHECK(run.attempt().attempt == 8);
}

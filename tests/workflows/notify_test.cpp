// The code of notify, its activities answered by hand.

#include "workflows/notify.hpp"

#include <doctest/doctest.h>

#include "activities/notifications.hpp"
#include "tests/replay/script.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using durable::test::Script;

namespace {

const NotifyRequest text_message{.organization_id = "o",
                                 .key = "k",
                                 .channel = "sms",
                                 .recipient = "+15550100400",
                                 .subject = "",
                                 .text = "Hello",
                                 .call_id = std::nullopt};

/// The one activity that waits.
const durable::history::ActivityScheduled& waiting(Script& script, const std::string& name) {
    const auto pending = script.execution().pending_activities();
    REQUIRE(pending.size() == 1);
    REQUIRE(pending[0].command->type == name);
    return *pending[0].command;
}

template <class T>
void answer(Script& script, const T& result) {
    script.complete(script.execution().pending_activities().at(0).scheduled.value, result);
}

void fail(Script& script, durable::RetryState state) {
    durable::Failure failure{.kind = durable::FailureKind::activity, .message = "no luck"};
    failure.retry_state = state;
    const auto scheduled = script.execution().pending_activities().at(0).scheduled;
    script.feed(durable::history::ActivityFailed{scheduled, failure});
}

std::string recorded_status(Script& script) {
    return durable::decode<NotificationRecord>(waiting(script, "record_notification").input).result.status;
}

/// Up to the wait for the delivery report.
Script sent_message() {
    Script script{send_notification, text_message};
    script.feed();
    waiting(script, "send_sms");
    answer(script, SmsReceipt{"SM1", "queued"});
    CHECK(recorded_status(script) == "sent");
    answer(script, durable::Nothing{});
    CHECK(script.execution().pending_activities().empty());
    return script;
}

}  // namespace

TEST_CASE("a message's delivery report ends its run; reports on the way, or on other messages, do not") {
    Script script = sent_message();
    script.feed(Script::signal("delivery_status", DeliveryStatus{"SM1", "sent", ""}));
    script.feed(Script::signal("delivery_status", DeliveryStatus{"SM2", "delivered", ""}));
    CHECK(script.status() == durable::replay::RunStatus::running);
    script.feed(Script::signal("delivery_status", DeliveryStatus{"SM1", "delivered", ""}));
    CHECK(recorded_status(script) == "delivered");
    answer(script, durable::Nothing{});
    CHECK(script.result<NotifyResult>().status == "delivered");
}

TEST_CASE("a report that comes before the message's receipt is not lost") {
    Script script{send_notification, text_message};
    script.feed();
    script.feed(Script::signal("delivery_status", DeliveryStatus{"SM1", "undelivered", "30034"}));
    answer(script, SmsReceipt{"SM1", "queued"});
    answer(script, durable::Nothing{});
    CHECK(recorded_status(script) == "undelivered");
    answer(script, durable::Nothing{});
    const auto result = script.result<NotifyResult>();
    CHECK(result.error == "Twilio.30034");
    CHECK(result.vendor_message_id == "SM1");
}

TEST_CASE("a report that never comes is asked for after ten minutes") {
    Script script = sent_message();
    script.wait(9min + 59s);
    CHECK(script.execution().pending_activities().empty());
    script.wait(1s);
    waiting(script, "look_up_sms");
    answer(script, DeliveryStatus{"SM1", "delivered", ""});
    CHECK(recorded_status(script) == "delivered");
    answer(script, durable::Nothing{});
    CHECK(script.result<NotifyResult>().status == "delivered");
}

TEST_CASE("a message whose fate nobody knows stays sent") {
    Script script = sent_message();
    script.wait(10min);
    fail(script, durable::RetryState::timeout);
    CHECK(script.result<NotifyResult>().status == "sent");
}

TEST_CASE("what the vendor refuses is a result, written down; what may have been sent is listed as unknown") {
    for (const auto& [state, status] : {std::pair{durable::RetryState::non_retryable, "failed"},
                                        std::pair{durable::RetryState::outcome_unknown, "outcome_unknown"}}) {
        Script script{send_notification, text_message};
        script.feed();
        fail(script, state);
        CHECK(recorded_status(script) == status);
        answer(script, durable::Nothing{});
        CHECK(script.result<NotifyResult>().status == status);
        CHECK(script.result<NotifyResult>().error.has_value());
    }
}

TEST_CASE("the run's name tells recipients apart without naming them") {
    NotifyRequest one = text_message;
    one.key = "fact/sms/+15550100400";
    NotifyRequest other = one;
    other.recipient = "+15550100401";
    other.key = "fact/sms/+15550100401";
    CHECK(notify_id(one).value.find("5550100") == std::string::npos);
    CHECK(notify_id(one).value.starts_with("notify-fact/sms/"));
    CHECK(notify_id(one) != notify_id(other));
    CHECK(notify_id(one) == notify_id(one));
}

TEST_CASE("an e-mail is over when it is written down") {
    NotifyRequest mail = text_message;
    mail.channel = "email";
    mail.recipient = "owner@acme.example";
    mail.subject = "About a call";
    Script script{send_notification, mail};
    script.feed();
    CHECK(durable::decode<EmailRequest>(waiting(script, "send_email").input).subject == "About a call");
    answer(script, EmailReceipt{"e-1"});
    CHECK(recorded_status(script) == "sent");
    answer(script, durable::Nothing{});
    CHECK(script.result<NotifyResult>().vendor_message_id == "e-1");
}

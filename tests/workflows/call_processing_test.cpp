// The logic of call-processing, activity by activity. Every activation is also replayed
// (tests/replay/script.hpp).

#include <doctest/doctest.h>

#include "tests/workflows/product_database.hpp"
#include "tests/workflows/rehearsal.hpp"

using namespace callflex;
using durable::RetryState;
using durable::replay::RunStatus;
using test::ended_call;
using test::Names;
using test::Rehearsal;

namespace {

EndedCall recorded_call() {
    EndedCall call = ended_call();
    call.recording_url = "https://storage.example/a.mp3";
    return call;
}

EndedCall missed_call() {
    EndedCall call = ended_call();
    call.transcript.clear();
    call.segments.clear();
    call.duration_seconds = 0;
    return call;
}

}  // namespace

TEST_CASE("an ordinary call goes through every step in order and ends without warnings") {
    Rehearsal run{recorded_call()};
    run.rest();
    CHECK(run.scheduled() == Names{"store_transcript", "summarize", "extract_facts", "update_call_record",
                                   "fetch_recording", "record_recording", "update_contact", "count_usage",
                                   "raise_usage_alerts", "plan_notifications", "send_sms", "send_email",
                                   "record_notifications", "publish_live_event"});
    const CallSummary result = run.result();
    CHECK(result.summary == "Pat is sick.");
    CHECK_FALSE(result.extractive);
    CHECK(result.call_type == "support");
    CHECK(result.sentiment == "neutral");
    CHECK(result.minutes == 3);
    CHECK(result.notifications_sent == 2);
    CHECK(result.warnings.empty());
}

TEST_CASE("summary and facts are made at the same time") {
    Rehearsal run{ended_call()};
    run.finish(store_transcript, {});
    CHECK(run.pending() == Names{"summarize", "extract_facts"});
    run.finish(extract_facts, {"support", "neutral", "Pat", {}, false});
    CHECK(run.pending() == Names{"summarize"});
    run.finish(summarize, {"Pat is sick.", true, ""});
    CHECK(run.pending() == Names{"update_call_record"});
    const CallFindings findings = run.input(update_call_record).findings;
    CHECK(findings.summary == "Pat is sick.");
    CHECK(findings.extractive);
    CHECK(findings.caller_name == "Pat");
}

TEST_CASE(
    "a missed call has nothing to store, to understand or to download; it is counted and reported all the "
    "same") {
    Rehearsal run{missed_call()};
    run.until(plan_notifications);
    CHECK(run.input(plan_notifications).missed);
    run.rest();
    CHECK(run.scheduled() == Names{"update_call_record", "update_contact", "count_usage",
                                   "raise_usage_alerts", "plan_notifications", "send_sms", "send_email",
                                   "record_notifications", "publish_live_event"});
    CHECK(run.result().minutes == 0);
    CHECK(run.result().summary.empty());
}

TEST_CASE("usage is counted by the started minute, with the vendor's cost, on the day the call ended") {
    Rehearsal run{ended_call()};
    run.until(count_usage);
    const CallUsage usage = run.input(count_usage);
    CHECK(usage.minutes == 3);
    CHECK(usage.cost_microdollars == 48'300);
    CHECK(usage.ended_at == ended_call().ended_at);
    CHECK(usage.call.organization_id == test::organization_id);
}

TEST_CASE("a recording that cannot be fetched is a warning, has no row, and holds up nothing") {
    Rehearsal run{recorded_call()};
    run.until(fetch_recording).fail(fetch_recording);
    CHECK(run.pending() == Names{"update_contact"});
    run.rest();
    REQUIRE(run.result().warnings.size() == 1);
    CHECK(run.result().warnings[0].step == "fetch_recording");
    CHECK(run.result().warnings[0].reason.find("no luck") != std::string::npos);
    CHECK_FALSE(run.result().warnings[0].outcome_unknown);
    CHECK(run.result().notifications_sent == 2);
}

TEST_CASE("without a summary or facts the call is still recorded, and not reported as missed") {
    Rehearsal run{ended_call()};
    run.finish(store_transcript, {}).fail(summarize).fail(extract_facts);
    CHECK_FALSE(run.input(update_call_record).findings.summary);
    CHECK_FALSE(run.input(update_call_record).findings.call_type);
    run.until(plan_notifications);
    CHECK_FALSE(run.input(plan_notifications).missed);
    run.rest();
    REQUIRE(run.result().warnings.size() == 2);
    CHECK(run.result().warnings[0].step == "summarize");
    CHECK(run.result().warnings[1].step == "extract_facts");
}

TEST_CASE("everybody is told at once, and one bad number neither blocks nor repeats the others") {
    Rehearsal run{ended_call()};
    run.plan.sms.push_back({"c/sms/+15550100401", {"+15550100401", "text"}});
    run.plan.sms.push_back({"c/sms/+15550100402", {"+15550100402", "text"}});
    run.until(send_sms);
    CHECK(run.pending() == Names{"send_sms", "send_sms", "send_sms", "send_email"});
    run.fail(send_sms, RetryState::non_retryable, 0);
    run.fail(send_sms, RetryState::outcome_unknown, 0);
    CHECK(run.input(send_sms).to == "+15550100402");
    run.finish(send_email, {"re_1"}).finish(send_sms, {"SM3", "queued"});

    const auto outcomes = run.input(record_notifications).notifications;
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].status == "failed");
    CHECK(outcomes[0].error);
    CHECK(outcomes[1].status == "outcome_unknown");
    CHECK(outcomes[2].status == "sent");
    CHECK(outcomes[2].vendor_message_id == "SM3");
    CHECK(outcomes[2].idempotency_key == "c/sms/+15550100402");
    CHECK(outcomes[3].channel == "email");
    CHECK(outcomes[3].vendor_message_id == "re_1");

    run.rest();
    const CallSummary result = run.result();
    CHECK(result.notifications_sent == 2);
    REQUIRE(result.warnings.size() == 2);
    CHECK(result.warnings[0].step == "send_sms +15550100400");
    CHECK_FALSE(result.warnings[0].outcome_unknown);
    CHECK(result.warnings[1].step == "send_sms +15550100401");
    CHECK(result.warnings[1].outcome_unknown);
    const Names all = run.scheduled();
    CHECK(std::count(all.begin(), all.end(), "send_sms") == 3);
}

TEST_CASE("when nobody wants to know, nothing is sent or recorded") {
    Rehearsal run{ended_call()};
    run.plan = {};
    run.until(plan_notifications).finish(plan_notifications, {});
    CHECK(run.pending() == Names{"publish_live_event"});
    run.rest();
    CHECK(run.result().notifications_sent == 0);
}

TEST_CASE("each side step may fail for good, and the run completes with a warning for it") {
    const auto fails = [](const auto& step) {
        Rehearsal run{recorded_call()};
        run.until(step).fail(step).rest();
        REQUIRE(run.script.status() == RunStatus::completed);
        REQUIRE(run.result().warnings.size() == 1);
        CHECK(run.result().warnings[0].step == step.name);
    };
    fails(record_recording);
    fails(plan_notifications);
    fails(record_notifications);
    fails(publish_live_event);
}

TEST_CASE("a step that must not be lost fails the run, and nothing after it is done") {
    const auto fails = [](const auto& step) {
        Rehearsal run{recorded_call()};
        run.until(step).fail(step);
        CHECK(run.script.status() == RunStatus::failed);
        CHECK(run.scheduled().back() == step.name);
    };
    fails(store_transcript);
    fails(update_call_record);
    fails(update_contact);
    fails(count_usage);
}

TEST_CASE("the live event tells what the result tells") {
    Rehearsal run{ended_call()};
    run.until(publish_live_event);
    const LiveEvent event = run.input(publish_live_event);
    CHECK(event.type == "call_processed");
    CHECK(event.organization_id == test::organization_id);
    const auto payload = durable::decode<CallProcessed>(event.payload);
    CHECK(payload.call_id == ended_call().call_id);
    CHECK(payload.summary == "Pat is sick.");
    CHECK(payload.minutes == 3);
    CHECK(payload.notifications_sent == 2);
    CHECK(payload.warnings == 0);
}

TEST_CASE(
    "an organization with endpoints has its event planned at the end; each delivery outlives the call's "
    "run") {
    Rehearsal run{ended_call()};
    run.until(publish_live_event);
    Published published;
    published.webhooks = true;
    run.finish(publish_live_event, published);
    REQUIRE(run.pending() == Names{"create_deliveries"});
    const WebhookEvent event = run.input(create_deliveries);
    CHECK(event.type == "call.completed");
    CHECK(event.event_id == "msg_0199f0a45b1e7aa29c336f6f3b0c1d01_call_completed");
    CHECK(event.data.json.starts_with(
        R"({"callId":"0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01","from":"+15550100123",)"));
    WebhookDelivery delivery;
    delivery.delivery_id = "d-1";
    run.finish(create_deliveries, {{delivery}});
    const auto& child = run.script.command<durable::history::ChildInitiated>(0);
    CHECK(child.workflow_id == "webhook-d-1");
    CHECK(child.parent_close == durable::ParentClosePolicy::abandon);
    run.script.feed(
        run.script.child_started(run.script.execution().pending_children().front().initiated.value));
    CHECK(run.result().warnings.empty());
}

TEST_CASE("cancelled at any step, the run ends there: what was done stays, nothing new begins") {
    const auto cancelled_at = [](const auto& step) {
        Rehearsal run{recorded_call()};
        run.until(step);
        const std::size_t scheduled = run.scheduled().size();
        run.script.feed(durable::test::Script::cancel("the organization left"));
        CHECK(run.script.status() == RunStatus::canceled);
        CHECK(run.scheduled().size() == scheduled);
    };
    cancelled_at(store_transcript);
    cancelled_at(update_call_record);
    cancelled_at(fetch_recording);
    cancelled_at(record_recording);
    cancelled_at(update_contact);
    cancelled_at(count_usage);
    cancelled_at(plan_notifications);
    cancelled_at(publish_live_event);
}

TEST_CASE(
    "cancelled while messages are on their way, what became of each is written down before the run ends") {
    Rehearsal run{ended_call()};
    run.until(send_sms).finish(send_email, {"re_1"});
    run.script.feed(durable::test::Script::cancel("the organization left"));
    CHECK(run.pending() == Names{"send_sms"});  // it may say what became of it
    run.fail(send_sms, RetryState::cancel_requested);
    CHECK(run.pending() == Names{"record_notifications"});
    const auto outcomes = run.input(record_notifications).notifications;
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[0].status == "outcome_unknown");
    CHECK(outcomes[1].status == "sent");
    run.finish(record_notifications, {});
    CHECK(run.script.status() == RunStatus::canceled);
}

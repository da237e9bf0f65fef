// The small workflows, broken at every commit boundary: a message is sent once, a reminder is one reminder,
// housekeeping does its work once and leaves the rest alone.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/callback_reminder.hpp"
#include "activities/housekeeping.hpp"
#include "activities/live_transfer.hpp"
#include "activities/notify.hpp"
#include "tests/faults/crash_scenario.hpp"

using test::FaultWorld;

namespace {

constexpr const char* action = "0199f0a4-0000-7000-8000-0000000000c1";

callflex::NotifyRequest message_to(const FaultWorld& world, const std::string& channel) {
    return {.organization_id = world.organization_id(),
            .key = "fact/" + channel,
            .channel = channel,
            .recipient = channel == "sms" ? "+15550100400" : "owner@northside-heating.example",
            .subject = "About a call",
            .text = "Somebody called.",
            .call_id = std::nullopt};
}

void add_pending_callback(const FaultWorld& world) {
    world.database().execute(
        fmt::format("insert into app.call_actions (organization_id, id, vendor_call_id, tool_call_id, type, "
                    "status, result) "
                    "values ('{}', '{}', 'call', 'tool', 'scheduleCallback', 'pending', 'ok')",
                    world.organization_id(), action));
}

}  // namespace

TEST_CASE("an e-mail by notify is sent once and its fate is written down, wherever the worker breaks") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 world.start("notify", durable::encode(message_to(world, "email")), "notify-fact/email");
             },
         .verify =
             [](const FaultWorld& world) {
                 CHECK(world.sent("resend")["count"] == 1);
                 CHECK(world.value("select channel || ' ' || status from app.notifications") == "email sent");
                 CHECK(world.value("select status from engine.closed_runs") == "completed");
                 world.keep_history("notify-fact/email", "notify.v1");
             }});
}

TEST_CASE("a callback that is still open is one reminder to each recipient, wherever the worker breaks") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 world.database().execute(
                     "update app.organizations set settings = '{\"notifications\": {\"email\": "
                     "[\"a@acme.example\", \"b@acme.example\"]}}'");
                 add_pending_callback(world);
                 callflex::CallbackReminder callback{world.organization_id(), action,           "Pat",
                                                     "+15550100123",          "a leaking pipe", {}};
                 callback.remind_at = world.database().now() - std::chrono::minutes{1};
                 world.start("callback-reminder", durable::encode(callback), "callback-reminder-1");
             },
         .verify =
             [](const FaultWorld& world) {
                 CHECK(world.sent("resend")["count"] == 2);
                 CHECK(world.value("select count(*) from app.notifications where status = 'sent'") == "2");
                 CHECK(world.value("select count(*) from engine.closed_runs where status = 'completed'") ==
                       "3");
                 world.keep_history("callback-reminder-1", "callback_reminder.v1");
             }});
}

TEST_CASE(
    "a caller is transferred at most once, and the action says how it went, wherever the worker breaks") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 add_pending_callback(world);
                 const callflex::LiveTransfer transfer{
                     .organization_id = world.organization_id(),
                     .action_id = action,
                     .control_url = world.sandbox_url() + "/vapi/control/call-1",
                     .number = "+15550100999",
                     .message = "One moment, please.",
                     .summary = "",
                     .warm = false};
                 world.start("transfer-call", durable::encode(transfer), "transfer-call-1");
             },
         .verify =
             [](const FaultWorld& world) {
                 const auto sent = world.sent("vapi");
                 const std::string status = world.value("select status from app.call_actions");
                 CHECK(sent["count"].get<int>() <= 1);
                 CHECK((status == "failed" || (status == "completed" && sent["count"] == 1)));
                 world.keep_history("transfer-call-1", "transfer_call.v1");
             }});
}

TEST_CASE("partitions are made ahead and old months of calls dropped with what belongs to them") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 world.database().advance(std::chrono::hours{24} * 62);
                 world.start("partition-maintenance", durable::encode(callflex::PartitionPolicy{12, 1}),
                             "partition-maintenance-1", true);
             },
         .verify =
             [](const FaultWorld& world) {
                 // From last month to twelve months ahead of the moved clock.
                 CHECK(world.value(
                           "select count(*) from pg_inherits where inhparent = 'app.calls'::regclass") ==
                       "14");
                 CHECK(world.value(
                           "select to_regclass('app.calls_' || to_char((engine.now() at time zone 'UTC') "
                           "+ interval '12 months', 'YYYY_MM')) is not null") == "t");
                 CHECK(world.value(
                           "select to_regclass('app.calls_' || to_char((engine.now() at time zone 'UTC') "
                           "- interval '2 months', 'YYYY_MM')) is null") == "t");
                 CHECK(world.value("select status from engine.closed_runs") == "completed");
                 world.keep_history("partition-maintenance-1", "partition_maintenance.v2");
             }});
}

TEST_CASE("what is old enough is forgotten, what is not stays, wherever the worker breaks") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 world.database().execute(
                     fmt::format("insert into app.inbound_webhooks (vendor, dedupe_key, event_type, body, "
                                 "headers, digest, "
                                 "outcome, received_at) select 'twilio', n::text, 'x', '', '{{}}', "
                                 "sha256(''), 'accepted', "
                                 "now() - make_interval(days => n) from generate_series(1, 60) as n;"
                                 "insert into app.live_events (organization_id, type, payload, at) select "
                                 "'{}', 'x', '{{}}', "
                                 "now() - make_interval(days => n) from generate_series(1, 60) as n",
                                 world.organization_id()));
                 world.start("inbound-retention", durable::encode(callflex::RetentionPolicy{}),
                             "inbound-retention-1", true);
             },
         .verify =
             [](const FaultWorld& world) {
                 CHECK(world.value("select count(*) from app.inbound_webhooks") == "29");
                 CHECK(world.value("select count(*) from app.live_events") == "6");
                 CHECK(world.value("select status from engine.closed_runs") == "completed");
                 world.keep_history("inbound-retention-1", "inbound_retention.v1");
             }});
}

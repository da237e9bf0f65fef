// Money under faults: billing-cycle and usage-aggregation broken at every commit boundary, and Stripe losing
// its answers. Whatever happens, a period is charged once, closed once, told once.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/billing/periods.hpp"
#include "activities/billing/stripe_sync.hpp"
#include "activities/billing/usage_days.hpp"
#include "tests/faults/crash_scenario.hpp"

using namespace callflex;
using test::FaultWorld;

namespace {

/// A subscribed organization (200 minutes included) whose period ended a while ago: 21 calls of ten minutes,
/// one of its days counted wrong.
void end_a_period(FaultWorld& world) {
    world.database().execute(fmt::format(
        "delete from app.billing_periods;"
        "update app.organizations set plan = 'starter', stripe_customer_id = 'cus_1', settings = '{{}}', "
        "  billing_period_start = date_trunc('day', now(), 'UTC') - interval '20 days', "
        "  billing_period_end = date_trunc('second', now()) - interval '15 minutes';"
        "insert into app.billing_periods (organization_id, period_start, period_end) "
        "  select id, billing_period_start, billing_period_end from app.organizations;"
        "insert into app.subscriptions (organization_id, subscription_id, customer_id, status, created_at) "
        "  select id, 'sub_1', 'cus_1', 'active', billing_period_start from app.organizations;"
        "insert into app.users (id, email) values ('0199f0a4-0000-7000-8000-0000000000e1', "
        "'owner@acme.example');"
        "insert into app.organization_members (organization_id, user_id, role) values ('{0}', "
        "  '0199f0a4-0000-7000-8000-0000000000e1', 'owner');"
        "insert into app.calls (organization_id, started_at, id, vendor_call_id, status, ended_at, "
        "duration_seconds, "
        "  processed_at, billed_minutes, usage_date) "
        "  select '{0}', e.ended - interval '10 minutes', gen_random_uuid(), 'call-' || i, 'ended', e.ended, "
        "600, now(), "
        "  10, (e.ended at time zone 'UTC')::date "
        "  from generate_series(1, 21) i, lateral (select now() - interval '16 minutes' - i * interval '7 "
        "hours') e "
        "  (ended);"
        "insert into app.daily_usage (organization_id, usage_date, calls, minutes) "
        "  select organization_id, usage_date, count(*), sum(billed_minutes) from app.calls group by 1, 2;"
        "update app.daily_usage set minutes = minutes + 1 where usage_date = (select min(usage_date) from "
        "  app.daily_usage)",
        world.organization_id()));
}

PeriodToClose period_of(const FaultWorld& world) {
    const auto end = world.value(
        "select (extract(epoch from min(period_end)) * 1000000)::bigint from app.billing_periods");
    return {world.organization_id(), durable::Timestamp{durable::Duration{std::stoll(end)}}};
}

void start_cycle(FaultWorld& world) {
    end_a_period(world);
    const PeriodToClose period = period_of(world);
    world.start("billing-cycle", durable::encode(period), billing_cycle_id(period));
}

void require_closed_once(const FaultWorld& world) {
    CHECK(world.value("select count(*) from engine.closed_runs where status <> 'completed'") == "0");
    CHECK(world.value("select count(*) from engine.closed_runs") == "2");  // the cycle, and the owner's mail
    const auto charged = world.sent("stripe");
    CHECK(charged["count"] == 1);
    CHECK(charged["sent"][0]["kind"] == "meter_event");
    CHECK(charged["sent"][0]["text"] == "10");
    CHECK(charged["sent"][0]["key"] == billing_cycle_id(period_of(world)));
    CHECK(world.value("select string_agg(type || ' ' || (data ->> 'minutes') || ' ' || (data ->> "
                      "'overage_minutes') || ' ' "
                      "|| (data ->> 'repaired_days'), ',') from app.billing_events") ==
          "period_closed 210 10 1");
    CHECK(world.value("select count(*) || ' ' || sum(minutes) from app.billed_calls") == "21 210");
    CHECK(world.value("select string_agg(state, ' ' order by period_start) from app.billing_periods") ==
          "closed open");
    CHECK(world.sent("resend")["count"] == 1);
    world.keep_history(billing_cycle_id(period_of(world)), "billing_cycle.v1");
}

// --- aggregation
// -----------------------------------------------------------------------------------------------

constexpr int organizations = 5;

/// Five organizations more, each with three calls of a minute yesterday that were counted wrong or not at
/// all; the third one has used up its plan.
void miscount_yesterday(FaultWorld& world) {
    world.database().execute(
        "update app.organizations set settings = '{}';"
        "insert into app.organizations (id, name, slug, status, billing_period_start, billing_period_end, "
        "settings) "
        "  select ('0199f0a4-0000-7000-8000-00000000b00' || i)::uuid, 'B' || i, 'b' || i, 'active', "
        "  date_trunc('day', now(), 'UTC') - interval '20 days', date_trunc('day', now(), 'UTC') + interval "
        "'9 days', "
        "  case i when 3 then '{\"notifications\": {\"email\": [\"office@b3.example\"]}}'::jsonb else '{}' "
        "end "
        "  from generate_series(1, 5) i;"
        "insert into app.calls (organization_id, started_at, id, vendor_call_id, status, ended_at, "
        "duration_seconds, "
        "  processed_at, billed_minutes, usage_date) "
        "  select o.id, e.ended - interval '1 minute', gen_random_uuid(), gen_random_uuid()::text, 'ended', "
        "e.ended, 60, "
        "  now(), case o.slug when 'b3' then 60 else 1 end, (e.ended at time zone 'UTC')::date "
        "  from app.organizations o, generate_series(1, 3) i, lateral (select date_trunc('day', now(), "
        "'UTC') - "
        "  interval '12 hours') e (ended) where o.slug like 'b_';"
        "insert into app.daily_usage (organization_id, usage_date, calls, minutes) "
        "  select organization_id, usage_date, 7, 7 from app.calls group by 1, 2 order by 1 limit 3");
}

void start_aggregation(FaultWorld& world) {
    miscount_yesterday(world);
    const std::string date = world.value("select ((now() at time zone 'UTC')::date - 1)::text");
    const AggregationInput input{.date = date, .page_size = 2, .at_a_time = 2};
    world.start("usage-aggregation", durable::encode(input), "usage-aggregation-test", true);
}

void require_aggregated(const FaultWorld& world) {
    CHECK(world.value("select count(*) from engine.closed_runs where status not in ('completed', "
                      "'continued_as_new')") == "0");
    CHECK(world.value("select count(*) || ' ' || sum(calls) || ' ' || sum(minutes) from app.daily_usage") ==
          fmt::format("{} 15 192", organizations));
    CHECK(world.value("select string_agg(threshold::text, ' ') from app.usage_alerts") == "80");
    CHECK(
        world
            .value("select string_agg(workflow_id, ' ') from engine.runs where type = 'notify' and tenant = "
                   "'0199f0a4-0000-7000-8000-00000000b003'")
            .starts_with("notify-usage-alert/0199f0a4-0000-7000-8000-00000000b003/"));
    CHECK(world.sent("resend")["count"] == 1);
    CHECK(world.value("select status from app.notifications") == "sent");
    world.keep_history("usage-aggregation-test", "usage_aggregation.v1");
}

}  // namespace

TEST_CASE("a period is charged and closed once whichever commit boundary the worker breaks at, and however") {
    test::require_at_every_crash_point(
        {.begin = start_cycle, .verify = require_closed_once, .points_min = 8});
}

TEST_CASE(
    "usage is the sum of calls, and alerts are told once, whichever commit boundary the worker breaks at") {
    test::require_at_every_crash_point(
        {.begin = start_aggregation, .verify = require_aggregated, .points_min = 8});
}

TEST_CASE(
    "the sweep starts the cycle, and the cycle charges once although Stripe answers with every kind of "
    "trouble") {
    FaultWorld world;
    world.set_fault({{"vendor", "stripe"}, {"mode", "lost_answer"}, {"times", 2}});
    world.set_fault({{"vendor", "stripe"}, {"mode", "failed_after"}, {"times", 1}});
    world.set_fault({{"vendor", "stripe"}, {"mode", "rate_limit"}, {"times", 2}});
    world.set_fault({{"vendor", "stripe"}, {"mode", "error"}, {"status", 503}, {"times", 2}});
    end_a_period(world);
    world.start("billing-sweep", durable::encode(SweepInput{}), "billing-sweep-test", true);
    world.start("billing-sweep", durable::encode(SweepInput{}), "billing-sweep-again", true);
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    CHECK(world.violations() == "");
    CHECK(world.sent("stripe")["count"] == 1);
    CHECK(world.value("select count(*) from engine.runs where type = 'billing-cycle'") == "1");
    CHECK(world.value("select tenant from engine.runs where type = 'billing-cycle'") ==
          world.organization_id());
    CHECK(world.value("select state from app.billing_periods order by period_start limit 1") == "closed");
    world.keep_history("billing-sweep-test", "billing_sweep.v1");
}

TEST_CASE("a subscription that an event only named is read from Stripe, and the organization shows it") {
    FaultWorld world;
    const std::string fields =
        "Authorization: Bearer sk_test_1\r\nStripe-Version: 2026-10-28.endive\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\n";
    const auto customer =
        world.ask_sandbox("POST", "/stripe/v1/customers", "email=a%40b.example&name=A", fields);
    const auto subscription = world.ask_sandbox(
        "POST", "/stripe/v1/subscriptions",
        fmt::format("customer={}&metadata%5Bplan%5D=scale", customer["id"].get<std::string>()), fields);
    const SubscriptionToSync wanted{world.organization_id(), subscription["id"]};
    world.start("stripe-sync", durable::encode(wanted), "stripe-sync-test");
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    CHECK(
        world.value("select status || ' ' || plan || ' ' || stripe_subscription_id from app.organizations") ==
        "active scale " + wanted.subscription_id);
    CHECK(world.value("select count(*) from app.billing_periods where period_end - period_start = interval "
                      "'30 days'") == "1");
    CHECK(world.violations() == "");
    world.keep_history("stripe-sync-test", "stripe_sync.v1");
}

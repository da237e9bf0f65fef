// A call stands on exactly one bill, and the bills together hold every minute.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "tests/workflows/billing_world.hpp"

using namespace callflex;
using test::BillingWorld;
namespace t = callflex::transactional;

namespace {

const PeriodToClose november{test::organization_id, BillingWorld::at("2026-12-01")};
const PeriodToClose december{test::organization_id, BillingWorld::at("2027-01-01")};

std::int64_t billed_minutes_of(const BillingWorld& world) {
    return std::stoll(world.value("select coalesce(sum(minutes), 0) from app.billed_calls"));
}

}  // namespace

TEST_CASE("a period is paid for when a subscription covers it") {
    BillingWorld world;
    CHECK_FALSE(world.run(t::read_billing_info, november).paid_for);
    world.subscribe();
    const BillingInfo info = world.run(t::read_billing_info, november);
    CHECK(info.state == "open");
    CHECK(info.paid_for);
    CHECK(info.customer_id == std::string{"cus_"} + test::organization_id);
    CHECK(info.period_start == BillingWorld::at("2026-11-01"));
    CHECK(world.run(t::read_billing_info, december).state.empty());
}

TEST_CASE("a trial before the subscription is nobody's bill, its calls never come onto one") {
    BillingWorld world;
    world.add_call_of(BillingWorld::at("2026-11-05T10:00:00"), 600);
    world.learn({.organization_id = test::organization_id,
                 .subscription_id = "sub_1",
                 .customer_id = "cus_1",
                 .status = "active",
                 .said_at = BillingWorld::at("2026-11-15"),
                 .source = "evt_1",
                 .created = BillingWorld::at("2026-11-15"),
                 .period_start = BillingWorld::at("2026-11-15"),
                 .period_end = BillingWorld::at("2026-12-15")});
    CHECK(world.periods() == "2026-11-01..2026-11-15 open, 2026-11-15..2026-12-15 open");
    const PeriodToClose trial{test::organization_id, BillingWorld::at("2026-11-15")};
    CHECK_FALSE(world.run(t::read_billing_info, trial).paid_for);
    world.run(t::skip_period, trial);
    world.run(t::open_next_period, trial);
    world.add_call_of(BillingWorld::at("2026-11-20T10:00:00"), 60);
    const PeriodToClose first{test::organization_id, BillingWorld::at("2026-12-15")};
    CHECK(world.run(t::read_billing_info, first).paid_for);
    CHECK(world.run(t::claim_period_usage, first).minutes == 1);
}

TEST_CASE("calls belong to the period in which they ended: its first moment counts, its last one does not") {
    BillingWorld world;
    world.subscribe();
    world.add_call_of(BillingWorld::at("2026-11-01T00:00:00"), 60);      // 1 minute
    world.add_call_of(BillingWorld::at("2026-11-30T23:59:59"), 61);      // 2 minutes
    world.add_call_of(BillingWorld::at("2026-12-01T00:00:00"), 60 * 4);  // begun before the end, ended on it
    world.add_call_of(BillingWorld::at("2026-10-31T23:59:59"), 60 * 8);  // before there was a period
    const PeriodUsage usage = world.run(t::claim_period_usage, november);
    CHECK(usage.calls == 2);
    CHECK(usage.minutes == 3);
    CHECK(usage.late_minutes == 0);
    CHECK(usage.included_minutes == 200);
    CHECK(usage.overage_minutes == 0);
}

TEST_CASE("minutes beyond the plan are overage at the plan's price") {
    BillingWorld world;
    world.subscribe();
    for (int i = 0; i < 21; ++i) world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 595);
    const PeriodUsage usage = world.run(t::claim_period_usage, november);
    CHECK(usage.minutes == 210);
    CHECK(usage.overage_minutes == 10);
    CHECK(usage.overage_cents == 200);
}

TEST_CASE(
    "a call that ended but is not processed yet is billed by its length, and counted to the same minutes "
    "later") {
    BillingWorld world;
    world.subscribe();
    const auto ended = BillingWorld::at("2026-11-10T10:00:00");
    const std::string id = world.add_call_of(ended, 125, false);
    CHECK(world.run(t::claim_period_usage, november).minutes == 3);
    EndedCall call = test::ended_call(id);
    call.started_at = ended - std::chrono::seconds{125};
    call.ended_at = ended;
    world.count(call);
    CHECK(world.value(
              "select count(*) from app.billed_calls b join app.calls c on c.id = b.call_id where b.minutes "
              "= c.billed_minutes") == "1");
    CHECK(world.run(t::claim_period_usage, november).minutes == 3);
}

TEST_CASE("a call whose length is not known yet waits, and is late usage of the next period once it is") {
    BillingWorld world;
    world.subscribe();
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60, false);
    world.database.execute("update app.calls set duration_seconds = null");
    CHECK(world.run(t::claim_period_usage, november).calls == 0);
    world.run(t::close_period, {november, "none", {}});
    world.run(t::open_next_period, november);
    world.database.execute("update app.calls set duration_seconds = 61");
    world.add_call_of(BillingWorld::at("2026-12-10T10:00:00"), 60);
    const PeriodUsage usage = world.run(t::claim_period_usage, december);
    CHECK(usage.calls == 2);
    CHECK(usage.minutes == 3);
    CHECK(usage.late_minutes == 2);
    CHECK(world.value("select count(*) from app.billed_calls where late") == "1");
}

TEST_CASE("claimed figures stand: repeated, and with calls that come later, they are the same") {
    BillingWorld world;
    world.subscribe();
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60);
    CHECK(world.run(t::claim_period_usage, november).minutes == 1);
    world.add_call_of(BillingWorld::at("2026-11-10T11:00:00"), 60 * 30);
    CHECK(world.run(t::claim_period_usage, november).minutes == 1);
    world.run(t::close_period, {november, "none", {}});
    CHECK(world.run(t::claim_period_usage, november).minutes == 1);
}

TEST_CASE("closing writes one event, however often it is done") {
    BillingWorld world;
    world.subscribe();
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60);
    world.run(t::claim_period_usage, november);
    for (int i = 0; i < 3; ++i) world.run(t::close_period, {november, "accepted", {2, 10, 12}});
    CHECK(world.value("select count(*) from app.billing_events") == "1");
    CHECK(world.value("select data ->> 'minutes' from app.billing_events") == "1");
    CHECK(world.value("select data ->> 'overage_reported' from app.billing_events") == "accepted");
    CHECK(world.periods() == "2026-11-01..2026-12-01 closed");
}

TEST_CASE("the next period opens once, unless Stripe has told it before; a canceled organization gets none") {
    BillingWorld world;
    world.subscribe();
    world.run(t::claim_period_usage, november);
    world.run(t::close_period, {november, "none", {}});
    for (int i = 0; i < 2; ++i) world.run(t::open_next_period, november);
    CHECK(world.periods() == "2026-11-01..2026-12-01 closed, 2026-12-01..2027-01-01 open");
    CHECK(world.value("select billing_period_end = '2027-01-01 00:00:00+00' from app.organizations") == "t");
    world.database.execute("update app.organizations set status = 'canceled'");
    world.run(t::open_next_period, december);
    CHECK(world.periods() == "2026-11-01..2026-12-01 closed, 2026-12-01..2027-01-01 open");
}

TEST_CASE("Stripe may move an open period's end, never that of one whose calls are claimed") {
    BillingWorld world;
    world.subscribe();
    const auto told = [&](const char* end, const char* said) {
        world.learn({.organization_id = test::organization_id,
                     .subscription_id = std::string{"sub_"} + test::organization_id,
                     .said_at = BillingWorld::at(said),
                     .source = "evt",
                     .period_start = BillingWorld::at("2026-11-01"),
                     .period_end = BillingWorld::at(end)});
    };
    told("2026-12-02", "2026-11-02");
    CHECK(world.periods() == "2026-11-01..2026-12-02 open");
    told("2026-12-05", "2026-11-01");  // said before
    CHECK(world.periods() == "2026-11-01..2026-12-02 open");
    const PeriodToClose moved{test::organization_id, BillingWorld::at("2026-12-02")};
    CHECK(world.run(t::read_billing_info, november).state.empty());
    world.run(t::claim_period_usage, moved);
    told("2026-12-09", "2026-12-03");
    CHECK(world.periods() == "2026-11-01..2026-12-02 claimed");
}

TEST_CASE("whatever the times of calls, reports and closings: every minute is billed once") {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        BillingWorld world;
        world.subscribe();
        std::vector<PeriodToClose> periods;
        auto end = BillingWorld::at("2026-12-01");
        const auto close_one = [&] {
            const PeriodToClose period{test::organization_id, end};
            world.run(t::claim_period_usage, period);
            world.run(t::close_period, {period, "none", {}});
            world.run(t::open_next_period, period);
            periods.push_back(period);
            end = durable::Timestamp{durable::Duration{std::stoll(world.value(
                "select (extract(epoch from max(period_end)) * 1000000)::bigint from app.billing_periods"))}};
        };
        // Calls of three months become known in a random order, between the closings of three periods.
        std::vector<durable::Timestamp> ends;
        const auto first = BillingWorld::at("2026-11-01");
        for (int i = 0; i < 60; ++i) {
            ends.push_back(first + std::chrono::seconds{random() % (91U * 86'400U)});
        }
        for (const char* edge : {"2026-11-30T23:59:59", "2026-12-01T00:00:00", "2026-12-31T23:59:59"})
            ends.push_back(BillingWorld::at(edge));
        std::ranges::shuffle(ends, random);
        for (std::size_t i = 0; i < ends.size(); ++i) {
            world.add_call_of(ends[i], static_cast<int>(random() % 900), random() % 2 == 0);
            if (i % 20 == 19) close_one();
        }
        close_one();  // whatever is left, late or not
        const auto called = world.value(
            "select sum((duration_seconds + 59) / 60) from app.calls where ended_at < (select "
            "max(period_end) from "
            "app.billing_periods where state = 'closed')");
        CHECK(std::to_string(billed_minutes_of(world)) == called);
        CHECK(world.value("select sum(minutes) from app.billing_periods where state = 'closed'") == called);
        CHECK(world.value("select sum((data ->> 'minutes')::bigint) from app.billing_events") == called);
        CHECK(
            world.value("select count(*) from app.billed_calls b join app.calls c on c.id = b.call_id where "
                        "b.minutes <> (c.duration_seconds + 59) / 60") == "0");
    }
}

TEST_CASE("calls that end and are counted while the period closes land on one bill each") {
    BillingWorld world;
    world.subscribe();
    std::atomic<bool> closed = false;
    std::atomic<int> minutes = 0;
    std::thread caller{[&] {
        pqxx::connection connection{world.database.url()};
        for (int i = 0; i < 150 || !closed; ++i) {
            pqxx::work tx{connection};
            act_for(tx, test::organization_id);
            // The last seconds of November and the first of December.
            const auto ended = BillingWorld::at("2026-11-30T23:59:30") + std::chrono::seconds{i % 60};
            tx.exec_params(
                "insert into app.calls (organization_id, started_at, id, vendor_call_id, status, ended_at, "
                "duration_seconds) values ($1::uuid, $2::timestamptz - interval '90 s', "
                "gen_random_uuid(), gen_random_uuid()::text, 'ended', $2::timestamptz, 90)",
                test::organization_id, storable(ended));
            tx.commit();
            minutes += 2;
        }
    }};
    while (minutes < 40) std::this_thread::yield();
    world.run(t::claim_period_usage, november);
    closed = true;
    caller.join();
    world.run(t::close_period, {november, "none", {}});
    world.run(t::open_next_period, november);
    world.run(t::claim_period_usage, december);
    CHECK(billed_minutes_of(world) == minutes);
    CHECK(
        world.value(
            "select count(*) from app.billed_calls b join app.calls c on c.id = b.call_id where (c.ended_at "
            ">= '2026-12-01' and b.period_start < '2026-12-01')") == "0");
}

TEST_CASE("the sweep's pages list what is due, in order, once, and nothing that is closed") {
    BillingWorld world;
    for (int i = 1; i <= 5; ++i) {
        world.database.execute(fmt::format(
            "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
            "('0199f0a4-0000-7000-8000-00000000b00{0}', 'B{0}', 'b{0}', '2026-11-01', '2026-12-0{0}')",
            i));
    }
    SweepInput sweep{.page_size = 2, .until = BillingWorld::at("2026-12-04T00:00:01")};
    std::vector<durable::Timestamp> ends;
    while (true) {
        const DuePage page = world.run_for_everybody(t::due_periods, sweep);
        if (page.periods.empty()) break;
        for (const auto& period : page.periods) ends.push_back(period.period_end);
        sweep.after = {page.periods.back()};
    }
    CHECK(ends.size() == 5);  // two of them on the first of December, the last one is not due
    CHECK(std::ranges::is_sorted(ends));
    world.run(t::skip_period, november);
    sweep.after.clear();
    sweep.page_size = 100;
    CHECK(world.run_for_everybody(t::due_periods, sweep).periods.size() == 4);
}

TEST_CASE("the summary goes to the owners, with what the bill will say") {
    BillingWorld world;
    world.subscribe();
    for (int i = 0; i < 21; ++i) world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 600);
    world.run(t::claim_period_usage, november);
    const Messages plan = world.run(t::plan_period_summary, november);
    REQUIRE(plan.messages.size() == 1);
    CHECK(plan.messages[0].recipient == "owner@acme.example");
    CHECK(plan.messages[0].text.find("Minutes: 210 (200 included in your plan)") != std::string::npos);
    CHECK(plan.messages[0].text.find("Minutes beyond: 10, $2.00") != std::string::npos);
}

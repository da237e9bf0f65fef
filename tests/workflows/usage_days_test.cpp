// daily_usage is the sum of calls, also when it is made so while calls are being counted; alerts come once.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/workflows/billing_world.hpp"

using namespace callflex;
using test::BillingWorld;
namespace t = callflex::transactional;

namespace {

/// Told when it begins.
void learn_period(BillingWorld& world, const char* first, const char* last) {
    world.learn({.organization_id = test::organization_id,
                 .subscription_id = "sub_1",
                 .status = "active",
                 .said_at = BillingWorld::at(first),
                 .source = "evt",
                 .period_start = BillingWorld::at(first),
                 .period_end = BillingWorld::at(last)});
}

UsageDay day_of(const char* date, bool alerts = true) {
    return {date, {test::organization_id}, alerts};
}

std::string usage(const BillingWorld& world) {
    return world.value(
        "select string_agg(usage_date || ':' || calls || ':' || minutes, ' ' order by usage_date) from "
        "app.daily_usage");
}

}  // namespace

TEST_CASE("a wrong, a missing and a superfluous day are repaired; right ones are left alone") {
    BillingWorld world;
    for (const char* end : {"2026-11-10T10:00:00", "2026-11-11T10:00:00", "2026-11-12T10:00:00"})
        world.add_call_of(BillingWorld::at(end), 90);
    world.database.execute(
        "update app.daily_usage set minutes = 7 where usage_date = '2026-11-10';"
        "delete from app.daily_usage where usage_date = '2026-11-11';"
        "insert into app.daily_usage (organization_id, usage_date, calls, minutes) select "
        "organization_id, '2026-11-13', 1, 1 from app.daily_usage limit 1");
    std::vector<RepairedDay> repaired;
    {
        pqxx::work tx{world.application};
        act_for(tx, test::organization_id);
        repaired = rebuild_usage_days(tx, {test::organization_id}, "2026-11-01", "2026-11-30");
        tx.commit();
    }
    REQUIRE(repaired.size() == 3);
    CHECK(repaired[0].date == "2026-11-10");
    CHECK(repaired[0].minutes_before == 7);
    CHECK(repaired[0].minutes_after == 2);
    CHECK(usage(world) == "2026-11-10:1:2 2026-11-11:1:2 2026-11-12:1:2");
    CHECK(world.run_for_everybody(t::rebuild_usage_day, day_of("2026-11-10")).repaired_days == 0);
}

TEST_CASE("calls that are counted while their day is rebuilt are neither lost nor counted twice") {
    BillingWorld world;
    std::atomic<bool> done = false;
    std::thread rebuilder{[&] {
        pqxx::connection connection{world.database.url()};
        while (!done) {
            pqxx::work tx{connection};
            act_for(tx, test::organization_id);
            rebuild_usage_days(tx, {test::organization_id}, "2026-11-10", "2026-11-10");
            tx.commit();
        }
    }};
    for (int i = 0; i < 200; ++i) world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60);
    done = true;
    rebuilder.join();
    CHECK(usage(world) == "2026-11-10:200:200");
}

TEST_CASE("crossing 80 % and 100 % of the included minutes is told once each in a period") {
    BillingWorld world;
    world.set_settings(R"({"notifications": {"sms": ["+15550100400"], "email": ["office@acme.example"]}})");
    const auto raise = [&] { return world.run(t::raise_usage_alerts, {test::organization_id}); };
    for (int i = 0; i < 159; ++i) world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60);
    CHECK(raise().thresholds.empty());
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60);
    const UsageAlerts first = raise();
    CHECK(first.thresholds == std::vector<int>{80});
    REQUIRE(first.messages.size() == 2);
    CHECK(first.messages[0].channel == "sms");
    CHECK(first.messages[0].recipient == "+15550100400");
    CHECK(first.messages[0].text ==
          "Acme Freight: 160 of 200 included minutes are used in this billing period (80 % reached).");
    CHECK(first.messages[1].recipient == "office@acme.example");
    CHECK(raise().thresholds.empty());
    world.add_call_of(BillingWorld::at("2026-11-11T10:00:00"), 60 * 40);
    CHECK(raise().thresholds == std::vector<int>{100});
    CHECK(raise().messages.empty());
    CHECK(world.value("select count(*) from app.usage_alerts") == "2");
}

TEST_CASE("several thresholds at once are one message, about the highest; settings may name more of them") {
    BillingWorld world;
    world.set_settings(R"({"notifications": {"usage_thresholds": [50, 120, "x", -3, 5000, null]}})");
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60 * 240);
    const UsageAlerts alerts = world.run(t::raise_usage_alerts, {test::organization_id});
    CHECK(alerts.thresholds == std::vector<int>{120, 100, 80, 50});
    REQUIRE(alerts.messages.size() == 1);  // nobody is named: the owner
    CHECK(alerts.messages[0].recipient == "owner@acme.example");
    CHECK(alerts.messages[0].subject == "120 % of your included minutes are used - Acme Freight");
}

TEST_CASE("what counts for alerts is the period, to the second at its edges") {
    BillingWorld world;
    learn_period(world, "2026-11-10T12:00:00", "2026-12-10T12:00:00");
    const auto minutes = [&] {
        return world.value(
            "select app.period_minutes(id, billing_period_start, billing_period_end) from "
            "app.organizations");
    };
    world.add_call_of(BillingWorld::at("2026-11-10T11:59:59"), 60);
    CHECK(minutes() == "0");
    world.add_call_of(BillingWorld::at("2026-11-10T12:00:00"), 60);
    world.add_call_of(BillingWorld::at("2026-11-11T00:00:00"), 60 * 2);
    world.add_call_of(BillingWorld::at("2026-12-10T11:59:59"), 60 * 4);
    world.add_call_of(BillingWorld::at("2026-12-10T12:00:00"), 60 * 8);
    CHECK(minutes() == "7");
}

TEST_CASE("usage of a period of whole days is read from the days, however many calls it has") {
    BillingWorld world;
    learn_period(world, "2026-11-01T00:00:00", "2026-12-01T00:00:00");
    constexpr int calls = 300;
    for (int call = 0; call < calls; ++call) world.add_call_of(BillingWorld::at("2026-11-10T12:00:00"), 60);
    const std::string question =
        "select app.period_minutes(id, billing_period_start, billing_period_end) from app.organizations";
    pqxx::connection session{world.database.owner_url()};
    pqxx::nontransaction ask{session};
    // Asked twice: the first time reads the catalogue, too.
    CHECK(ask.exec1(question)[0].as<int>() == calls);
    const auto plan = nlohmann::json::parse(
        ask.exec1("explain (analyze, buffers, format json) " + question)[0].as<std::string>());
    CHECK(plan[0]["Plan"]["Shared Hit Blocks"].get<int>() < calls / 10);
}

TEST_CASE("two that cross a threshold at the same moment tell it once") {
    BillingWorld world;
    world.add_call_of(BillingWorld::at("2026-11-10T10:00:00"), 60 * 170);
    std::atomic<int> told = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            pqxx::connection connection{world.database.url()};
            test::TransactionalInfo context;
            pqxx::work tx{connection};
            act_for(tx, test::organization_id);
            told += static_cast<int>(
                t::raise_usage_alerts(context, tx, {test::organization_id}).thresholds.size());
            tx.commit();
        });
    }
    for (auto& caller : callers) caller.join();
    CHECK(told == 1);
}

TEST_CASE("pages list every organization that is not canceled, once, in order") {
    BillingWorld world;
    for (int i = 1; i <= 5; ++i) {
        world.database.execute(fmt::format(
            "insert into app.organizations (id, name, slug, status, billing_period_start, "
            "billing_period_end) values "
            "('0199f0a4-0000-7000-8000-00000000b00{0}', 'B{0}', 'b{0}', '{1}', '2026-11-01', '2026-12-01')",
            i, i == 3 ? "canceled" : "active"));
    }
    AggregationInput input{.page_size = 2};
    std::vector<std::string> seen;
    while (true) {
        const auto page = world.run_for_everybody(t::organization_page, input).organizations;
        if (page.empty()) break;
        seen.insert(seen.end(), page.begin(), page.end());
        input.after = page.back();
    }
    CHECK(seen.size() == 5);
    CHECK(std::ranges::is_sorted(seen));
    input = {.everybody = true};
    CHECK(world.run_for_everybody(t::organization_page, input).organizations.size() == 6);
}

// What is known of subscriptions does not depend on the order in which it was told.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/workflows/billing_world.hpp"

using namespace callflex;
using test::BillingWorld;

namespace {

/// Everything that facts may change.
std::string state(const BillingWorld& world) {
    return world.value(
        "select (select string_agg(status || ' ' || plan || ' ' || coalesce(stripe_customer_id, '-') || ' ' "
        "|| "
        "coalesce(stripe_subscription_id, '-') || ' ' || coalesce(stripe_subscription_item_id, '-') || ' ' "
        "|| "
        "billing_period_start || '..' || billing_period_end, ';') from app.organizations) || ' | ' || "
        "(select "
        "string_agg(s.subscription_id || ' ' || coalesce(s.status, '-') || ' ' || s.status_at || ' ' || "
        "coalesce(s.ended_at::text, '-'), ';' order by subscription_id) from app.subscriptions s) || ' | ' "
        "|| (select "
        "string_agg(period_start || '..' || period_end || ' ' || state, ';' order by period_start) from "
        "app.billing_periods)");
}

SubscriptionFact fact(const char* id, const char* said, const char* source) {
    return {.organization_id = test::organization_id,
            .subscription_id = id,
            .said_at = BillingWorld::at(said),
            .source = source};
}

/// The life of a customer: bought, renewed, once unable to pay, cancelled, bought again.
std::vector<SubscriptionFact> told() {
    std::vector<SubscriptionFact> all;
    auto one = fact("sub_1", "2026-11-15T10:00:00", "evt_checkout");
    one.weight = Weight::checkout;
    one.status = "active";
    one.customer_id = "cus_1";
    one.plan = "growth";
    all.push_back(one);
    one = fact("sub_1", "2026-11-15T10:00:00", "evt_created");
    one.status = "active";
    one.customer_id = "cus_1";
    one.created = BillingWorld::at("2026-11-15T10:00:00");
    one.period_start = one.created;
    one.period_end = BillingWorld::at("2026-12-15T10:00:00");
    one.metered_item_id = "si_1";
    all.push_back(one);
    one = fact("sub_1", "2026-12-15T11:00:00", "evt_paid");
    one.weight = Weight::payment;
    one.customer_id = "cus_1";
    one.period_start = BillingWorld::at("2026-12-15T10:00:00");
    one.period_end = BillingWorld::at("2027-01-15T10:00:00");
    all.push_back(one);
    one = fact("sub_1", "2027-01-15T11:00:00", "evt_failed");
    one.weight = Weight::payment;
    one.status = "past_due";
    all.push_back(one);
    one = fact("sub_1", "2027-01-15T11:00:00", "evt_updated");
    one.status = "past_due";
    one.created = BillingWorld::at("2026-11-15T10:00:00");
    one.period_start = BillingWorld::at("2027-01-15T10:00:00");
    one.period_end = BillingWorld::at("2027-02-15T10:00:00");
    all.push_back(one);
    one = fact("sub_1", "2027-01-20T09:00:00", "evt_deleted");
    one.status = "canceled";
    one.ended_at = BillingWorld::at("2027-01-20T09:00:00");
    one.created = BillingWorld::at("2026-11-15T10:00:00");
    one.period_start = BillingWorld::at("2027-01-15T10:00:00");
    one.period_end = BillingWorld::at("2027-02-15T10:00:00");
    all.push_back(one);
    return all;
}

}  // namespace

TEST_CASE("every order of the same facts, with repeats, ends in the same state") {
    std::string wanted;
    for (unsigned seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        std::vector<SubscriptionFact> facts = told();
        if (seed > 0) {
            const auto again = told();
            for (const auto& one : again) {
                if (random() % 2 == 0) facts.push_back(one);
            }
            std::ranges::shuffle(facts, random);
        }
        BillingWorld world;
        for (const SubscriptionFact& one : facts) world.learn(one);
        if (wanted.empty()) wanted = state(world);
        CHECK(state(world) == wanted);
    }
    CHECK(wanted.find("canceled growth cus_1 sub_1 si_1 2027-01-15 10:00:00+00..2027-01-20 09:00:00+00") ==
          0);
}

TEST_CASE("a second subscription takes the place of the first, whose end then means nothing") {
    BillingWorld world;
    auto first = fact("sub_1", "2026-11-15", "evt_1");
    first.status = "active";
    first.created = BillingWorld::at("2026-11-15");
    auto second = fact("sub_2", "2026-11-20", "evt_2");
    second.status = "active";
    second.created = BillingWorld::at("2026-11-20");
    auto gone = fact("sub_1", "2026-11-21", "evt_3");
    gone.status = "canceled";
    gone.ended_at = BillingWorld::at("2026-11-21");
    for (const auto& one : {gone, second, first}) world.learn(one);
    CHECK(world.value("select status || stripe_subscription_id from app.organizations") == "activesub_2");
}

TEST_CASE("a cancelled subscription never comes back, whatever is said of it and when") {
    BillingWorld world;
    auto gone = fact("sub_1", "2026-11-21", "evt_1");
    gone.status = "canceled";
    world.learn(gone);
    auto later = fact("sub_1", "2026-11-25", "evt_2");
    later.status = "active";
    world.learn(later);
    CHECK(world.value("select status from app.organizations") == "canceled");
}

TEST_CASE("a customer that another organization has stays there") {
    BillingWorld world;
    world.database.execute(
        "insert into app.organizations (id, name, slug, stripe_customer_id, billing_period_start, "
        "billing_period_end) "
        "values ('0199f0a4-0000-7000-8000-00000000b001', 'B', 'b', 'cus_1', '2026-11-01', '2026-12-01')");
    auto one = fact("sub_1", "2026-11-15", "evt_1");
    one.customer_id = "cus_1";
    world.learn(one);
    CHECK(world.value("select stripe_customer_id from app.organizations where slug = 'acme'") == "");
}

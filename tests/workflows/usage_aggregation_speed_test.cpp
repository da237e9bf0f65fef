// How long a night takes. Skipped unless asked for: it makes a million calls.

#include <doctest/doctest.h>

#include <chrono>

#include "activities/register.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"
#include "tests/workflows/billing_world.hpp"
#include "tests/workflows/temporary_folder.hpp"
#include "workflows/register.hpp"

using namespace callflex;
using namespace std::chrono_literals;

namespace {

/// `organizations` with `calls_each` calls on 2026-11-20, counted, and no daily usage.
void fill(const test::BillingWorld& world, int organizations, int calls_each) {
    world.database.execute(
        fmt::format("insert into app.organizations (id, name, slug, status, plan, billing_period_start, "
                    "billing_period_end) "
                    "  select ('0199f0a4-2222-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'O', 'o' || i, "
                    "'active', 'scale', "
                    "  '2026-11-01', '2026-12-01' from generate_series(1, {}) i;"
                    "insert into app.calls (organization_id, started_at, id, vendor_call_id, status, "
                    "ended_at, duration_seconds, "
                    "  processed_at, billed_minutes, usage_date, cost_microdollars) "
                    "  select o.id, e.ended - interval '90 s', gen_random_uuid(), '', 'ended', e.ended, 90, "
                    "now(), 2, '2026-11-20', "
                    "  100 from app.organizations o, generate_series(1, {}) i, lateral (select "
                    "'2026-11-20'::timestamptz + i * "
                    "  interval '10 minutes') e (ended) where o.slug like 'o%';"
                    "analyze app.calls; analyze app.organizations",
                    organizations, calls_each));
}

}  // namespace

TEST_CASE("ten thousand organizations and a million calls are aggregated within three minutes" *
          doctest::skip()) {
    test::BillingWorld world;
    fill(world, 10'000, 100);
    durable::WorkflowRegistry workflows;
    register_workflows(workflows);
    durable::worker::ActivityRegistry activities;
    test::TemporaryFolder folder;
    register_activities(activities, {std::make_shared<Vendors>(VendorConfig{}), folder.path});
    durable::worker::Worker worker{
        {.connection_string = world.database.url(), .name = "test", .build = "test"}, workflows, activities};
    worker.start();
    durable::client::Client client{{.connection_string = world.database.url()}};
    for (const std::string what : {"rebuilt-from-nothing", "found-right"}) {
        const auto begin = std::chrono::steady_clock::now();
        durable::client::RunRef run;
        run.workflow = durable::WorkflowId{"usage-aggregation-" + what};
        client.start(usage_aggregation, {.date = "2026-11-20"}, {.workflow = run.workflow});
        const AggregationReport report = client.result(usage_aggregation, run, 180s);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        MESSAGE(what << " in " << taken.count() << " s");
        CHECK(report.organizations == 10'001);
        CHECK(report.failures == 0);
    }
    CHECK(world.value("select count(*) || ' ' || sum(calls) || ' ' || sum(minutes) from app.daily_usage") ==
          "10000 1000000 2000000");
}

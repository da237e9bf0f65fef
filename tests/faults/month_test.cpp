// A month of the whole product: calls end every day, vendors fail one request in ten (refusals, errors after the deed,
// lost answers), workers are killed at random, Stripe tells everything in any order and some of it twice. At the end
// every minute stands on exactly one bill, and nobody was told anything twice.
//
// CALLFLEX_MONTH="<organizations>x<calls>" makes it larger: 50x20000 is the figure in the README.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "engine/client/client.hpp"
#include "engine/replay/history.hpp"
#include "tests/faults/month_world.hpp"

namespace {

test::MonthSize wanted_size() {
    test::MonthSize size;
    if (const char* wanted = std::getenv("CALLFLEX_MONTH")) {
        const std::string text{wanted};
        const auto x = text.find('x');
        size.organizations = std::stoi(text.substr(0, x));
        size.calls = std::stoi(text.substr(x + 1));
    }
    return size;
}

/// "<organization> <figure>" lines as a map.
std::map<std::string, std::int64_t> by_organization(const test::Month& month, const std::string& sql) {
    std::map<std::string, std::int64_t> figures;
    pqxx::connection connection{month.world().database().owner_url()};
    pqxx::nontransaction tx{connection};
    for (const auto& row : tx.exec(sql)) figures[row[0].as<std::string>()] = row[1].as<std::int64_t>();
    return figures;
}

void require_minutes_billed_once(const test::Month& month) {
    auto billed = by_organization(month,
                                  "select organization_id, sum((data ->> 'minutes')::bigint)::bigint from "
                                  "app.billing_events where type = 'period_closed' group by 1");
    auto closed = by_organization(
        month,
        "select organization_id, count(*) from app.billing_events where type = 'period_closed' group by 1");
    auto stored = by_organization(
        month, "select organization_id, sum(billed_minutes)::bigint from app.calls group by 1");
    for (const auto& organization : month.organizations()) {
        CAPTURE(organization.name);
        CHECK(billed[organization.id] == organization.minutes);
        CHECK(stored[organization.id] == organization.minutes);
        CHECK(closed[organization.id] == 1);
    }
}

void require_overage_reported_once(const test::Month& month) {
    const auto sent = month.world().sent("stripe");
    std::set<std::string> identifiers;
    for (const auto& one : sent["sent"]) {
        if (one["kind"] != "meter_event") continue;
        CHECK(identifiers.insert(one["key"].get<std::string>()).second);
    }
    const auto with_overage = month.value(
        "select count(*) from app.billing_periods where state = 'closed' and overage_minutes > 0");
    CHECK(std::to_string(identifiers.size()) == with_overage);
    CHECK(with_overage != "0");
}

/// Calls without their two messages, and what their runs ended with: for the reader of a red test.
std::string untold_calls(const test::Month& month) {
    pqxx::connection connection{month.world().database().owner_url()};
    pqxx::nontransaction tx{connection};
    durable::client::Client client{{.connection_string = month.world().database().url()}};
    std::string untold;
    for (const auto& row :
         tx.exec("select c.vendor_call_id, count(n.*) from app.calls c left join app.notifications n "
                 "on n.organization_id = c.organization_id and n.call_id = c.id group by 1 "
                 "having count(n.*) <> 2")) {
        durable::client::RunRef run;
        run.workflow = durable::WorkflowId{"call-processing-" + row[0].as<std::string>()};
        const auto id = client.resolve(run);
        untold += fmt::format("{}: {} messages, {}\n", row[0].as<std::string>(), row[1].as<int>(),
                              id ? durable::history::export_json(*id, client.history(*id)) : "no run");
    }
    return untold;
}

void require_told_once(const test::Month& month) {
    const auto mails = month.world().sent("resend");
    CHECK(mails["repeated_keys"].empty());
    std::set<std::string> marks;
    const auto messages = month.world().sent("twilio");
    for (const auto& message : messages["sent"]) {
        CHECK(marks.insert(message["key"].get<std::string>()).second);
    }
    MESSAGE("mails " << mails["count"] << ", SMS " << marks.size() << ", SMS listed as unknown "
                     << month.world().unknown_sms());
    // Every call is one SMS and one mail; what is missing is listed.
    CHECK(untold_calls(month) == "");
    CHECK(month.value("select coalesce(string_agg(distinct channel || ': ' || error, '; '), '') from "
                      "app.notifications where status = 'failed'") == "");
    CHECK(static_cast<int>(marks.size()) + month.world().unknown_sms() >=
          std::stoi(month.value("select count(*) from app.notifications where channel = 'sms'")));
    CHECK(month.value("select count(*) from app.usage_alerts") != "0");
}

/// What became of an organization's deliveries, and which calls have none: for the reader of a red test.
std::string deliveries_of(const test::Month& month, const std::string& organization) {
    const std::string made = month.value(fmt::format(
        "select string_agg(d.text, ', ') from (select event_type || ' ' || status || ' ' || count(*) as text "
        "  from app.webhook_deliveries where organization_id = '{}' group by event_type, status) d",
        organization));
    const std::string calls_without = month.value(fmt::format(
        "select string_agg(c.id::text, ', ') from app.calls c where c.organization_id = '{}' and not exists "
        "  (select from app.webhook_deliveries d where d.organization_id = c.organization_id and d.body like "
        "  '%' || c.id || '%')",
        organization));
    return fmt::format("{}; calls without: {}", made, calls_without);
}

void require_dead_letters_of_broken_endpoints_only(const test::Month& month) {
    auto dead = by_organization(month,
                                "select organization_id, count(*) filter (where status = 'dead') from "
                                "app.webhook_deliveries group by 1");
    auto delivered =
        by_organization(month,
                        "select organization_id, count(*) filter (where status = 'delivered') from "
                        "app.webhook_deliveries group by 1");
    for (const auto& organization : month.organizations()) {
        if (organization.calls == 0) continue;
        CAPTURE(organization.name);
        if (organization.endpoint_broken) {
            CHECK(dead[organization.id] > 0);
            CHECK(delivered[organization.id] == 0);
        } else {
            CHECK(dead[organization.id] == 0);
            CAPTURE(deliveries_of(month, organization.id));
            CHECK(delivered[organization.id] >= organization.calls);
        }
    }
}

}  // namespace

TEST_CASE("a month of calls is billed to the minute, and everything is told once, whatever fails") {
    const test::MonthSize size = wanted_size();
    test::Month month{size};
    const auto began = std::chrono::steady_clock::now();
    month.begin_subscriptions();
    month.live_through_all_days();
    month.end_period();
    month.settle(80);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} organizations, {} calls, {} workers killed, {:.0f} s", size.organizations,
                        size.calls, month.kills(), took.count()));
    CHECK(month.value("select count(*) from engine.live_runs") == "0");
    CHECK(month.value("select count(*) from engine.blocked") == "0");
    CHECK(month.world().violations() == "");
    CHECK(month.world().at_vendors()["violations"].empty());
    require_minutes_billed_once(month);
    require_overage_reported_once(month);
    require_told_once(month);
    require_dead_letters_of_broken_endpoints_only(month);
}

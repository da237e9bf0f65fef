// org and call, as support staff type them.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace {

/// Two organizations; only the first has a call, with everything that a call can have.
struct Desk {
    test::Database database;
    test::Variable url{"DATABASE_URL", database.url()};
    std::string first = created("Acme Freight");
    std::string second = created("Bo's Diner");

    Desk() {
        database.execute(fmt::format(
            "with call as (insert into app.calls (organization_id, started_at, id, vendor_call_id, "
            "from_number, "
            "to_number, status, ended_at, ended_reason, duration_seconds, summary, summary_source, "
            "call_type, "
            "sentiment, billed_minutes, usage_date, extracted) values ('{0}', now() - interval '5 min', "
            "'{1}', "
            "'vapi-1', '+15550100123', '+15550100200', 'ended', now(), 'customer-ended-call', 125, 'Pat is "
            "sick.', 'model', 'inquiry', 'neutral', 3, current_date, '{{\"caller_name\": \"Pat\"}}') "
            "returning *) "
            "insert into app.call_refs (vendor, vendor_call_id, organization_id, call_id, started_at) "
            "select 'vapi', vendor_call_id, organization_id, id, started_at from call;"
            "insert into app.call_transcripts (organization_id, started_at, call_id, text, segments) select "
            "organization_id, started_at, id, 'User: the delivery is late on route twelve', '[]' from "
            "app.calls;"
            "insert into app.notifications (organization_id, idempotency_key, channel, recipient, status, "
            "call_id) select organization_id, 'k', 'sms', '+15550100400', 'sent', id from app.calls;"
            "insert into app.call_actions (organization_id, id, vendor_call_id, tool_call_id, type, status, "
            "result) select organization_id, id, vendor_call_id, 't', 'takeMessage', 'completed', 'I will "
            "pass that on.' from app.calls;"
            "insert into app.daily_usage (organization_id, usage_date, calls, minutes, cost_microdollars) "
            "values ('{0}', current_date, 1, 3, 48300)",
            first, call));
    }
    static std::string created(const std::string& name) {
        const auto ran = test::callflex({"org", "create", name, "--output", "json"});
        REQUIRE(ran.code == 0);
        return ran.json()["organization_id"];
    }
    static constexpr const char* call = "0199f0a4-0000-7000-8000-0000000000d1";
};

}  // namespace

TEST_CASE("an organization is created with a slug of its name, an owner and a trial period") {
    test::Database database;
    const test::Variable url{"DATABASE_URL", database.url()};
    const auto ran =
        test::callflex({"org", "create", "Bo's  Diner & Sons", "--owner-email", "Bo@Example.com"});
    CHECK(ran.code == 0);
    CHECK(ran.out.find("organization bo-s-diner-sons") != std::string::npos);
    CHECK(database.value("select o.status || ' ' || u.email || ' ' || m.role from app.organizations o join "
                         "app.organization_members m on m.organization_id = o.id join app.users u on u.id = "
                         "m.user_id") == "trialing bo@example.com owner");
    CHECK(test::callflex({"org", "create", "Bo's Diner, Sons"}).code == 6);
    CHECK(test::callflex({"org", "create", "X", "--plan", "gold"}).code == 2);
    CHECK(test::callflex({"org", "create", "!!!"}).code == 2);
}

TEST_CASE("org list shows all organizations with the minutes of their period") {
    Desk desk;
    const auto listed = test::callflex({"org", "list", "--output", "json"}).json();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0]["slug"] == "acme-freight");
    CHECK(listed[0]["minutes"] == 3);
    CHECK(listed[1]["minutes"] == 0);
    CHECK(test::callflex({"org", "list", "--status", "past_due"}).out.find("no organizations") == 0);
}

TEST_CASE("org usage shows days, and only the organization's own") {
    Desk desk;
    const auto used = test::callflex({"org", "usage", "acme-freight", "--output", "json"}).json();
    CHECK(used["minutes"] == 3);
    CHECK(used["days"].size() == 1);
    const auto other = test::callflex({"org", "usage", desk.second, "--output", "json"}).json();
    CHECK(other["minutes"] == 0);
    CHECK(other["days"].empty());
    CHECK(test::callflex({"org", "usage", "nobody"}).code == 3);
}

TEST_CASE("a call is listed, shown and found by what was said") {
    Desk desk;
    const auto listed = test::callflex({"call", "list", "-o", "acme-freight", "--output", "json"}).json();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0]["billed_minutes"] == 3);
    for (const char* id : {Desk::call, "vapi-1"}) {
        const auto shown = test::callflex({"call", "show", id, "-o", desk.first});
        CHECK(shown.code == 0);
        for (const char* part : {"Pat is sick.", "route twelve", "takeMessage", "+15550100400", "2:05"}) {
            CAPTURE(part);
            CHECK(shown.out.find(part) != std::string::npos);
        }
    }
    const auto found = test::callflex({"call", "search", "delivery late", "-o", desk.first});
    CHECK(found.out.find("«delivery»") != std::string::npos);
    CHECK(test::callflex({"call", "search", "refund", "-o", desk.first}).out.find("no call's") == 0);
    CHECK(test::callflex({"call", "search", "'; drop table app.calls; --", "-o", desk.first}).code == 0);
}

TEST_CASE("for another organization every verb shows nothing of it") {
    Desk desk;
    CHECK(test::callflex({"call", "list", "-o", desk.second}).out.find("no calls") == 0);
    CHECK(test::callflex({"call", "search", "delivery", "-o", desk.second}).out.find("no call's") == 0);
    for (const char* id : {Desk::call, "vapi-1"}) {
        const auto shown = test::callflex({"call", "show", id, "-o", desk.second});
        CHECK(shown.code == 3);
        CHECK(shown.out.empty());
    }
    CHECK(test::callflex({"call", "list"}).code == 2);
}

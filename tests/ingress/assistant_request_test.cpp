// Who answers a call that comes in, and where one is passed on to, over the wire.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/ingress/line.hpp"

using nlohmann::json;
using test::Line;
using test::World;

namespace {

/// 2026-11-21 10:16 UTC: a Saturday, 04:16 in Chicago.
constexpr const char* saturday_hours = R"({"business_hours": {"saturday": ["04:00-05:00"]}})";

void used(const Line& line, int minutes) {
    line.database.execute(fmt::format(
        "update app.organizations set billing_period_start = date_trunc('day', now(), 'UTC') - interval '5 "
        "d', "
        "billing_period_end = date_trunc('day', now(), 'UTC') + interval '25 d' where id = '{0}'; "
        "insert into app.daily_usage (organization_id, usage_date, calls, minutes) values "
        "('{0}', (now() at time zone 'UTC')::date - 1, 1, {1})",
        World::organization, minutes));
}

}  // namespace

TEST_CASE("the assistant of the number answers, with the business' name") {
    const Line line;
    const auto answer = line.sample("assistant-request");
    CHECK(answer.status == 200);
    CHECK(answer.json() == json{{"assistantId", Line::vapi_assistant},
                                {"assistantOverrides", {{"variableValues", {{"businessName", "Acme"}}}}}});
    CHECK(line.rows() == "0 0 0");
}

TEST_CASE("a number is found by itself when VAPI's id of it is not known yet") {
    const Line line;
    line.database.execute("update app.phone_numbers set vapi_phone_number_id = null");
    CHECK(line.sample("assistant-request").json().contains("assistantId"));
}

TEST_CASE("an organization hears nothing of another one's numbers and assistants") {
    const Line line;
    const auto answer = line.sample("assistant-request", World::other_organization);
    CHECK(answer.status == 200);
    CHECK(answer.json() == json{{"error", "Sorry, this line is not in service right now."}});
}

TEST_CASE("rules by schedule are followed in the organization's time zone") {
    const Line line;
    line.database.execute(
        R"(update app.phone_numbers set routing = '[{"when": "closed", "say": "We are closed."},
                                                   {"when": "open", "transfer_to": "dispatch"}]';
           update app.organizations set time_zone = 'America/Chicago')");
    line.set_settings(std::string{R"({"transfer_numbers": {"dispatch": "+15550100300"}, )"} +
                      (saturday_hours + 1));
    CHECK(line.sample("assistant-request").json()["destination"]["number"] == "+15550100300");
    line.database.execute("update app.organizations set time_zone = 'America/New_York'");
    CHECK(line.sample("assistant-request").json() == json{{"error", "We are closed."}});
}

TEST_CASE("released numbers, paused assistants and restricted organizations do not answer") {
    const Line line;
    const auto declined = [&] { return line.sample("assistant-request").json().contains("error"); };
    CHECK_FALSE(declined());
    line.database.execute("update app.assistants set status = 'paused'");
    CHECK(declined());
    line.database.execute("update app.assistants set status = 'active'");
    line.database.execute("update app.phone_numbers set status = 'released'");
    CHECK(declined());
    line.database.execute("update app.phone_numbers set status = 'active'");
    line.database.execute("update app.organizations set status = 'restricted'");
    CHECK(declined());
    line.database.execute("update app.organizations set status = 'past_due'");
    CHECK_FALSE(declined());
}

TEST_CASE("included minutes and the overage policy decide together") {
    struct Row {
        const char* policy;
        int used;
        bool answered;
        const char* runs;
    };
    // The plan includes 200 minutes.
    for (const Row& row :
         {Row{"allow", 500, true, ""}, Row{"block", 199, true, ""}, Row{"block", 200, false, ""},
          Row{"warn", 199, true, ""}, Row{"warn", 200, true, "notify 2"}}) {
        CAPTURE(row.policy);
        CAPTURE(row.used);
        const Line line;
        line.set_settings(fmt::format(
            R"({{"overage_policy": "{}", "notifications": {{"sms": ["+15550100400"], "email": ["o@example.com"]}}}})",
            row.policy));
        used(line, row.used);
        CHECK(line.sample("assistant-request").json().contains("assistantId") == row.answered);
        CHECK(line.sample("assistant-request").json().contains("assistantId") == row.answered);
        CHECK(line.runs() == row.runs);  // owners are told once, however often it rings
    }
}

TEST_CASE("settings and rules that cannot be read leave the rest in force") {
    const Line line;
    line.set_settings(R"({"overage_policy": 7, "business_hours": "late"})");
    line.database.execute(R"(update app.phone_numbers set routing = '[{"when": "lunch"}, 7]')");
    CHECK(line.sample("assistant-request").json().contains("assistantId"));
}

TEST_CASE("a transfer's destination is dispatch, or the manager, or who was asked for, or nobody") {
    const Line line;
    const auto destination = [&] { return line.sample("transfer-destination-request").json(); };
    CHECK(destination() == json{{"destination",
                                 {{"type", "number"},
                                  {"number", "+15550100300"},
                                  {"message", "One moment please, I'm connecting you."},
                                  {"transferPlan", {{"mode", "blind-transfer"}}}}}});
    json asked = json::parse(test::payload("vapi/transfer-destination-request.json"));
    asked["message"]["functionCall"] = {{"parameters", {{"destination", "emergency"}}}};
    CHECK(line.send(asked.dump()).json().contains("error"));
    line.set_settings(R"({"transfer_numbers": {"manager": "+15550100302", "emergency": "+15550100303"}})");
    CHECK(destination()["destination"]["number"] == "+15550100302");
    CHECK(line.send(asked.dump()).json()["destination"]["number"] == "+15550100303");
    line.set_settings(R"({"transfer_numbers": {"emergency": "+15550100303"}})");
    CHECK(destination().contains("error"));
    CHECK(line.sample("transfer-destination-request", World::other_organization).status == 401);
}

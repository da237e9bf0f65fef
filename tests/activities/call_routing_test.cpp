// Who answers a call that comes in.

#include <doctest/doctest.h>

#include "activities/call_routing.hpp"

using namespace callflex;

namespace {

const TimeZone chicago = TimeZone::find("America/Chicago").value();

durable::Timestamp wall(unsigned day, int hour) {
    return chicago.instant({std::chrono::year{2026} / 11 / std::chrono::day{day}, std::chrono::hours{hour}});
}
const durable::Timestamp monday_noon = wall(23, 12);
const durable::Timestamp sunday_noon = wall(22, 12);

IncomingLine acme(const char* routing = "[]", const char* settings = "{}") {
    IncomingLine line;
    line.organization_status = "active";
    line.business = "Acme";
    line.zone = chicago;
    line.number_known = true;
    line.assistant_id = "a1";
    line.assistants = {{"a1", "vapi-1"}, {"a2", "vapi-2"}};
    line.included_minutes = 100;
    auto rules = read_routing(routing);
    REQUIRE(rules.problems.empty());
    line.routing = std::move(rules.rules);
    auto read = read_organization_settings(settings);
    REQUIRE(read.problems.empty());
    line.settings = std::move(read.settings);
    return line;
}

/// "assistant <id>", "number <number>", or "declined <reason>".
std::string outcome(const IncomingLine& line, durable::Timestamp now = monday_noon) {
    const auto decision = decide(line, now);
    if (const auto* assistant = std::get_if<AnswerByAssistant>(&decision))
        return "assistant " + assistant->vapi_assistant_id;
    if (const auto* person = std::get_if<AnswerByPerson>(&decision)) return "number " + person->number;
    return "declined " + std::get<Declined>(decision).reason;
}

const char* const weekdays = R"({"business_hours": {"monday": ["08:00-17:00"]},
                                 "transfer_numbers": {"dispatch": "+15550100300"}})";

}  // namespace

TEST_CASE("without rules the number's own assistant answers") {
    CHECK(outcome(acme()) == "assistant vapi-1");
}

TEST_CASE("the first rule that fits wins, by the business' hours or by its own") {
    const char* rules = R"([{"when": "closed", "say": "We are closed."},
                            {"when": "open", "hours": {"monday": ["12:00-13:00"]}, "assistant_id": "a2"},
                            {"when": "open", "transfer_to": "dispatch"}])";
    const IncomingLine line = acme(rules, weekdays);
    CHECK(outcome(line, sunday_noon) == "declined announcement");
    CHECK(std::get<Declined>(decide(line, sunday_noon)).line == "We are closed.");
    CHECK(outcome(line, wall(23, 12)) == "assistant vapi-2");
    CHECK(outcome(line, wall(23, 14)) == "number +15550100300");
    CHECK(outcome(line, wall(23, 17)) == "declined announcement");
}

TEST_CASE("a business without hours is always open") {
    CHECK(
        outcome(acme(R"([{"when": "closed", "say": "Closed."}, {"when": "open", "assistant_id": "a2"}])")) ==
        "assistant vapi-2");
}

TEST_CASE("a rule whose assistant or number cannot answer leaves the call to the number's own assistant") {
    CHECK(outcome(acme(R"([{"assistant_id": "paused"}])")) == "assistant vapi-1");
    CHECK(outcome(acme(R"([{"transfer_to": "manager"}])")) == "assistant vapi-1");
    IncomingLine line = acme();
    line.assistants.clear();
    CHECK(outcome(line) == "declined assistant");
    line.assistant_id.clear();
    CHECK(outcome(line) == "declined assistant");
}

TEST_CASE("an organization's status decides before its rules do") {
    struct Row {
        const char* status;
        const char* outcome;
    };
    for (const Row& row : {Row{"active", "assistant vapi-1"}, Row{"trialing", "assistant vapi-1"},
                           Row{"past_due", "assistant vapi-1"}, Row{"restricted", "declined organization"},
                           Row{"canceled", "declined organization"}, Row{"novel", "declined organization"}}) {
        CAPTURE(row.status);
        IncomingLine line = acme();
        line.organization_status = row.status;
        CHECK(outcome(line) == row.outcome);
    }
}

TEST_CASE("a number that is not the organization's is not in service") {
    IncomingLine line = acme();
    line.number_known = false;
    CHECK(outcome(line) == "declined number");
}

TEST_CASE("only a policy of block refuses calls beyond the included minutes") {
    struct Row {
        const char* policy;
        std::int64_t used;
        const char* outcome;
    };
    for (const Row& row : {Row{"allow", 100, "assistant vapi-1"}, Row{"warn", 100, "assistant vapi-1"},
                           Row{"block", 99, "assistant vapi-1"}, Row{"block", 100, "declined minutes"},
                           Row{"block", 500, "declined minutes"}}) {
        CAPTURE(row.policy);
        const std::string settings = std::string{R"({"overage_policy": ")"} + row.policy + "\"}";
        IncomingLine line = acme("[]", settings.c_str());
        line.used_minutes = row.used;
        CHECK(outcome(line) == row.outcome);
    }
}

TEST_CASE("callers hear nothing of bills and limits") {
    IncomingLine line = acme("[]", R"({"overage_policy": "block"})");
    line.used_minutes = 100;
    const std::string said = std::get<Declined>(decide(line, monday_noon)).line;
    CHECK(said == "Thank you for calling Acme. We can't take your call right now; please try again later.");
}

TEST_CASE("every mistake in the rules is named with its path, and the right ones are kept") {
    struct Row {
        const char* json;
        const char* problem;
    };
    for (const Row& row :
         {Row{"{}", "routing: expected a list"}, Row{"[", "routing: is not JSON"},
          Row{"[7]", "routing[0]: expected an object"}, Row{R"([{}])", "routing[0]: expected one of"},
          Row{R"([{"say": "a", "transfer_to": "manager"}])", "routing[0]: expected one of"},
          Row{R"([{"when": "lunch", "say": "a"}])", "routing[0].when: expected"},
          Row{R"([{"say": ""}])", "routing[0].say: expected"},
          Row{R"([{"transfer_to": "mum"}])", "routing[0].transfer_to: expected"},
          Row{R"([{"assistant_id": 7}])", "routing[0].assistant_id: expected"},
          Row{R"([{"say": "a", "hours": {"monday": ["x"]}}])", "routing[0].hours.monday[0]: expected"}}) {
        CAPTURE(row.json);
        const auto reading = read_routing(row.json);
        REQUIRE(reading.problems.size() == 1);
        CHECK(reading.problems.front().starts_with(row.problem));
        CHECK(reading.rules.empty());
    }
    const auto mixed = read_routing(R"([{"say": "a"}, {"say": 7}])");
    CHECK(mixed.rules.size() == 1);
    CHECK(mixed.problems.size() == 1);
}

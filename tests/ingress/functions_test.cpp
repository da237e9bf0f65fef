// The five functions as pure functions: what is said, what is kept, what has to happen.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/ingress/functions/function.hpp"
#include "api/ingress/functions/wanted_time.hpp"
#include "api/ingress/text.hpp"

using namespace callflex;
using namespace callflex::ingress::functions;
using nlohmann::json;

namespace {

const TimeZone chicago = TimeZone::find("America/Chicago").value();
/// A Saturday, 09:00 in Chicago.
const durable::Timestamp now = *ingress::parse_time("2026-11-21T15:00:00Z");

Situation acme() {
    Situation out;
    out.organization_id = "0199f0a4-0000-7000-8000-000000000001";
    out.business = "Acme Freight";
    out.zone = chicago;
    auto reading = read_organization_settings(R"({
        "transfer_numbers": {"dispatch": ["+15550100300", "+15550100301"], "manager": "+15550100302"},
        "notifications": {"sms": ["+15550100400"], "email": ["owner@example.com"]},
        "business_hours": {"monday": ["08:00-17:00"], "tuesday": ["08:00-17:00"]}})");
    REQUIRE(reading.problems.empty());
    out.settings = std::move(reading.settings);
    out.action_id = "0199f0a4-0000-7000-8000-0000000000aa";
    out.caller_number = "+15550100123";
    out.control_url = "https://control.vapi.ai/c1";
    out.now = now;
    return out;
}

Outcome call(const char* name, const json& arguments, const Situation& situation = acme()) {
    const Function function = find_function(name);
    REQUIRE(static_cast<bool>(function));
    Outcome out = function(Arguments{arguments}, situation);
    CHECK_FALSE(out.line.empty());
    CHECK(out.line.find('\n') == std::string::npos);
    return out;
}

bool did_nothing(const Outcome& out) {
    return out.status == ActionStatus::refused && out.messages.empty() && !out.reminder && !out.transfer;
}

}  // namespace

TEST_CASE("bad arguments are asked for again, in words, and nothing is done") {
    struct Row {
        const char* function;
        json arguments;
        const char* asks;
    };
    const Row rows[]{
        {"transferCall", json::object(), "Who may I connect you to"},
        {"transferCall", {{"destination", "the boss"}}, "Who may I connect you to"},
        {"transferCall", {{"destination", {1, 2}}}, "Who may I connect you to"},
        {"logDriverCallout", {{"reason", "sick"}}, "driver's full name"},
        {"logDriverCallout", {{"driverName", "  "}, {"reason", "sick"}}, "driver's full name"},
        {"logDriverCallout", {{"driverName", "Pat"}, {"reason", "hungover"}}, "What keeps the driver"},
        {"scheduleCallback", {{"reason", "a quote"}}, "Could I have the number again"},
        {"scheduleCallback",
         {{"phoneNumber", "555"}, {"reason", "a quote"}},
         "Could I have the number again"},
        {"scheduleCallback", {{"phoneNumber", "5550100124"}}, "What should the call be about"},
        {"scheduleCallback",
         {{"phoneNumber", "5550100124"}, {"reason", "q"}, {"urgency", "very"}},
         "How urgent"},
        {"takeMessage", json::object(), "What would you like me to pass on"},
        {"takeMessage", {{"message", "Hi"}, {"callerPhone", "twelve"}}, "Could I have the number again"},
        {"bookAppointment", {{"phone", "5550100124"}, {"time", "2026-11-23T09:00"}}, "What name"},
        {"bookAppointment", {{"name", "Sam"}, {"time", "2026-11-23T09:00"}}, "Could I have the number again"},
        {"bookAppointment",
         {{"name", "Sam"}, {"phone", "5550100124"}, {"time", "soon"}},
         "Which day and what time"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.function);
        CAPTURE(row.asks);
        const Outcome out = call(row.function, row.arguments);
        CHECK(did_nothing(out));
        CHECK(out.line.find(row.asks) != std::string::npos);
        CHECK_FALSE(out.error);
    }
    for (const char* function :
         {"transferCall", "logDriverCallout", "scheduleCallback", "takeMessage", "bookAppointment"}) {
        for (const json& odd : {json(nullptr), json(7), json::array(), json("text")})
            CHECK(did_nothing(call(function, odd)));
    }
}

TEST_CASE("transferCall hands over what live control needs, warm or not") {
    const Outcome out =
        call("transferCall", {{"destination", "Dispatch"}, {"reason", "Late load"}, {"warm", "yes"}});
    CHECK(out.status == ActionStatus::pending);
    REQUIRE(out.transfer);
    CHECK(out.transfer->number == "+15550100300");
    CHECK(out.transfer->control_url == "https://control.vapi.ai/c1");
    CHECK(out.transfer->warm);
    CHECK(out.transfer->summary == "A caller for you: Late load");
    CHECK(out.line == "Of course, one moment please.");
}

TEST_CASE("transferCall without a number, or without a control URL, says so and offers to take a message") {
    const Outcome nobody = call("transferCall", {{"destination", "emergency"}});
    CHECK(did_nothing(nobody));
    CHECK(nobody.error);
    CHECK(nobody.line.find("May I take a message") != std::string::npos);
    Situation deaf = acme();
    deaf.control_url.clear();
    CHECK(call("transferCall", {{"destination", "dispatch"}}, deaf).error);
}

TEST_CASE("logDriverCallout alerts every number of dispatch with what is known") {
    const Outcome out = call("logDriverCallout", {{"driverName", "Pat Example"},
                                                  {"reason", "Vehicle Issue"},
                                                  {"routeNumber", 12},
                                                  {"expectedReturn", "tomorrow"}});
    CHECK(out.status == ActionStatus::completed);
    CHECK(out.data["reason"] == "vehicle_issue");
    REQUIRE(out.messages.size() == 2);
    CHECK(out.messages[0].recipient == "+15550100300");
    CHECK(out.messages[1].recipient == "+15550100301");
    CHECK(out.messages[0].key != out.messages[1].key);
    CHECK(out.messages[0].channel == "sms");
    CHECK(out.messages[0].text ==
          "Driver callout: Pat Example has a vehicle issue. Route 12. Expected back: tomorrow. "
          "Called from +15550100123.");
    CHECK(out.messages[0].key.find("555") == std::string::npos);
    CHECK(out.line.find("dispatch is being alerted") != std::string::npos);
}

TEST_CASE("an emergency callout sends the caller to 911 first") {
    const Outcome out = call("logDriverCallout", {{"driverName", "Pat"}, {"reason", "emergency"}});
    CHECK(out.line.find("911") != std::string::npos);
}

TEST_CASE("alerts go to whoever there is, and nobody is promised an alert that nobody gets") {
    const json callout{{"driverName", "Pat"}, {"reason", "sick"}};
    Situation situation = acme();
    situation.settings.transfer_numbers = {};
    CHECK(call("logDriverCallout", callout, situation).messages.front().recipient == "+15550100400");
    situation.settings.notify_sms.clear();
    const Outcome by_email = call("logDriverCallout", callout, situation);
    REQUIRE(by_email.messages.size() == 1);
    CHECK(by_email.messages.front().channel == "email");
    CHECK_FALSE(by_email.messages.front().subject.empty());
    situation.settings.notify_email.clear();
    const Outcome nobody = call("logDriverCallout", callout, situation);
    CHECK(nobody.status == ActionStatus::completed);
    CHECK(nobody.messages.empty());
    CHECK(nobody.line.find("alerted") == std::string::npos);
}

TEST_CASE("scheduleCallback promises a call and reminds on the next business morning") {
    const Outcome out = call("scheduleCallback", {{"phoneNumber", "(555) 010-0124"},
                                                  {"reason", "Quote"},
                                                  {"callerName", "Robin"},
                                                  {"preferredTime", "after 2 pm"}});
    CHECK(out.status == ActionStatus::pending);
    CHECK(out.messages.empty());
    REQUIRE(out.reminder);
    CHECK(out.reminder->phone_number == "+15550100124");
    CHECK(durable::to_string(out.reminder->remind_at) == "2026-11-23T14:00:00Z");  // Monday, 08:00 in Chicago
    CHECK(out.line.find("5 5 5, 0 1 0, 0 1 2 4") != std::string::npos);
    CHECK(out.line.find("after 2 pm") != std::string::npos);
}

TEST_CASE(
    "a callback of high urgency alerts the owners at once, and a business without hours is reminded at "
    "nine") {
    Situation situation = acme();
    situation.settings.business_hours.reset();
    const Outcome out =
        call("scheduleCallback", {{"phoneNumber", "+15550100124"}, {"reason", "Leak"}, {"urgency", "HIGH"}},
             situation);
    REQUIRE(out.messages.size() == 1);
    CHECK(out.messages[0].recipient == "+15550100400");
    CHECK(durable::to_string(out.reminder->remind_at) == "2026-11-23T15:00:00Z");
}

TEST_CASE("takeMessage keeps the message, and passes urgent ones on at once") {
    const json calm{{"message", "Gate code changed to 4471."}, {"messageFor", "the manager"}};
    const Outcome kept = call("takeMessage", calm);
    CHECK(kept.status == ActionStatus::completed);
    CHECK(kept.messages.empty());
    CHECK(kept.data["callerPhone"] == "+15550100123");  // who calls is known
    CHECK(kept.line == "I've got your message for the manager. Somebody will get back to you soon.");
    json hot = calm;
    hot["urgent"] = true;
    const Outcome passed = call("takeMessage", hot);
    REQUIRE(passed.messages.size() == 1);
    CHECK(passed.messages[0].text.find("Gate code changed to 4471.") != std::string::npos);
}

TEST_CASE("texts of any length and kind become one line that fits into an SMS") {
    const Outcome out =
        call("takeMessage", {{"message", std::string(5000, 'x') + "\n\n\x01"}, {"urgent", true}});
    CHECK(out.messages.front().text.size() <= 1'400);
    CHECK(out.messages.front().text.find('\n') == std::string::npos);
}

TEST_CASE("bookAppointment confirms within the hours") {
    const Outcome out = call(
        "bookAppointment",
        {{"name", "Sam"}, {"phone", "555-010-0125"}, {"time", "2026-11-23T10:30"}, {"service", "Brakes"}});
    CHECK(out.status == ActionStatus::completed);
    CHECK(
        out.line ==
        "You're all set, Sam: Monday, November 23 at 10:30 AM. We're sending a text message to confirm it.");
    REQUIRE(out.messages.size() == 1);
    CHECK(out.messages[0].recipient == "+15550100125");
    CHECK(out.messages[0].text ==
          "Acme Freight: your appointment (Brakes) is booked for Monday, November 23 at 10:30 AM. "
          "Please call us if you need to change it.");
    CHECK(out.data["time"] == "2026-11-23T16:30:00Z");
}

TEST_CASE("bookAppointment outside the hours offers the nearest open slot and books nothing") {
    struct Row {
        const char* time;
        const char* offers;
    };
    const Row rows[]{{"2026-11-23T18:00", "Monday, November 23 at 4:30 PM"},
                     {"2026-11-23T07:00", "Monday, November 23 at 8 AM"},
                     {"2026-11-25T09:00", "Tuesday, November 24 at 4:30 PM"},
                     {"2026-11-20T09:00", "already passed"},
                     {"2028-01-03T09:00", "within the next twelve months"}};
    for (const Row& row : rows) {
        CAPTURE(row.time);
        const Outcome out =
            call("bookAppointment", {{"name", "Sam"}, {"phone", "5550100125"}, {"time", row.time}});
        CHECK(did_nothing(out));
        CHECK(out.line.find(row.offers) != std::string::npos);
    }
}

TEST_CASE("a business that has not named its hours books at any time, and one that never opens at none") {
    Situation situation = acme();
    situation.settings.business_hours.reset();
    const json at_night{{"name", "Sam"}, {"phone", "5550100125"}, {"time", "2026-11-22T03:00"}};
    CHECK(call("bookAppointment", at_night, situation).status == ActionStatus::completed);
    situation.settings.business_hours = BusinessHours{};
    CHECK(call("bookAppointment", at_night, situation).line.find("take a message") != std::string::npos);
}

TEST_CASE("times are understood as people and models write them, and never guessed") {
    struct Row {
        const char* text;
        const char* at;  ///< "" for not understood
    };
    // Saturday, 2026-11-21 09:00 in Chicago, which is UTC-6.
    const Row rows[]{{"2026-11-24T15:30", "2026-11-24T21:30:00Z"},
                     {"2026-11-24 15:30:00", "2026-11-24T21:30:00Z"},
                     {"2026-11-24T15:30:00Z", "2026-11-24T15:30:00Z"},
                     {"2026-11-24T15:30:00-05:00", "2026-11-24T20:30:00Z"},
                     {"tomorrow at 3 PM", "2026-11-22T21:00:00Z"},
                     {"Today, 3:30 p.m.", "2026-11-21T21:30:00Z"},
                     {"next Tuesday 9:30am", "2026-11-24T15:30:00Z"},
                     {"saturday 8 am", "2026-11-28T14:00:00Z"},
                     {"saturday 10 am", "2026-11-21T16:00:00Z"},
                     {"Tuesday, November 24th at noon", "2026-11-24T18:00:00Z"},
                     {"Nov 24 2026 12 pm", "2026-11-24T18:00:00Z"},
                     {"january 5 at 12 am", "2027-01-05T06:00:00Z"},
                     {"11/24 15:30", "2026-11-24T21:30:00Z"},
                     {"11/24/2027 8am", "2027-11-24T14:00:00Z"},
                     {"the 24th of november at 4 pm", ""},
                     {"monday november 24 9 am", ""},  // the 24th is a Tuesday
                     {"tomorrow", ""},
                     {"3 pm", ""},
                     {"tomorrow at 3", ""},
                     {"tomorrow at 25:00", ""},
                     {"tomorrow at 13 pm", ""},
                     {"today or tomorrow 3 pm", ""},
                     {"2026-02-30T09:00", ""},
                     {"2026-11-24T24:30", ""},
                     {"february 30 9 am", ""},
                     {"13/40 9 am", ""},
                     {"9 am 10 am monday", ""},
                     {"whenever", ""},
                     {"", ""}};
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto at = read_wanted_time(row.text, now, chicago);
        CHECK((at ? durable::to_string(*at) : "") == row.at);
    }
}

// What VAPI gets to read from us: the forms that it accepts, and nothing else. The samples beside this file
// are answers of which it is known that VAPI takes them.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "activities/phone_number.hpp"
#include "activities/templates/catalogue.hpp"
#include "activities/templates/tools.hpp"
#include "activities/vapi/live_control.hpp"
#include "tests/ingress/line.hpp"

using nlohmann::json;
using test::Line;

namespace {

json accepted(const char* name) {
    std::ifstream file{fmt::format("{}/tests/contracts/payloads/{}.json", CALLFLEX_SOURCE_DIR, name)};
    REQUIRE(file.good());
    return json::parse(file);
}

/// The same members with values of the same kinds, all the way down.
bool same_shape(const json& left, const json& right) {
    if (left.type() != right.type()) return false;
    if (left.is_array()) {
        return left.size() == right.size() &&
               std::ranges::equal(left, right, [](const json& a, const json& b) { return same_shape(a, b); });
    }
    if (!left.is_object()) return true;
    if (left.size() != right.size()) return false;
    for (const auto& [name, value] : left.items()) {
        if (!right.contains(name) || !same_shape(value, right[name])) return false;
    }
    return true;
}

bool is_one_spoken_line(const json& value) {
    if (!value.is_string()) return false;
    const auto text = value.get<std::string>();
    return !text.empty() &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

json sent(const Line& line, const std::string& sample) {
    const auto answer = line.sample(sample);
    CHECK(answer.status == 200);
    CHECK(answer.fields.at("content-type").starts_with("application/json"));
    return answer.json();
}

}  // namespace

TEST_CASE("every tool call gets one entry, in its order, with its id and one spoken line") {
    const Line line;
    for (const char* sample :
         {"tool-calls.takeMessage", "tool-calls.logDriverCallout", "tool-calls.scheduleCallback",
          "tool-calls.transferCall", "tool-calls.argument-variants"}) {
        CAPTURE(sample);
        const json asked =
            json::parse(test::payload(fmt::format("vapi/{}.json", sample)))["message"]["toolCallList"];
        const json answer = sent(line, sample);
        CHECK(answer.size() == 1);
        REQUIRE(answer["results"].size() == asked.size());
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const json& entry = answer["results"][i];
            const json& call = asked[i];
            CHECK(entry["toolCallId"] == call["id"]);
            CHECK(entry["name"] == (call.contains("function") ? call["function"]["name"] : call["name"]));
            CHECK(entry.size() == 3);
            CHECK(entry.contains("result") != entry.contains("error"));
            CHECK(is_one_spoken_line(entry.contains("result") ? entry["result"] : entry["error"]));
        }
    }
}

TEST_CASE("results, errors and the older form have the shapes that VAPI is known to take") {
    const Line line;
    CHECK(same_shape(sent(line, "tool-calls.takeMessage"), accepted("vapi.tool-calls.ok")));
    const json old = sent(line, "legacy.function-call");
    CHECK(same_shape(old, accepted("vapi.function-call.legacy")));
    CHECK(is_one_spoken_line(old["result"]));
    line.set_settings("{}");
    CHECK(same_shape(sent(line, "tool-calls.transferCall"), accepted("vapi.tool-calls.error")));
}

TEST_CASE("whatever a model passes, VAPI gets status 200 and one line for each call") {
    const Line line;
    int number = 0;
    for (const char* function : {"transferCall", "logDriverCallout", "scheduleCallback", "takeMessage",
                                 "bookAppointment", "", "no such"}) {
        for (const json& arguments : {json::object(), json(nullptr), json(7), json("{"), json::array({1}),
                                      json{{"message", {{"a", 1}}}},
                                      json{{"destination", "dispatch\nmanager"},
                                           {"driverName", "a\r\nb"},
                                           {"reason", "x\ty"},
                                           {"message", "l1\nl2"}}}) {
            const auto answer =
                line.send(Line::tool_call(Line::call, fmt::format("odd-{}", ++number), function, arguments));
            CHECK(answer.status == 200);
            const json entry = answer.json()["results"][0];
            CHECK(is_one_spoken_line(entry.contains("result") ? entry["result"] : entry["error"]));
        }
    }
}

TEST_CASE(
    "an assistant request is answered with exactly one of an assistant, a destination and a spoken error") {
    const Line line;
    CHECK(same_shape(sent(line, "assistant-request"), accepted("vapi.assistant-request")));
    line.database.execute(R"(update app.phone_numbers set routing = '[{"transfer_to": "dispatch"}]')");
    const json passed = sent(line, "assistant-request");
    CHECK(passed.size() == 1);
    CHECK(passed["destination"]["type"] == "number");
    CHECK(callflex::is_e164(passed["destination"]["number"].get<std::string>()));
    line.database.execute("update app.phone_numbers set status = 'released'");
    const json refused = sent(line, "assistant-request");
    CHECK(same_shape(refused, accepted("vapi.assistant-request.reject")));
    CHECK(is_one_spoken_line(refused["error"]));
}

TEST_CASE("a transfer's destination has the shape that VAPI is known to take") {
    const Line line;
    const json answer = sent(line, "transfer-destination-request");
    CHECK(same_shape(answer, accepted("vapi.transfer-destination")));
    CHECK(callflex::is_e164(answer["destination"]["number"].get<std::string>()));
    line.set_settings("{}");
    CHECK(is_one_spoken_line(sent(line, "transfer-destination-request")["error"]));
}

TEST_CASE("events are acknowledged with status 200 and an object") {
    const Line line{[](auto& options) { options.requests_per_minute = 0; }};
    for (const char* sample :
         {"status-update.in-progress", "status-update.forwarding", "status-update.ended",
          "end-of-call-report", "end-of-call-report.no-answer", "end-of-call-report.with-unlisted-fields",
          "transcript.final", "transcript.partial", "hang", "speech-update", "conversation-update",
          "transfer-update", "call.artifact.upload", "legacy.call-start", "legacy.call-end", "legacy.hang",
          "legacy.transcript"}) {
        CAPTURE(sample);
        CHECK(sent(line, sample).is_object());
    }
}

TEST_CASE("live control is told to transfer in the shape that VAPI is known to take") {
    callflex::VapiConfig config;
    const auto request = callflex::vapi::transfer_control(
        config, "https://control.vapi.ai/c1",
        {.number = "+15550100300", .message = "Connecting you to dispatch now."});
    json body = json::parse(request.body);
    body["destination"].erase("transferPlan");
    CHECK(same_shape(body, accepted("vapi.control.transfer.request")));
    CHECK_FALSE(request.idempotent);
}

TEST_CASE("the functions are described as VAPI's tools have to be") {
    const std::vector<std::string> all{callflex::templates::function_names.begin(),
                                       callflex::templates::function_names.end()};
    const json tools = json::parse(
        callflex::templates::tools_json(all, {"https://api.example.com/api/webhooks/vapi/o", "cred"}));
    REQUIRE(tools.size() == all.size());
    const std::regex allowed{"^[a-zA-Z0-9_-]{1,64}$"};
    for (const json& tool : tools) {
        CHECK(tool["type"] == "function");
        CHECK(tool["async"] == false);
        const json& function = tool["function"];
        CHECK(std::regex_match(function["name"].get<std::string>(), allowed));
        CHECK(function["description"].get<std::string>().size() > 20);
        CHECK(function["parameters"]["type"] == "object");
        for (const json& required : function["parameters"]["required"]) {
            CHECK(function["parameters"]["properties"].contains(required.get<std::string>()));
        }
        CHECK(tool["server"]["timeoutSeconds"].get<int>() >= 1);
        CHECK(tool["server"]["timeoutSeconds"].get<int>() <= 300);
        CHECK(tool["server"]["credentialId"] == "cred");
    }
}

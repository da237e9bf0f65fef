// Tool calls in every spelling, and the other questions, become the same values.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/ingress/text.hpp"
#include "api/ingress/vapi_message.hpp"
#include "tests/ingress/world.hpp"

using namespace callflex::ingress;

namespace {

const durable::Timestamp received = *parse_time("2026-11-21T10:16:31Z");

template <class T>
T read(const std::string& body) {
    const auto message = read_vapi_message(body, received);
    if (const auto* bad = std::get_if<Malformed>(&message)) FAIL(bad->problem);
    REQUIRE(std::holds_alternative<T>(message));
    return std::get<T>(message);
}

template <class T>
T sample(const char* name) {
    return read<T>(test::payload(fmt::format("vapi/{}.json", name)));
}

ToolCalls tool_call(const std::string& call) {
    return read<ToolCalls>(fmt::format(
        R"({{"message":{{"type":"tool-calls","call":{{"id":"c1"}},"toolCallList":[{}]}}}})", call));
}

}  // namespace

TEST_CASE("the four spellings of a tool call's arguments are the same arguments") {
    const auto calls = sample<ToolCalls>("tool-calls.argument-variants");
    REQUIRE(calls.functions.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(calls.functions[i].tool_call_id == fmt::format("call_V{}", i + 1));
        CHECK(calls.functions[i].key == calls.functions[i].tool_call_id);
        CHECK(calls.functions[i].name == "takeMessage");
        CHECK(nlohmann::json::parse(calls.functions[i].arguments_json) ==
              nlohmann::json::parse(calls.functions[0].arguments_json));
    }
    CHECK_FALSE(calls.legacy);
    CHECK(calls.control_url.starts_with("https://phone-call-websocket.example.invalid/"));
    CHECK(calls.call.from_number == "+15550100123");
}

TEST_CASE("tool calls in the other list count when the first one is missing") {
    nlohmann::json body = nlohmann::json::parse(test::payload("vapi/tool-calls.argument-variants.json"));
    body["message"].erase("toolCallList");
    CHECK(read<ToolCalls>(body.dump()).functions.size() == 4);
}

TEST_CASE("the older function-call, wrapped or not, is one function that is known by what it asks") {
    const auto bare = sample<ToolCalls>("legacy.function-call");
    const auto wrapped = sample<ToolCalls>("legacy.function-call.wrapped");
    CHECK(bare.legacy);
    REQUIRE(bare.functions.size() == 1);
    CHECK(bare.functions[0].name == "takeMessage");
    CHECK(bare.functions[0].tool_call_id.empty());
    CHECK(bare.functions[0].key.starts_with("digest:"));
    CHECK(bare.functions[0].key == wrapped.functions[0].key);
    auto changed = nlohmann::json::parse(test::payload("vapi/legacy.function-call.json"));
    changed["functionCall"]["parameters"]["message"] = "Something else";
    CHECK(read<ToolCalls>(changed.dump()).functions[0].key != bare.functions[0].key);
}

TEST_CASE("arguments that cannot be read do not stop the answer") {
    CHECK(tool_call(R"({"id":"t","name":"takeMessage"})").functions[0].arguments_json == "{}");
    CHECK(tool_call(R"({"id":"t","name":"takeMessage","arguments":""})").functions[0].arguments_json == "{}");
    for (const char* arguments : {R"("{not json")", R"("[1]")", "7", R"(["a"])", "true"}) {
        CAPTURE(arguments);
        const auto calls =
            tool_call(fmt::format(R"({{"id":"t","name":"takeMessage","arguments":{}}})", arguments));
        CHECK(calls.functions[0].arguments_json.empty());
    }
    const std::string deep(200, '[');
    CHECK(tool_call(fmt::format(R"({{"id":"t","name":"x","arguments":"{}"}})", deep))
              .functions[0]
              .arguments_json.empty());
}

TEST_CASE("a tool call without an usable id is known by what it asks") {
    CHECK(tool_call(R"({"name":"takeMessage"})").functions[0].key.starts_with("digest:"));
    const std::string endless(300, 'x');
    const auto calls = tool_call(fmt::format(R"({{"id":"{}","name":"takeMessage"}})", endless));
    CHECK(calls.functions[0].key.starts_with("digest:"));
    CHECK(calls.functions[0].tool_call_id == endless);
}

TEST_CASE("questions without a call, or without anything asked, are refused with the path") {
    const auto problem = [](const std::string& body) {
        const auto message = read_vapi_message(body, received);
        REQUIRE(std::holds_alternative<Malformed>(message));
        return std::get<Malformed>(message).problem;
    };
    CHECK(problem(R"({"message":{"type":"tool-calls","toolCallList":[{}]}})").starts_with("message.call.id"));
    CHECK(problem(R"({"message":{"type":"tool-calls","call":{"id":"c"}}})")
              .starts_with("message.toolCallList"));
    CHECK(problem(R"({"message":{"type":"tool-calls","call":{"id":"c"},"toolCallList":[7]}})")
              .starts_with("message.toolCallList[0]"));
    CHECK(problem(R"({"message":{"type":"function-call","call":{"id":"c"}}})")
              .starts_with("message.functionCall"));
    CHECK(problem(R"({"message":{"type":"assistant-request"}})").starts_with("message.call.id"));
}

TEST_CASE("requests for an assistant and for a destination name the call and the number") {
    const auto request = sample<AssistantRequest>("assistant-request");
    CHECK(request.call.vapi_phone_number_id == "c6ea6cb0-0dfb-4a65-918f-6a33abb54b64");
    CHECK(request.call.to_number == "+15550100200");
    const auto transfer = sample<TransferRequest>("transfer-destination-request");
    CHECK(transfer.call.vapi_call_id == "0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");
    CHECK(transfer.destination.empty());
}

TEST_CASE("final lines of a transcript are read in both shapes") {
    const auto line = sample<TranscriptLine>("transcript.final");
    CHECK(line.speaker == "caller");
    CHECK(line.text.starts_with("Hi, this is Pat."));
    REQUIRE(line.said_at);
    const auto legacy = sample<TranscriptLine>("legacy.transcript");
    CHECK(legacy.text == "Hi, this is Pat.");
    CHECK_FALSE(legacy.said_at);
    CHECK(legacy.at == received);
}

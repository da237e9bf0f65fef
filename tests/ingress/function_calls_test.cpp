// Functions over the wire: one action and one effect for each tool call, however often and by however many it
// is sent.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/ingress/line.hpp"

using nlohmann::json;
using test::Line;
using test::World;
using namespace std::chrono_literals;

namespace {

std::string actions(const Line& line) {
    return line.value(
        "select string_agg(type || ' ' || status, ', ' order by type, status) from app.call_actions");
}

}  // namespace

TEST_CASE("every sample of a tool call is answered, kept and followed by its effect") {
    struct Row {
        const char* sample;
        const char* id;
        const char* action;
        const char* runs;
    };
    for (const Row& row :
         {Row{"tool-calls.takeMessage", "call_MSG0001", "takeMessage completed", "notify 1"},
          Row{"tool-calls.logDriverCallout", "call_LDC0001", "logDriverCallout completed", "notify 1"},
          Row{"tool-calls.scheduleCallback", "call_SCB0001", "scheduleCallback pending",
              "callback-reminder 1"},
          Row{"tool-calls.transferCall", "call_TRF0001", "transferCall pending", "transfer-call 1"}}) {
        CAPTURE(row.sample);
        const Line line;
        const auto answer = line.sample(row.sample);
        CHECK(answer.status == 200);
        const json results = answer.json()["results"];
        REQUIRE(results.size() == 1);
        CHECK(results[0]["toolCallId"] == row.id);
        CHECK(results[0]["result"].is_string());
        CHECK(actions(line) == row.action);
        CHECK(line.runs() == row.runs);
        CHECK(line.value("select tenant from engine.runs") == World::organization);
        CHECK(results[0]["result"] == line.value("select result from app.call_actions"));
    }
}

TEST_CASE("four tool calls in one message are four actions, answered in their order") {
    const Line line;
    const json results = line.sample("tool-calls.argument-variants").json()["results"];
    REQUIRE(results.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(results[i]["toolCallId"] == fmt::format("call_V{}", i + 1));
    CHECK(line.value("select count(*) from app.call_actions") == "4");
    CHECK(line.runs() == "notify 4");
}

TEST_CASE("the older forms are answered in their own form, and are one action together") {
    const Line line;
    const auto bare = line.sample("legacy.function-call");
    CHECK(bare.status == 200);
    CHECK(bare.json().size() == 1);
    CHECK(bare.json()["result"].is_string());
    CHECK(line.sample("legacy.function-call.wrapped").body == bare.body);
    CHECK(line.value("select count(*) from app.call_actions") == "1");
    CHECK(line.runs() == "notify 1");
}

TEST_CASE("a repeat answers as the first did, with no second effect, even when settings have changed since") {
    const Line line;
    const auto first = line.sample("tool-calls.transferCall");
    line.set_settings("{}");
    CHECK(line.sample("tool-calls.transferCall").body == first.body);
    CHECK(line.runs() == "transfer-call 1");
    const std::string refused = line.ask("t1", "transferCall", {{"destination", "dispatch"}});
    line.set_settings(R"({"transfer_numbers": {"dispatch": "+15550100300"}})");
    CHECK(line.ask("t1", "transferCall", {{"destination", "dispatch"}}) == refused);
    CHECK(line.runs() == "transfer-call 1");
}

TEST_CASE("the same tool call twice in one message acts once and is answered twice") {
    const Line line;
    json body = json::parse(
        Line::tool_call(Line::call, "twin", "takeMessage", {{"message", "Hi"}, {"urgent", true}}));
    json& list = body["message"]["toolCallList"];
    list.push_back(list[0]);
    const json results = line.send(body.dump()).json()["results"];
    REQUIRE(results.size() == 2);
    CHECK(results[0] == results[1]);
    CHECK(line.value("select count(*) from app.call_actions") == "1");
    CHECK(line.runs() == "notify 1");
}

TEST_CASE("thirty copies of a tool call at once are one action, one effect and one answer") {
    const Line line;
    std::vector<std::string> answers(30);
    {
        std::vector<std::jthread> callers;
        for (auto& answer : answers) {
            callers.emplace_back([&] { answer = line.sample("tool-calls.logDriverCallout").body; });
        }
    }
    CHECK(std::set<std::string>(answers.begin(), answers.end()).size() == 1);
    CHECK(answers.front().find("dispatch is being alerted") != std::string::npos);
    CHECK(line.value("select count(*) from app.call_actions") == "1");
    CHECK(line.runs() == "notify 1");
}

TEST_CASE("bad arguments are asked for again with status 200, and kept as refused") {
    const Line line;
    CHECK(line.ask("t1", "scheduleCallback", {{"reason", "a quote"}}) ==
          "Could I have the number again, with the area code?");
    CHECK(line.ask("t2", "scheduleCallback", "not an object").find("didn't catch") != std::string::npos);
    CHECK(line.ask("t3", "launchRocket", json::object()).find("I can't do that") != std::string::npos);
    CHECK(line.ask("t4", "takeMessage", {{"message", "nul \\u0000 and \"quotes\" {and} back\\slash"}})
              .starts_with("I've got your message"));
    CHECK(line.ask("t5", "scheduleCallback", {{"reason", "a quote"}, {"phoneNumber", "555 010 0124"}})
              .starts_with("Thank you."));
    CHECK(actions(line) ==
          "scheduleCallback pending, scheduleCallback refused, scheduleCallback refused, takeMessage "
          "completed, "
          "unknown refused");
    CHECK(line.runs() == "callback-reminder 1");
}

TEST_CASE("text that no column holds does not break the answer") {
    const Line line;
    const std::string body = Line::tool_call(Line::call, "t1", "takeMessage", {{"message", "a"}});
    std::string hostile = body;
    hostile.replace(hostile.find("\"a\""), 3, R"("a\u0000b\ud83d\ude00'; drop table app.calls; --")");
    CHECK(line.send(hostile).json()["results"][0].contains("result"));
    CHECK(line.value("select data ->> 'message' from app.call_actions").find("drop table") !=
          std::string::npos);
}

TEST_CASE("a transfer whose control URL leads elsewhere is refused, and nothing is started") {
    const Line line{[](auto& options) { options.control_hosts = {"vapi.ai"}; }};
    const json result = line.sample("tool-calls.transferCall").json()["results"][0];
    CHECK(result.contains("error"));
    CHECK(line.runs().empty());
    CHECK(actions(line) == "transferCall refused");
}

TEST_CASE(
    "a tool call that names another organization's call, assistant or number is refused as a stranger's") {
    const Line line;
    const auto with = [](const char* member, const char* value) {
        json body = json::parse(Line::tool_call("fresh-call", "t1", "takeMessage", {{"message", "Hi"}}));
        body["message"]["call"][member] = value;
        return body.dump();
    };
    for (const auto& [member, value] :
         {std::pair{"assistantId", Line::vapi_assistant}, {"phoneNumberId", Line::vapi_number}}) {
        CAPTURE(member);
        CHECK(line.send(with(member, value), World::other_organization).status == 401);
    }
    CHECK(line.send(test::status_of("owned", "in-progress")).status == 200);
    CHECK(line.send(Line::tool_call("owned", "t1", "takeMessage", {{"message", "Hi"}}),
                    World::other_organization)
              .status == 401);
    CHECK(line.value("select count(*) from app.call_actions") == "0");
    CHECK(line.send(Line::tool_call("owned", "t1", "takeMessage", {{"message", "Hi"}})).status == 200);
}

TEST_CASE("the same tool call id means something else in another call, and in another organization") {
    const Line line;
    const json message{{"message", "Hi"}};
    CHECK(line.send(Line::tool_call("c1", "t1", "takeMessage", message)).status == 200);
    CHECK(line.send(Line::tool_call("c2", "t1", "takeMessage", message)).status == 200);
    CHECK(line.send(Line::tool_call("c3", "t1", "takeMessage", message), World::other_organization).status ==
          200);
    CHECK(line.value("select count(*) from app.call_actions") == "3");
    CHECK(line.value("select count(distinct organization_id) from app.call_actions") == "2");
}

TEST_CASE("a call that has acted a hundred times acts no more, and still answers repeats") {
    const Line line;
    const std::string first = line.ask("t0", "takeMessage", {{"message", "Hi"}});
    line.database.execute(
        fmt::format("insert into app.call_actions (organization_id, id, vendor_call_id, tool_call_id, type, "
                    "status, result) select "
                    "'{}', gen_random_uuid(), '{}', 'x' || i, 'takeMessage', 'completed', 'Noted.' from "
                    "generate_series(1, 99) i",
                    World::organization, Line::call));
    CHECK(line.ask("t100", "takeMessage", {{"message", "Hi"}, {"urgent", true}})
              .starts_with("I've noted everything"));
    CHECK(line.ask("t0", "takeMessage", {{"message", "Hi"}}) == first);
    CHECK(line.value("select count(*) from app.call_actions") == "100");
    CHECK(line.runs().empty());
}

TEST_CASE("while the database is away the AI is told so, and the same tool call works afterwards") {
    std::atomic<bool> broken{false};
    const Line line{[&](auto& options) {
        options.on_commit_point = [&](callflex::ingress::CommitPoint point) {
            if (broken && point == callflex::ingress::CommitPoint::before_commit)
                throw std::runtime_error{"gone"};
        };
    }};
    broken = true;
    const auto refused = line.sample("tool-calls.takeMessage");
    CHECK(refused.status == 200);
    CHECK(refused.json()["results"][0]["error"].get<std::string>().find("couldn't save") !=
          std::string::npos);
    CHECK(line.sample("legacy.function-call").json()["result"].is_string());
    CHECK(line.value("select count(*) from app.call_actions") == "0");
    broken = false;
    CHECK(line.sample("tool-calls.takeMessage").json()["results"][0].contains("result"));
    CHECK(line.runs() == "notify 1");
}

TEST_CASE("a commit whose answer was lost is answered as it was committed, with one effect") {
    std::atomic<int> losses{0};
    const Line line{[&](auto& options) {
        options.on_commit_point = [&](callflex::ingress::CommitPoint point) {
            const bool committed = point == callflex::ingress::CommitPoint::after_commit;
            if (committed && losses.exchange(0) > 0) throw std::runtime_error{"the answer was lost"};
        };
    }};
    losses = 1;
    const json results = line.sample("tool-calls.logDriverCallout").json()["results"];
    CHECK(losses == 0);
    CHECK(results[0]["result"] == line.value("select result from app.call_actions"));
    CHECK(line.value("select count(*) from app.call_actions") == "1");
    CHECK(line.runs() == "notify 1");
}

TEST_CASE("plain events that are over their limit do not take a tool call's place") {
    const Line line{[](auto& options) { options.requests_per_minute = 2; }};
    CHECK(line.send(test::status_of("c1", "ringing")).status == 200);
    CHECK(line.send(test::status_of("c1", "in-progress")).status == 200);
    CHECK(line.send(test::status_of("c1", "ended")).status == 429);
    CHECK(line.sample("tool-calls.takeMessage").status == 200);
    CHECK(line.sample("assistant-request").status == 200);
    const Line strict{[](auto& options) { options.questions_per_minute = 1; }};
    CHECK(strict.sample("tool-calls.takeMessage").status == 200);
    CHECK(strict.sample("assistant-request").status == 429);
    CHECK(strict.send(test::status_of("c1", "ringing")).status == 200);
}

namespace {

/// Latencies of `each` tool calls by each of 32 callers at once, sorted.
std::vector<std::chrono::microseconds> ask_by_32(const Line& line, int each) {
    constexpr int callers = 32;
    std::vector<std::chrono::microseconds> took;
    std::mutex mutex;
    {
        std::vector<std::jthread> threads;
        for (int caller = 0; caller < callers; ++caller) {
            threads.emplace_back([&, caller] {
                test::RawClient client{line.port()};
                for (int i = 0; i < each; ++i) {
                    const std::string body =
                        Line::tool_call(fmt::format("load-{}", caller), fmt::format("t{}", i), "takeMessage",
                                        {{"message", "The gate code has changed."}, {"urgent", true}});
                    const auto began = std::chrono::steady_clock::now();
                    const std::string request = test::request_with(
                        World::organization, body, fmt::format("X-Vapi-Secret: {}\r\n", World::secret));
                    const bool sent = client.send(request);
                    const auto answer = client.read();
                    const auto end = std::chrono::steady_clock::now();
                    const std::scoped_lock lock{mutex};
                    CHECK(sent);
                    REQUIRE(answer);
                    CHECK(answer->status == 200);
                    took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(end - began));
                }
            });
        }
    }
    std::ranges::sort(took);
    return took;
}

}  // namespace

TEST_CASE("thirty-two calls at once are answered, each with its action and its alert") {
    const Line line{[](auto& options) { options.questions_per_minute = 0; }};
    const auto took = ask_by_32(line, 10);
    MESSAGE("tool calls by 32 callers: p50 " << took[took.size() / 2].count() << " us, p99 "
                                             << took[took.size() * 99 / 100].count() << " us");
    CHECK(line.value("select count(*) from app.call_actions") == "320");
    CHECK(line.runs() == "notify 320");
}

// The bar: 32 callers at once, each with one tool call after the other, p99 below 50 ms, in a release build
// on two cores that also make the load. Run by name: test_ingress -ns -tc="the functions' bar*"
TEST_CASE("the functions' bar is a p99 of 50 ms with 32 calls at once" * doctest::skip()) {
    const Line line{[](auto& options) { options.questions_per_minute = 0; }};
    (void)ask_by_32(line, 10);
    const auto took = ask_by_32(line, 200);
    MESSAGE("tool calls by 32 callers: p50 " << took[took.size() / 2].count() << " us, p99 "
                                             << took[took.size() * 99 / 100].count() << " us");
    CHECK(took[took.size() * 99 / 100] < 50ms);
}

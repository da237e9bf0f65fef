// VAPI: made once whatever is lost, adopted when it is there, removed when it is not.

#include <doctest/doctest.h>

#include "activities/vapi/assistant_activities.hpp"
#include "activities/vapi/assistants.hpp"
#include "activities/vapi/calls.hpp"
#include "activities/vapi/number_activities.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using nlohmann::json;
using test::await;
using test::FakeContext;
using Verdict = durable::Reconciled<CreatedAssistant>::Verdict;

namespace {

PreparedAssistant prepared(const std::string& op = "0199f0a4-0000-7000-8000-0000000000b1") {
    PreparedAssistant assistant;
    assistant.organization_id = "0199f0a4-0000-7000-8000-0000000000a1";
    assistant.assistant_id = op;
    assistant.name = "Acme Freight - Reception";
    assistant.prompt = "You are the receptionist.";
    assistant.first_message = "Hello.";
    assistant.voice = {"{}"};
    assistant.functions = {"takeMessage"};
    assistant.prepared_at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    return assistant;
}

struct Bench : test::VendorBench {
    json facts() { return control("GET", "/sandbox/invariants")["facts"]["vapi"]; }
    json violations() { return control("GET", "/sandbox/invariants")["violations"]; }
    CreatedAssistant create(FakeContext& context, const PreparedAssistant& assistant = prepared()) {
        return await(vapi::create(vendors, context, assistant));
    }
    durable::Reconciled<CreatedAssistant> reconcile(FakeContext& context) {
        return await(vapi::reconcile_assistant(vendors, context, prepared()));
    }
    void lose(const char* method, const char* path) {
        fault(json{
            {"vendor", "vapi"}, {"mode", "lost_answer"}, {"method", method}, {"path", path}, {"times", 1}}
                  .dump());
    }
};

}  // namespace

TEST_CASE(
    "an assistant is made with our mark, and the same intent finds it again instead of making another") {
    Bench bench;
    FakeContext first{"create_assistant"};
    FakeContext second{"create_assistant", "another run/9"};
    const CreatedAssistant made = bench.create(first);
    CHECK(bench.create(second).vapi_assistant_id == made.vapi_assistant_id);
    CHECK(bench.facts()["assistants_created"] == 1);
    bench.create(first, prepared("0199f0a4-0000-7000-8000-0000000000b2"));
    CHECK(bench.facts()["assistants_created"] == 2);
    CHECK(bench.violations().empty());
}

TEST_CASE("a creation whose answer was lost is unknown, and found by looking") {
    Bench bench;
    FakeContext context{"create_assistant"};
    bench.lose("POST", "/assistant");
    CHECK_THROWS_AS(bench.create(context), durable::OutcomeUnknown);
    const auto found = bench.reconcile(context);
    CHECK(found.verdict == Verdict::happened);
    CHECK(found.output->vapi_assistant_id == bench.create(context).vapi_assistant_id);
    CHECK(bench.facts()["assistants_created"] == 1);
}

TEST_CASE("what is not in the list is called absent only after the time to settle") {
    Bench bench;
    FakeContext context{"create_assistant"};
    bench.fault(R"({"vendor":"vapi","mode":"error","status":502,"method":"POST"})");
    CHECK_THROWS_AS(bench.create(context), durable::OutcomeUnknown);
    bench.heal();
    CHECK(bench.reconcile(context).verdict == Verdict::unknown);
    context.later(29s);
    CHECK(bench.reconcile(context).verdict == Verdict::unknown);
    context.later(2s);
    CHECK(bench.reconcile(context).verdict == Verdict::absent);
}

TEST_CASE("after a worker's death the time to settle begins anew") {
    Bench bench;
    FakeContext context{"create_assistant"};
    bench.fault(R"({"vendor":"vapi","mode":"error","status":502,"method":"POST"})");
    CHECK_THROWS_AS(bench.create(context), durable::OutcomeUnknown);
    bench.heal();
    context.later(60s);
    context.facts.lost_attempts = 1;
    CHECK(bench.reconcile(context).verdict == Verdict::unknown);
    context.later(31s);
    CHECK(bench.reconcile(context).verdict == Verdict::absent);
}

TEST_CASE("as long as VAPI cannot be read nothing is made, and nothing is called absent") {
    Bench bench;
    FakeContext context{"create_assistant"};
    bench.fault(R"({"vendor":"vapi","mode":"error","status":503,"method":"GET"})");
    const auto failure = test::failure_of(vapi::create(bench.vendors, context, prepared()));
    CHECK(failure.type == "Vapi.http_503");
    CHECK(failure.retryable);
    context.later(60s);
    CHECK(bench.reconcile(context).verdict == Verdict::unknown);
    CHECK(bench.control("GET", "/sandbox/counters")["vapi"]["done"] == 0);
}

TEST_CASE("what VAPI refuses is final, and its words are told without numbers or addresses") {
    Bench bench;
    FakeContext context{"create_assistant"};
    PreparedAssistant assistant = prepared();
    assistant.voice = {R"({"provider":"11labs"})"};
    const auto failure = test::failure_of(vapi::create(bench.vendors, context, assistant));
    CHECK(failure.type == "Vapi.http_400");
    CHECK_FALSE(failure.retryable);
    CHECK(failure.message.find("voiceId") != std::string::npos);

    const auto several = vapi::failure_of(test::answered(
        400, R"({"message":["call +15550100400","name too long"],"error":"Bad Request"})", false));
    CHECK(several.type == "Vapi.http_400");
    CHECK(several.message.find("name too long") != std::string::npos);
    CHECK(several.message.find("5550100400") == std::string::npos);
}

TEST_CASE("every answer of VAPI has its class") {
    using http::Outcome;
    struct Row {
        int status;
        bool repeatable;
        Outcome outcome;
    };
    for (const Row& row : {Row{400, false, Outcome::permanent}, Row{401, false, Outcome::permanent},
                           Row{402, false, Outcome::permanent}, Row{403, false, Outcome::permanent},
                           Row{404, true, Outcome::permanent}, Row{429, false, Outcome::retryable},
                           Row{500, false, Outcome::unknown}, Row{503, false, Outcome::unknown},
                           Row{500, true, Outcome::retryable}, Row{504, true, Outcome::retryable}}) {
        CAPTURE(row.status);
        CHECK(vapi::failure_of(test::answered(row.status, "{}", row.repeatable)).outcome == row.outcome);
    }
    const auto unreadable = vapi::read_assistant(test::answered(201, "{}", false));
    CHECK(std::get<VendorFailure>(unreadable).outcome == Outcome::unknown);
}

TEST_CASE(
    "an assistant is removed by its id or by its mark; one that is gone is removed; a pinned one is told") {
    Bench bench;
    FakeContext context{"create_assistant"};
    const auto remove = [&](const std::string& id) {
        return vapi::remove(bench.vendors, context, {prepared().assistant_id, id, prepared().prepared_at});
    };
    await(remove(""));
    const CreatedAssistant made = bench.create(context);
    await(remove(made.vapi_assistant_id));
    await(remove(made.vapi_assistant_id));
    bench.create(context);
    await(remove(""));
    CHECK(bench.facts()["assistants"] == 0);
    CHECK(bench.facts()["assistants_deleted"] == 2);

    const auto pinned = vapi::read_deletion(
        test::answered(409, R"({"error":"assistant_pinned","message":"A squad uses it."})", true));
    CHECK(std::get<VendorFailure>(pinned).type == "Vapi.assistant_pinned");
    CHECK(std::get<VendorFailure>(pinned).outcome == http::Outcome::permanent);
    CHECK_FALSE(std::get<vapi::Deleted>(vapi::read_deletion(test::answered(404, "{}", true))).was_there);
}

TEST_CASE("a list that may have been cut off proves nothing") {
    json entries = json::array();
    for (int i = 0; i < 1000; ++i) entries.push_back({{"id", "5a5db0c5-0001-4000-8000-000000000001"}});
    const auto full = vapi::read_assistants(test::answered(200, entries.dump(), true));
    CHECK_FALSE(std::get<vapi::AssistantList>(full).complete);
    const auto odd = vapi::read_assistants(test::answered(200, R"([{"id":7}])", true));
    CHECK_FALSE(std::get<vapi::AssistantList>(odd).complete);
    const auto empty = vapi::read_assistants(test::answered(200, "[]", true));
    CHECK(std::get<vapi::AssistantList>(empty).complete);
    CHECK(std::holds_alternative<VendorFailure>(vapi::read_assistants(test::answered(200, "{}", true))));
}

TEST_CASE("without a key nothing is asked, and the failure names the setting") {
    VendorConfig config = test::VendorBench::configuration("http://127.0.0.1:1");
    config.vapi.api_key = {};
    const auto vendors = std::make_shared<Vendors>(config);
    FakeContext context{"create_assistant"};
    const auto failure = test::failure_of(vapi::create(vendors, context, prepared()));
    CHECK(failure.type == "Vapi.not_configured");
    CHECK_FALSE(failure.retryable);
}

TEST_CASE("a call is placed once with its mark, and can be found by it") {
    Bench bench;
    FakeContext context{"create_assistant"};
    const auto assistant = bench.create(context).vapi_assistant_id;
    const auto& config = bench.vendors->config.vapi;
    const vapi::OutboundCall call{.assistant_id = assistant,
                                  .phone_number_id = "5a5db0c5-0002-4000-8000-000000000001",
                                  .to = "+15550100400",
                                  .op_id = "op-1"};
    const auto refused = vapi::read_call(await(bench.vendors->http->send(vapi::call_creation(config, call))));
    CHECK(std::get<VendorFailure>(refused).type == "Vapi.http_400");  // no such number
    const auto listed =
        vapi::read_calls(await(bench.vendors->http->send(vapi::call_listing(config, assistant, {}))));
    CHECK_FALSE(vapi::find_by_op(std::get<vapi::CallList>(listed), "op-1"));
    const auto sample = vapi::read_calls(test::answered(
        200,
        R"([{"id":"c1","status":"ended","customer":{"externalId":"op-1"},"monitor":{"controlUrl":"https://x"}}])",
        true));
    CHECK(vapi::find_by_op(std::get<vapi::CallList>(sample), "op-1")->id == "c1");
}

// SMS at most once: what each answer means, and what the list proves.

#include <doctest/doctest.h>

#include "activities/attempt_memory.hpp"
#include "activities/http/encoding.hpp"
#include "activities/twilio/messages.hpp"
#include "activities/twilio/send_sms.hpp"
#include "api/sandbox/exchange.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Outcome;
using test::await;
using test::FakeContext;
using Verdict = durable::Reconciled<SmsReceipt>::Verdict;

namespace {

const SmsRequest alert{"+15550100400", "Pat is sick, route 12 is open."};

VendorFailure failure_read(const http::Result& result) {
    return std::get<VendorFailure>(twilio::read_creation(result));
}

std::string error_body(int code) {
    return nlohmann::json{{"code", code}, {"message", "Number +15550100400 is bad"}, {"status", 400}}.dump();
}

/// Sends with a fault that swallows the answer.
void lose_answer(test::VendorBench& bench, FakeContext& context, const SmsRequest& sms) {
    CHECK_THROWS_AS(static_cast<void>(await(twilio::send(bench.vendors, context, sms))),
                    durable::OutcomeUnknown);
}

}  // namespace

TEST_CASE("a message is sent with our mark in its text and its callback") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    const SmsReceipt receipt = await(twilio::send(bench.vendors, context, alert));
    CHECK(receipt.message_id.starts_with("SM"));
    CHECK(receipt.status == "queued");
    const auto sent = bench.sent("twilio");
    REQUIRE(sent["count"] == 1);
    const auto& message = sent["sent"][0];
    CHECK(message["to"] == alert.to);
    CHECK(message["from"] == "+15550100200");
    CHECK(message["text"] == alert.body + "\n" + twilio::reference_of(context.info().idempotency_key));
    CHECK(message["key"] == context.info().idempotency_key);
}

TEST_CASE("the request is Twilio's: basic authentication, form body, the op escaped in the callback") {
    const VendorConfig config = test::VendorBench::configuration("http://127.0.0.1:1");
    const http::Request request = twilio::creation_request(config, {"+15550100400", "a&b"}, "run/5");
    CHECK(request.url.target ==
          "/twilio/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json");
    CHECK_FALSE(request.idempotent);
    const auto form = sandbox::decode_form(request.body);
    CHECK(form.at("StatusCallback") ==
          "https://api.callflex.example/api/webhooks/twilio/sms-status?op=run%2F5");
    CHECK(form.at("Body").starts_with("a&b\nRef "));
    CHECK(request.headers.at(0).value ==
          http::basic_authorization("AC00000000000000000000000000000001", "token"));
}

TEST_CASE("references differ between activities and stay the same for each") {
    CHECK(twilio::reference_of("run/5") == twilio::reference_of("run/5"));
    CHECK(twilio::reference_of("run/5") != twilio::reference_of("run/6"));
    CHECK(twilio::reference_of("run/5").size() == 12);
}

TEST_CASE("every answer of Twilio has its class") {
    struct Row {
        int status;
        int code;
        Outcome outcome;
    };
    const Row rows[] = {
        {401, 20003, Outcome::permanent}, {404, 20404, Outcome::permanent}, {400, 21211, Outcome::permanent},
        {400, 21614, Outcome::permanent}, {400, 21606, Outcome::permanent}, {400, 21212, Outcome::permanent},
        {400, 21659, Outcome::permanent}, {400, 21610, Outcome::permanent}, {400, 21408, Outcome::permanent},
        {429, 20429, Outcome::retryable}, {503, 20429, Outcome::retryable}, {429, 21611, Outcome::retryable},
        {500, 20500, Outcome::unknown},   {502, 0, Outcome::unknown},       {503, 0, Outcome::unknown},
        {504, 0, Outcome::unknown}};
    for (const Row& row : rows) {
        INFO(row.status << " " << row.code);
        const std::string body = row.code == 0 ? "<html>" : error_body(row.code);
        const VendorFailure failure = failure_read(test::answered(row.status, body, false));
        CHECK(failure.outcome == row.outcome);
        CHECK(failure.type ==
              "Twilio." + (row.code != 0 ? std::to_string(row.code) : "http_" + std::to_string(row.status)));
        CHECK(failure.message.find("5550100400") == std::string::npos);
    }
    CHECK(failure_read(test::answered(429, error_body(21611), false)).retry_after == 60s);
    CHECK(failure_read(test::answered(429, error_body(20429), false, {{"Retry-After", "7"}})).retry_after ==
          7s);
    CHECK(failure_read(test::answered(201, "not json", false)).outcome == Outcome::unknown);
    CHECK(failure_read(test::answered(400, test::payload("twilio.error.json"), false)).type ==
          "Twilio.21610");
    const auto sample =
        twilio::read_creation(test::answered(201, test::payload("twilio.message.json"), false));
    CHECK(std::get<SmsReceipt>(sample).message_id == "SM000000000000000000000000000000b1");
}

TEST_CASE("a refused number ends it at once, a rate limit waits as long as Twilio says") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    const auto refused = test::failure_of(twilio::send(bench.vendors, context, {"+15005550001", "x"}));
    CHECK(refused.type == "Twilio.21211");
    CHECK_FALSE(refused.retryable);
    CHECK(refused.message.find("15005550001") == std::string::npos);
    bench.fault(R"({"vendor":"twilio","mode":"rate_limit","retry_after":3})");
    const auto limited = test::failure_of(twilio::send(bench.vendors, context, alert));
    CHECK(limited.type == "Twilio.20429");
    CHECK(limited.retryable);
    CHECK(limited.next_delay == durable::Duration{3s});
    CHECK(bench.sent("twilio")["count"] == 0);
}

TEST_CASE("what cannot be sent is refused before Twilio is asked") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    for (const SmsRequest& bad : {SmsRequest{"5550100400", "x"}, SmsRequest{"+15550100400", ""},
                                  SmsRequest{"+15550100400", std::string(1601, 'x')}}) {
        CHECK_FALSE(test::failure_of(twilio::send(bench.vendors, context, bad)).retryable);
    }
    CHECK(await(twilio::send(bench.vendors, context, {"+15550100400", std::string(1580, 'x')})).status ==
          "queued");
    const auto unconfigured =
        test::failure_of(twilio::send(std::make_shared<Vendors>(VendorConfig{}), context, alert));
    CHECK(unconfigured.type == "Twilio.not_configured");
    CHECK_FALSE(unconfigured.retryable);
}

TEST_CASE("a message whose answer was lost is found in the list, and not sent again") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    bench.fault(R"({"vendor":"twilio","mode":"lost_answer","method":"POST"})");
    lose_answer(bench, context, alert);
    const auto found = await(twilio::reconcile(bench.vendors, context, alert));
    REQUIRE(found.verdict == Verdict::happened);
    CHECK(bench.sent("twilio")["sent"][0]["id"] == found.output->message_id);
}

TEST_CASE("the same words from another call do not pass for ours") {
    test::VendorBench bench;
    FakeContext other{"send_sms", "00000000-0000-7000-8000-000000000002/5"};
    static_cast<void>(await(twilio::send(bench.vendors, other, alert)));
    FakeContext context{"send_sms"};
    bench.fault(R"({"vendor":"twilio","mode":"error","method":"POST"})");
    lose_answer(bench, context, alert);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    context.later(31s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::absent);
}

TEST_CASE("absence is proven only 30 seconds after the attempt, and by a list that was read") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    bench.fault(R"({"vendor":"twilio","mode":"error","method":"POST"})");
    lose_answer(bench, context, alert);
    context.later(29s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    context.later(2s);
    bench.fault(R"({"vendor":"twilio","mode":"error","method":"GET"})");
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    bench.heal();
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::absent);
}

TEST_CASE("when a worker has died the 30 seconds begin anew, whatever an earlier one had noted") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    context.facts.lost_attempts = 1;
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    context.later(20s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    context.later(11s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::absent);
    context.facts.lost_attempts = 2;
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
    context.later(31s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::absent);
}

TEST_CASE("an attempt after a proven absence has its own 30 seconds") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    bench.fault(R"({"vendor":"twilio","mode":"error","method":"POST"})");
    lose_answer(bench, context, alert);
    context.later(31s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::absent);
    lose_answer(bench, context, alert);
    context.later(20s);
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::unknown);
}

TEST_CASE("an older note is replaced before anything is sent, so that it never stands for a later attempt") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    note_attempt(context, context.info().started_at);
    context.later(31s);
    CHECK(test::failure_of(twilio::send(bench.vendors, context, {"+15005550001", "x"})).type ==
          "Twilio.21211");
    CHECK(noted_attempt(context) >= context.info().started_at);
}

TEST_CASE("a long list is read page by page, back to before the attempt") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    bench.fault(R"({"vendor":"twilio","mode":"lost_answer","method":"POST","times":1})");
    lose_answer(bench, context, alert);
    for (int i = 0; i < 250; ++i) {
        FakeContext other{"send_sms", "other/" + std::to_string(i)};
        static_cast<void>(await(twilio::send(bench.vendors, other, alert)));
    }
    CHECK(await(twilio::reconcile(bench.vendors, context, alert)).verdict == Verdict::happened);
}

TEST_CASE("a list page with an entry that cannot be read proves nothing") {
    CHECK_FALSE(twilio::read_page(test::answered(200, R"({"messages":[{"sid":"SM1","body":"x"}]})", true))
                    .has_value());
    CHECK_FALSE(twilio::read_page(test::answered(200, R"({"message":[]})", true)).has_value());
    CHECK_FALSE(twilio::read_page(test::answered(500, R"({"messages":[]})", true)).has_value());
    CHECK(
        twilio::read_page(test::answered(200, R"({"messages":[],"next_page_uri":null})", true)).has_value());
}

TEST_CASE("a time-out after sending is unknown, a connection never made is not") {
    test::VendorBench bench;
    FakeContext context{"send_sms"};
    context.ends_at = std::chrono::steady_clock::now() + 700ms;
    bench.fault(R"({"vendor":"twilio","mode":"timeout"})");
    lose_answer(bench, context, alert);
    VendorConfig config = test::VendorBench::configuration("http://127.0.0.1:1");
    FakeContext fresh{"send_sms"};
    const auto failure = test::failure_of(twilio::send(std::make_shared<Vendors>(config), fresh, alert));
    CHECK(failure.type == "Twilio.unreachable");
    CHECK(failure.retryable);
}

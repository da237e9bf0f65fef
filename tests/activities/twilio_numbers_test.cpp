// Numbers: bought once whatever is lost, connected to VAPI and to us, given back.

#include <doctest/doctest.h>

#include "activities/twilio/number_activities.hpp"
#include "activities/twilio/numbers.hpp"
#include "activities/vapi/number_activities.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using nlohmann::json;
using test::await;
using test::FakeContext;
using Verdict = durable::Reconciled<BoughtNumber>::Verdict;

namespace {

const ReservedNumber wanted{"0199f0a4-0000-7000-8000-0000000000c1", "+14155550100"};

struct Bench : test::VendorBench {
    json facts(const char* vendor) { return control("GET", "/sandbox/invariants")["facts"][vendor]; }
    json violations() { return control("GET", "/sandbox/invariants")["violations"]; }
    BoughtNumber buy(const ReservedNumber& number = wanted) {
        return await(twilio::buy(vendors, context, number));
    }
    Verdict verdict() { return await(twilio::reconcile_purchase(vendors, context, wanted)).verdict; }
    ImportedNumber import() { return await(vapi::import(vendors, context, {wanted.number, "Acme"})); }
    void fault_at(const char* mode, const char* vendor, const char* method, const char* path) {
        fault(json{{"vendor", vendor}, {"mode", mode}, {"method", method}, {"path", path}, {"times", 1}}
                  .dump());
    }
    json owned() {
        http::Request request = twilio::number_lookup(vendors->config.twilio, wanted.number);
        return json::parse(
            await(vendors->http->send(std::move(request))).response->body)["incoming_phone_numbers"];
    }

    FakeContext context{"number"};
};

}  // namespace

TEST_CASE("numbers of an area code are found; none there, or no area code, is said so for good") {
    Bench bench;
    const auto found = await(twilio::search(bench.vendors, bench.context, {"415"}));
    REQUIRE(found.numbers.size() == 20);
    CHECK(found.numbers[0] == "+14155550100");
    CHECK(test::failure_of(twilio::search(bench.vendors, bench.context, {"999"})).type ==
          "NoNumberAvailable");
    CHECK(test::failure_of(twilio::search(bench.vendors, bench.context, {"41"})).type == "InvalidAreaCode");
}

TEST_CASE("a number is bought with our mark and our addresses, and bought again it is only found") {
    Bench bench;
    const BoughtNumber bought = bench.buy();
    CHECK(bench.buy().twilio_sid == bought.twilio_sid);
    CHECK(bench.facts("twilio")["purchases"] == 1);
    CHECK(bench.violations().empty());
    const json number = bench.owned()[0];
    CHECK(number["friendly_name"] == "CallFlex " + wanted.phone_number_id);
    CHECK(number["sms_url"] == "https://api.callflex.example/api/webhooks/twilio/sms-status");
    CHECK(number["status_callback"] == "https://api.callflex.example/api/webhooks/twilio/status");
}

TEST_CASE("a purchase whose answer was lost is found by the number, and never made twice") {
    Bench bench;
    bench.fault_at("lost_answer", "twilio", "POST", "/IncomingPhoneNumbers");
    CHECK_THROWS_AS(bench.buy(), durable::OutcomeUnknown);
    CHECK(bench.verdict() == Verdict::happened);
    bench.buy();
    CHECK(bench.facts("twilio")["purchases"] == 1);
}

TEST_CASE("a purchase that did not happen is called absent only after the time to settle") {
    Bench bench;
    bench.fault_at("error", "twilio", "POST", "/IncomingPhoneNumbers");
    CHECK_THROWS_AS(bench.buy(), durable::OutcomeUnknown);
    CHECK(bench.verdict() == Verdict::unknown);
    bench.context.later(31s);
    CHECK(bench.verdict() == Verdict::absent);
}

TEST_CASE("a number that is gone, or bought for somebody else, is not for sale") {
    Bench bench;
    const auto type_of = [&](const ReservedNumber& number) {
        return test::failure_of(twilio::buy(bench.vendors, bench.context, number)).type;
    };
    CHECK(type_of({wanted.phone_number_id, "+15005550000"}) == "NumberNotForSale");
    bench.buy();
    const ReservedNumber of_another{"0199f0a4-0000-7000-8000-0000000000c2", wanted.number};
    CHECK(type_of(of_another) == "NumberNotForSale");
    CHECK(bench.owned()[0]["friendly_name"] == "CallFlex " + wanted.phone_number_id);
    CHECK(bench.violations().empty());
}

TEST_CASE("a number is imported once, without its messages, and connected") {
    Bench bench;
    const BoughtNumber bought = bench.buy();
    const auto unconnected = test::failure_of(
        twilio::check_number(bench.vendors, bench.context, {wanted.number, bought.twilio_sid}));
    CHECK(unconnected.type == "NumberNotConnected");
    CHECK(unconnected.retryable);
    bench.fault_at("lost_answer", "vapi", "POST", "/phone-number");
    CHECK_THROWS_AS(bench.import(), durable::OutcomeUnknown);
    CHECK(await(vapi::reconcile_import(bench.vendors, bench.context, {wanted.number, "Acme"})).output);
    bench.import();
    CHECK(bench.facts("vapi")["phone_numbers"] == 1);
    const json number = bench.owned()[0];
    CHECK(number["voice_url"].get<std::string>().find("vapi.ai") != std::string::npos);
    CHECK(number["sms_url"] == "https://api.callflex.example/api/webhooks/twilio/sms-status");
    CHECK_FALSE(await(twilio::check_number(bench.vendors, bench.context, {wanted.number, bought.twilio_sid}))
                    .repaired);
}

TEST_CASE("where messages go is set again when something has changed it") {
    Bench bench;
    const BoughtNumber bought = bench.buy();
    bench.import();
    VendorConfig moved = bench.vendors->config;
    moved.api_url = "https://new.callflex.example";
    const auto vendors = std::make_shared<Vendors>(moved);
    const NumberToCheck number{wanted.number, bought.twilio_sid};
    CHECK(await(twilio::check_number(vendors, bench.context, number)).repaired);
    CHECK_FALSE(await(twilio::check_number(vendors, bench.context, number)).repaired);
    CHECK(bench.owned()[0]["sms_url"] == "https://new.callflex.example/api/webhooks/twilio/sms-status");
}

TEST_CASE("an assignment to an assistant that VAPI does not know is final") {
    Bench bench;
    bench.buy();
    const ImportedNumber imported = bench.import();
    const auto failure = test::failure_of(
        vapi::assign(bench.vendors, bench.context,
                     {imported.vapi_phone_number_id, "5a5db0c5-0001-4000-8000-000000000009"}));
    CHECK(failure.type == "Vapi.http_400");
    CHECK_FALSE(failure.retryable);
}

TEST_CASE("a number is released at both vendors, as often as it is asked for, and nobody else's is touched") {
    Bench bench;
    bench.buy();
    bench.import();
    await(twilio::release(bench.vendors, bench.context,
                          {"0199f0a4-0000-7000-8000-0000000000c2", wanted.number}));
    CHECK(bench.facts("twilio")["incoming_numbers"] == 1);
    CHECK(bench.facts("vapi")["phone_numbers"] == 1);
    for (int i = 0; i < 2; ++i)
        await(twilio::release(bench.vendors, bench.context, {wanted.phone_number_id, wanted.number}));
    CHECK(bench.facts("twilio")["incoming_numbers"] == 0);
    CHECK(bench.facts("vapi")["phone_numbers"] == 0);
    CHECK(bench.violations().empty());
}

TEST_CASE("a search result that cannot be read is asked for again, never taken for an empty shop") {
    const auto read = twilio::read_search(test::answered(200, "[]", true));
    CHECK(std::get<VendorFailure>(read).outcome == http::Outcome::retryable);
    const auto mute = twilio::read_search(test::answered(
        200,
        R"({"available_phone_numbers":[{"phone_number":"+14155550100","capabilities":{"voice":true,"SMS":false}}]})",
        true));
    CHECK(std::get<std::vector<std::string>>(mute).empty());
}

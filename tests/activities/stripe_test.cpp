// Stripe: one charge a report, one customer an organization, whatever becomes of answers.

#include <doctest/doctest.h>

#include "activities/stripe/activities.hpp"
#include "activities/stripe/meter_requests.hpp"
#include "activities/stripe/resources.hpp"
#include "activities/stripe/subscription_reading.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Outcome;
using test::await;
using test::FakeContext;

namespace {

const StripeCustomerRequest acme{"0199f0a4-0000-7000-8000-0000000000a1", "Acme Freight",
                                 "billing@acme.example"};

durable::Timestamp now() {
    return std::chrono::floor<durable::Duration>(std::chrono::system_clock::now());
}

OverageReport report_of(std::int64_t minutes) {
    const auto stamp = std::chrono::floor<std::chrono::minutes>(now() - 1h) - 1s;
    return {"billing-cycle-acme-2026-12-01T00:00:00Z", "cus_1", minutes, stamp, now()};
}

nlohmann::json charges(test::VendorBench& bench) {
    return bench.sent("stripe");
}

VendorFailure failure(int status, const nlohmann::json& error, std::vector<http::Header> headers = {}) {
    return stripe::failure_of(
        test::answered(status, nlohmann::json{{"error", error}}.dump(), true, std::move(headers)));
}

}  // namespace

TEST_CASE("a report is one meter event of the customer, stamped as asked") {
    test::VendorBench bench;
    FakeContext context{"report_overage"};
    const OverageReport wanted = report_of(50);
    CHECK(await(stripe::report(bench.vendors, context, wanted)).how == "accepted");
    const auto sent = charges(bench);
    REQUIRE(sent["count"] == 1);
    CHECK(sent["sent"][0]["kind"] == "meter_event");
    CHECK(sent["sent"][0]["key"] == wanted.identifier);
    CHECK(sent["sent"][0]["to"] == "cus_1");
    CHECK(sent["sent"][0]["text"] == "50");
    CHECK(sent["sent"][0]["subject"] == std::to_string(wanted.stamp.time_since_epoch() / 1s));
}

TEST_CASE("a report is charged once under time-outs after doing, faults after doing, 500s and 429s") {
    for (const char* fault :
         {R"({"vendor":"stripe","mode":"lost_answer","times":2})",
          R"({"vendor":"stripe","mode":"failed_after","times":1})",
          R"({"vendor":"stripe","mode":"failed_after","status":503,"times":2})",
          R"({"vendor":"stripe","mode":"error","times":2})",
          R"({"vendor":"stripe","mode":"rate_limit","times":3})", R"({"vendor":"stripe","mode":"duplicate"})",
          R"({"vendor":"stripe","mode":"lost_answer","rate":0.6,"seed":7})",
          R"({"vendor":"stripe","mode":"failed_after","rate":0.5,"seed":9,"times":5})"}) {
        CAPTURE(fault);
        test::VendorBench bench;
        FakeContext context{"report_overage"};
        bench.fault(fault);
        const OverageReport wanted = report_of(50);
        std::string how;
        for (int attempt = 0; attempt < 40 && how.empty(); ++attempt) {
            try {
                how = await(stripe::report(bench.vendors, context, wanted)).how;
            } catch (const durable::ApplicationError& error) {
                CHECK(error.failure().retryable);
            } catch (const durable::OutcomeUnknown&) {
                // Tried again as well: the identifier keeps it from being charged twice.
            }
        }
        CHECK_FALSE(how.empty());
        CHECK(charges(bench)["count"] == 1);
        CHECK(charges(bench)["repeated_keys"].empty());
    }
}

TEST_CASE(
    "a 500 that the key brings again and again is left behind with a new key, not with a second charge") {
    test::VendorBench bench;
    FakeContext context{"report_overage"};
    bench.fault(R"({"vendor":"stripe","mode":"failed_after","times":1})");
    CHECK(test::failure_of(stripe::report(bench.vendors, context, report_of(50))).retryable);
    CHECK(await(stripe::report(bench.vendors, context, report_of(50))).how == "duplicate");
    CHECK(charges(bench)["count"] == 1);
}

TEST_CASE("a day after it was first asked for, a report is looked for before it is sent") {
    test::VendorBench bench;
    FakeContext context{"report_overage"};
    OverageReport wanted = report_of(50);
    REQUIRE(await(stripe::report(bench.vendors, context, wanted)).how == "accepted");
    wanted.first_asked_at = now() - 25h;
    // Stripe has forgotten the identifier by then: another one stands for that.
    wanted.identifier += "-forgotten";
    CHECK(await(stripe::report(bench.vendors, context, wanted)).how == "found");
    CHECK(charges(bench)["count"] == 1);
    wanted.customer_id = "cus_2";
    CHECK(await(stripe::report(bench.vendors, context, wanted)).how == "accepted");
}

TEST_CASE("what the meter has only part of is for a person") {
    test::VendorBench bench;
    FakeContext context{"report_overage"};
    OverageReport wanted = report_of(20);
    REQUIRE(await(stripe::report(bench.vendors, context, wanted)).how == "accepted");
    wanted.first_asked_at = now() - 25h;
    wanted.minutes = 50;
    const auto failed = test::failure_of(stripe::report(bench.vendors, context, wanted));
    CHECK(failed.type == "Stripe.ambiguous_usage");
    CHECK_FALSE(failed.retryable);
}

TEST_CASE("an old report without a meter to look at, or with a stamp that Stripe drops, is not sent") {
    test::VendorBench bench;
    auto config = test::VendorBench::configuration(bench.sandbox.url());
    config.stripe.meter_id.clear();
    const auto blind = std::make_shared<Vendors>(config);
    FakeContext context{"report_overage"};
    OverageReport wanted = report_of(50);
    wanted.first_asked_at = now() - 25h;
    CHECK(test::failure_of(stripe::report(blind, context, wanted)).type == "Stripe.meter_not_configured");
    wanted = report_of(50);
    wanted.stamp = now() - 24h * 35 - 1min;
    CHECK(test::failure_of(stripe::report(bench.vendors, context, wanted)).type ==
          "Stripe.timestamp_too_far_in_past");
    wanted.stamp = now() + 6min;
    CHECK(test::failure_of(stripe::report(bench.vendors, context, wanted)).type ==
          "Stripe.timestamp_in_future");
    wanted = report_of(0);
    CHECK(test::failure_of(stripe::report(bench.vendors, context, wanted)).type == "InvalidOverage");
    CHECK(charges(bench)["count"] == 0);
}

TEST_CASE("without a key nothing is asked") {
    auto config = test::VendorBench::configuration("http://127.0.0.1:1");
    config.stripe.secret_key = Secret{};
    const auto vendors = std::make_shared<Vendors>(config);
    FakeContext context{"create_stripe_customer"};
    CHECK(test::failure_of(stripe::create_customer(vendors, context, acme)).type == "Stripe.not_configured");
    CHECK(test::failure_of(stripe::fetch(vendors, context, {"sub_1"})).type == "Stripe.not_configured");
    CHECK(test::failure_of(stripe::report(vendors, context, report_of(1))).type == "Stripe.not_configured");
}

TEST_CASE("an organization has one customer, however often and by whatever run it is asked for") {
    test::VendorBench bench;
    FakeContext context{"create_stripe_customer"};
    bench.fault(R"({"vendor":"stripe","mode":"lost_answer","times":1,"method":"POST"})");
    CHECK(test::failure_of(stripe::create_customer(bench.vendors, context, acme)).retryable);
    const auto customer = await(stripe::create_customer(bench.vendors, context, acme));
    FakeContext another{"create_stripe_customer", "00000000-0000-7000-8000-000000000002/9"};
    StripeCustomerRequest renamed = acme;
    renamed.name = "Acme Freight LLC";
    CHECK(await(stripe::create_customer(bench.vendors, another, renamed)).customer_id ==
          customer.customer_id);
    CHECK(charges(bench)["count"] == 1);
    CHECK(charges(bench)["sent"][0]["key"] == acme.organization_id);
}

TEST_CASE("a customer that a fault may have made is waited for until Stripe's search would show it") {
    test::VendorBench bench;
    FakeContext context{"create_stripe_customer"};
    bench.fault(R"({"vendor":"stripe","mode":"error","times":1,"method":"POST"})");
    CHECK(test::failure_of(stripe::create_customer(bench.vendors, context, acme)).retryable);
    const auto waits = test::failure_of(stripe::create_customer(bench.vendors, context, acme));
    CHECK(waits.type == "Stripe.unsettled");
    CHECK(waits.retryable);
    context.later(61s);
    CHECK_FALSE(await(stripe::create_customer(bench.vendors, context, acme)).customer_id.empty());
    CHECK(charges(bench)["count"] == 1);
}

TEST_CASE("a subscription is read as it is today; one that is gone is final") {
    test::VendorBench bench;
    FakeContext context{"fetch_subscription"};
    const auto customer = await(stripe::create_customer(bench.vendors, context, acme));
    const auto& config = bench.vendors->config.stripe;
    const auto made =
        await(bench.vendors->http->send(stripe::writing(config, "/v1/subscriptions",
                                                        {{"customer", customer.customer_id},
                                                         {"billing_cycle_anchor", "1795256100"},
                                                         {"metadata[organizationId]", acme.organization_id},
                                                         {"metadata[plan]", "growth"}},
                                                        "sub:1")));
    const std::string id = nlohmann::json::parse(made.response->body)["id"];
    const StripeSubscription read = await(stripe::fetch(bench.vendors, context, {id}));
    CHECK(read.id == id);
    CHECK(read.customer_id == customer.customer_id);
    CHECK(read.organization_id == acme.organization_id);
    CHECK(read.plan == "growth");
    CHECK(stripe::organization_status(read.status) == "active");
    CHECK(read.period_start == durable::Timestamp{1795256100s});
    CHECK(read.period_end == durable::Timestamp{1795256100s} + 24h * 30);
    CHECK(read.metered_item_id.starts_with("si_"));
    const auto gone = test::failure_of(stripe::fetch(bench.vendors, context, {"sub_nobody"}));
    CHECK(gone.type == "Stripe.resource_missing");
    CHECK_FALSE(gone.retryable);
}

TEST_CASE("every answer of Stripe has its class") {
    CHECK(failure(400, {{"type", "invalid_request_error"}, {"code", "resource_missing"}}).outcome ==
          Outcome::permanent);
    CHECK(failure(400, {{"type", "idempotency_error"}}).type == "Stripe.idempotency_error");
    CHECK(failure(400, {{"type", "idempotency_error"}}).outcome == Outcome::permanent);
    CHECK(failure(400, {{"code", "rate_limit"}}).outcome == Outcome::retryable);
    CHECK(failure(400, {{"code", "lock_timeout"}}).outcome == Outcome::retryable);
    CHECK(failure(429, {{"code", "rate_limit"}}).outcome == Outcome::retryable);
    CHECK(failure(401, {{"type", "invalid_request_error"}}).outcome == Outcome::permanent);
    CHECK(failure(403, {{"type", "invalid_request_error"}}).outcome == Outcome::permanent);
    CHECK(failure(402, {{"type", "card_error"}, {"code", "card_declined"}}).type == "Stripe.card_declined");
    CHECK(failure(402, {{"type", "card_error"}}).outcome == Outcome::permanent);
    CHECK(failure(404, {{"code", "resource_missing"}}).outcome == Outcome::permanent);
    CHECK(failure(409, {{"code", "idempotency_key_in_use"}}).outcome == Outcome::retryable);
    for (const int status : {500, 502, 503, 504})
        CHECK(failure(status, {{"type", "api_error"}}).outcome == Outcome::retryable);
    CHECK(failure(500, {{"type", "api_error"}}, {{"Idempotent-Replayed", "true"}}).outcome ==
          Outcome::unknown);
    CHECK(failure(500, {{"type", "api_error"}}, {{"Stripe-Should-Retry", "false"}}).outcome ==
          Outcome::unknown);
    CHECK(failure(409, {{"type", "api_error"}}, {{"Stripe-Should-Retry", "false"}}).outcome ==
          Outcome::permanent);
    CHECK(failure(402, {{"type", "api_error"}}, {{"Stripe-Should-Retry", "true"}}).outcome ==
          Outcome::retryable);
    const auto sample = stripe::failure_of(test::answered(404, test::payload("stripe.error.json"), true));
    CHECK(sample.type == "Stripe.resource_missing");
    CHECK(stripe::failure_of(test::answered(502, "<html>", true)).type == "Stripe.http_502");
}

TEST_CASE("a refused identifier is a success, with a code and without one") {
    const auto how = [](const nlohmann::json& error) {
        const auto answer = stripe::read_meter_event(test::answered(
            400, nlohmann::json{{"error", error}}.dump(), true, {{"Stripe-Should-Retry", "false"}}));
        const auto* reported = std::get_if<OverageReported>(&answer);
        return reported == nullptr ? std::string{"failure"} : reported->how;
    };
    CHECK(how({{"code", "duplicate_meter_event"}, {"message", "already submitted"}}) == "duplicate");
    CHECK(how({{"message", "An event already exists with identifier x."}}) == "duplicate");
    CHECK(how({{"code", "timestamp_too_far_in_past"}}) == "failure");
    const auto sample =
        stripe::read_meter_event(test::answered(200, test::payload("stripe.meter_event.json"), true));
    CHECK(std::get<OverageReported>(sample).how == "accepted");
}

TEST_CASE("statuses that Stripe knows, and one that it will invent, map as documented") {
    for (const char* word : {"active", "trialing"}) CHECK(stripe::organization_status(word) == "active");
    CHECK(stripe::organization_status("past_due") == "past_due");
    for (const char* word : {"unpaid", "incomplete", "paused", "hibernating", ""})
        CHECK(stripe::organization_status(word) == "restricted");
    for (const char* word : {"canceled", "incomplete_expired"})
        CHECK(stripe::organization_status(word) == "canceled");
}

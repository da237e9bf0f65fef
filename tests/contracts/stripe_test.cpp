// What goes over the wire to Stripe, byte for byte, and that the stand-in, which is as strict as Stripe,
// takes it.

#include <doctest/doctest.h>

#include <map>

#include "activities/stripe/meter_requests.hpp"
#include "activities/stripe/resources.hpp"
#include "activities/stripe/subscription_reading.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using test::await;

namespace {

StripeConfig config() {
    StripeConfig config;
    config.secret_key = Secret{"sk_test_contract"};
    config.meter_id = "mtr_sandbox";
    return config;
}

std::string header(const http::Request& request, const std::string& name) {
    for (const auto& field : request.headers) {
        if (field.name == name) return field.value;
    }
    return {};
}

void check_common(const http::Request& request) {
    CHECK(request.url.origin() == "https://api.stripe.com");
    CHECK(header(request, "Authorization") == "Bearer sk_test_contract");
    CHECK(header(request, "Stripe-Version") == "2026-10-28.endive");
    CHECK(request.idempotent);
    const bool writes = request.method == "POST";
    CHECK(header(request, "Content-Type") == (writes ? "application/x-www-form-urlencoded" : ""));
    CHECK(header(request, "Idempotency-Key").empty() == !writes);
    CHECK(header(request, "Idempotency-Key").size() <= 255);
}

const stripe::CheckoutRequest checkout{"0199f0a4-0000-7000-8000-0000000000a1",
                                       "cus_1",
                                       "growth",
                                       "price_base",
                                       "price_over",
                                       "https://app.example/billing?ok=1",
                                       "https://app.example/billing?canceled=1",
                                       "op-1"};

const OverageReport overage{"billing-cycle-acme-2026-12-01T00:00:00Z", "cus_1", 50,
                            durable::Timestamp{std::chrono::seconds{1797848099}}, durable::Timestamp{}};

}  // namespace

TEST_CASE("a customer is created with its organization in the metadata, and searched for by it") {
    const auto creation =
        stripe::customer_creation(config(), {"org-1", "Zoë & Co", "billing@acme.example"}, "customer:org-1");
    check_common(creation);
    CHECK(creation.method == "POST");
    CHECK(creation.url.target == "/v1/customers");
    CHECK(creation.body ==
          "email=billing%40acme.example&name=Zo%C3%AB+%26+Co&metadata%5BorganizationId%5D=org-1");
    CHECK(header(creation, "Idempotency-Key") == "customer:org-1");

    const auto search = stripe::customer_search(config(), "org-1");
    check_common(search);
    CHECK(search.method == "GET");
    CHECK(search.url.target == "/v1/customers/search?query=metadata%5B%27organizationId%27%5D%3A%27org-1%27");
    CHECK(stripe::customer_search(config(), "a'b\\c").url.target.ends_with("%3A%27a%5C%27b%5C%5Cc%27"));
}

TEST_CASE("a checkout names the organization where the session, the subscription and people look for it") {
    const auto request = stripe::checkout_creation(config(), checkout);
    check_common(request);
    CHECK(request.url.target == "/v1/checkout/sessions");
    CHECK(request.body ==
          "mode=subscription&customer=cus_1&line_items%5B0%5D%5Bprice%5D=price_base&line_items%5B0%5D%"
          "5Bquantity%5D=1&"
          "line_items%5B1%5D%5Bprice%5D=price_over&success_url=https%3A%2F%2Fapp.example%2Fbilling%3Fok%3D1&"
          "cancel_url="
          "https%3A%2F%2Fapp.example%2Fbilling%3Fcanceled%3D1&client_reference_id=0199f0a4-0000-7000-8000-"
          "0000000000a1&"
          "metadata%5BorganizationId%5D=0199f0a4-0000-7000-8000-0000000000a1&metadata%5Bplan%5D=growth&"
          "subscription_data%5Bmetadata%5D%5BorganizationId%5D=0199f0a4-0000-7000-8000-0000000000a1&"
          "subscription_data%5Bmetadata%5D%5Bplan%5D=growth");
    CHECK(header(request, "Idempotency-Key") == "checkout:0199f0a4-0000-7000-8000-0000000000a1:growth:op-1");
}

TEST_CASE("portal, invoices, subscription and usage are asked for as Stripe documents them") {
    const auto portal = stripe::portal_creation(config(), "cus_1", "https://app.example/billing", "op-1");
    check_common(portal);
    CHECK(portal.url.target == "/v1/billing_portal/sessions");
    CHECK(portal.body == "customer=cus_1&return_url=https%3A%2F%2Fapp.example%2Fbilling");

    const auto invoices = stripe::invoice_listing(
        config(), {.customer_id = "cus_1", .limit = 500, .starting_after = "in_9", .status = "open"});
    check_common(invoices);
    CHECK(invoices.url.target == "/v1/invoices?customer=cus_1&limit=100&starting_after=in_9&status=open");

    const auto subscription = stripe::subscription_reading(config(), "sub_1/../x");
    check_common(subscription);
    CHECK(subscription.url.target == "/v1/subscriptions/sub_1%2F..%2Fx?expand%5B0%5D=latest_invoice");

    const auto usage = stripe::usage_reading(config(), overage);
    check_common(usage);
    CHECK(usage.url.target ==
          "/v1/billing/meters/mtr_sandbox/"
          "event_summaries?customer=cus_1&start_time=1797848040&end_time=1797848100");
}

TEST_CASE("a meter event carries its identifier, its stamp and a whole number as text") {
    const auto request = stripe::meter_event(config(), overage, "meter:1");
    check_common(request);
    CHECK(request.url.target == "/v1/billing/meter_events");
    CHECK(request.body ==
          "event_name=callflex_overage_minutes&payload%5Bstripe_customer_id%5D=cus_1&payload%5Bvalue%5D=50&"
          "identifier="
          "billing-cycle-acme-2026-12-01T00%3A00%3A00Z&timestamp=1797848099");
    CHECK(header(request, "Idempotency-Key") == "meter:1");
}

TEST_CASE("the stand-in takes every request, answers in Stripe's shapes, and they are read") {
    test::VendorBench bench;
    const StripeConfig& at = bench.vendors->config.stripe;
    const auto send = [&](http::Request request) {
        return await(bench.vendors->http->send(std::move(request)));
    };
    const auto customer = std::get<StripeCustomer>(stripe::read_customer(
        send(stripe::customer_creation(at, {"org-1", "Acme", "a@b.example"}, "customer:org-1"))));
    const auto found = std::get<std::optional<StripeCustomer>>(
        stripe::read_customer_search(send(stripe::customer_search(at, "org-1"))));
    REQUIRE(found);
    CHECK(found->customer_id == customer.customer_id);
    CHECK_FALSE(std::get<std::optional<StripeCustomer>>(
        stripe::read_customer_search(send(stripe::customer_search(at, "org-2")))));

    stripe::CheckoutRequest wanted = checkout;
    wanted.customer_id = customer.customer_id;
    const auto session =
        std::get<stripe::CheckoutSession>(stripe::read_checkout(send(stripe::checkout_creation(at, wanted))));
    CHECK(session.id.starts_with("cs_"));
    CHECK(session.expires_at > std::chrono::system_clock::now());
    const auto again =
        std::get<stripe::CheckoutSession>(stripe::read_checkout(send(stripe::checkout_creation(at, wanted))));
    CHECK(again.id == session.id);
    CHECK(std::get<std::string>(stripe::read_portal_url(
              send(stripe::portal_creation(at, customer.customer_id, "https://app.example", "1")))) != "");
    CHECK(std::get<VendorFailure>(stripe::read_portal_url(send(
                                      stripe::portal_creation(at, "cus_nobody", "https://app.example", "2"))))
              .type == "Stripe.resource_missing");
    const auto invoices = std::get<stripe::InvoicePage>(
        stripe::read_invoices(send(stripe::invoice_listing(at, {.customer_id = customer.customer_id}))));
    CHECK(invoices.invoices.empty());
    CHECK(std::get<double>(stripe::read_usage(send(stripe::usage_reading(at, overage)))) == 0);
}

TEST_CASE(
    "the stand-in refuses what Stripe refuses: other words under a key, usage records, stamps out of range") {
    test::VendorBench bench;
    const StripeConfig& at = bench.vendors->config.stripe;
    const auto type_of = [&](http::Request request) {
        return stripe::failure_of(await(bench.vendors->http->send(std::move(request)))).type;
    };
    static_cast<void>(type_of(stripe::customer_creation(at, {"org-1", "Acme", "a@b.example"}, "k")));
    CHECK(type_of(stripe::customer_creation(at, {"org-1", "Other", "a@b.example"}, "k")) ==
          "Stripe.idempotency_error");
    CHECK(type_of(stripe::writing(at, "/v1/subscription_items/si_1/usage_records", {{"quantity", "1"}},
                                  "u")) == "Stripe.invalid_request_error");
    OverageReport old = overage;
    old.stamp = durable::Timestamp{std::chrono::seconds{1}};
    CHECK(type_of(stripe::meter_event(at, old, "m1")) == "Stripe.timestamp_too_far_in_past");
    old.stamp = durable::Timestamp{std::chrono::seconds{32'503'680'000}};
    CHECK(type_of(stripe::meter_event(at, old, "m2")) == "Stripe.timestamp_in_future");
    CHECK(type_of(stripe::customer_creation(at, {"org-1", "Declined", "a@b.example"}, "d")) ==
          "Stripe.card_declined");
    StripeConfig stranger = at;
    stranger.secret_key = Secret{"pk_public"};
    CHECK(type_of(stripe::customer_search(stranger, "org-1")) == "Stripe.invalid_request_error");
}

TEST_CASE("a subscription of an older API version is read from where its members were then") {
    const auto read = stripe::subscription_of(nlohmann::json::parse(
        R"({"id":"sub_1","customer":{"id":"cus_1"},"status":"active","created":1795256100,
            "current_period_start":1795256100,"current_period_end":1797848100,
            "items":{"data":[{"id":"si_1","price":{"recurring":{"usage_type":"licensed"}}}]}})"));
    REQUIRE(read);
    CHECK(read->customer_id == "cus_1");
    CHECK(read->period_start == durable::Timestamp{std::chrono::seconds{1795256100}});
    CHECK(read->period_end == durable::Timestamp{std::chrono::seconds{1797848100}});
    CHECK(read->metered_item_id.empty());
    for (const char* hostile : {R"({"id":"sub_1","items":[],"created":"x","status":7})",
                                R"({"id":"sub_1","items":{"data":[1,"a",null,{}]},"created":1e300})"}) {
        CHECK(stripe::subscription_of(nlohmann::json::parse(hostile)));
    }
    CHECK_FALSE(stripe::subscription_of(nlohmann::json::parse(R"([])")));
}

// Stripe's events: who sent them, what they mean in every API shape, and the same end in every order.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "api/ingress/stripe_event.hpp"
#include "api/ingress/stripe_signature.hpp"
#include "tests/ingress/world.hpp"

using namespace callflex;
using namespace callflex::ingress;
using namespace std::chrono_literals;
using test::World;

namespace {

using SystemTime = std::chrono::system_clock::time_point;
using Secrets = std::vector<std::string>;

constexpr const char* endpoint_secret = "whsec_test_1f3a9c0d7e5b4a2f8d6c";

const std::vector<std::string> samples{"checkout.session.completed",    "customer.subscription.deleted",
                                       "customer.subscription.updated", "invoice.paid",
                                       "invoice.paid.pre-basil",        "invoice.payment_failed"};

/// The sample, about the world's organization.
std::string sample(const std::string& name) {
    std::string text = test::payload("stripe/" + name + ".json");
    const std::string theirs = "org_7d0c2f7e";
    for (auto at = text.find(theirs); at != std::string::npos; at = text.find(theirs))
        text.replace(at, theirs.size(), World::organization);
    return text;
}

StripeEvent read(const std::string& body) {
    auto event = read_stripe_event(body);
    REQUIRE(std::holds_alternative<StripeEvent>(event));
    return std::get<StripeEvent>(std::move(event));
}

durable::Timestamp second(std::int64_t seconds) {
    return durable::Timestamp{std::chrono::seconds{seconds}};
}

/// The organization's first period ends before Stripe's begin, as it is when somebody buys.
void begin_trial(const World& world) {
    world.database.execute(fmt::format(
        "delete from app.billing_periods; update app.organizations set status = 'trialing', "
        "billing_period_start = "
        "'2026-11-01', billing_period_end = '2026-12-01'; insert into app.billing_periods (organization_id, "
        "period_start, period_end) select id, '2026-11-01', '2026-12-01' from app.organizations; insert into "
        "app.users "
        "(id, email) values ('0199f0a4-0000-7000-8000-0000000000e1', 'owner@acme.example'); insert into "
        "app.organization_members (organization_id, user_id, role) values ('{}', "
        "'0199f0a4-0000-7000-8000-0000000000e1', 'owner')",
        World::organization));
}

struct StripeWorld : World {
    StripeWorld()
        : World{[](IngressOptions& options) { options.stripe_secrets = {"whsec_new", endpoint_secret}; }} {
        begin_trial(*this);
    }
    [[nodiscard]] unsigned post_event(const std::string& body, std::string signature = {}) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        if (signature.empty()) signature = stripe_signature(body, endpoint_secret, now.time_since_epoch());
        const auto answer = test::exchange(
            port(), fmt::format("POST /api/webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                "application/json\r\nStripe-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
                                signature, body.size(), body));
        REQUIRE(answer);
        return answer->status;
    }
    /// Everything that events may change, in one text.
    [[nodiscard]] std::string state() const {
        return value(fmt::format(
            "select (select status || ' ' || plan || ' ' || coalesce(stripe_customer_id, '-') || ' ' || "
            "coalesce(stripe_subscription_id, '-') || ' ' || coalesce(stripe_subscription_item_id, '-') || ' "
            "' || "
            "extract(epoch from billing_period_start)::bigint || '-' || extract(epoch from "
            "billing_period_end)::bigint "
            "from app.organizations where id = '{0}') || ' | ' || (select string_agg(extract(epoch from "
            "period_start)::bigint || '-' || extract(epoch from period_end)::bigint || ' ' || state, ', ' "
            "order by "
            "period_start) from app.billing_periods where organization_id = '{0}') || ' | ' || (select "
            "string_agg(type "
            "|| ':' || stripe_event_id, ', ' order by stripe_event_id) from app.billing_events) || ' | ' || "
            "(select "
            "string_agg(r.workflow_id, ', ' order by workflow_id) from engine.runs r)",
            World::organization));
    }
};

}  // namespace

TEST_CASE(
    "Stripe's signature vectors are accepted with any of several secrets, for 300 seconds to both sides") {
    const auto vectors = nlohmann::json::parse(test::payload("signature_vectors.json")).at("stripe");
    REQUIRE(vectors.size() == 3);
    for (const auto& one : vectors) {
        CAPTURE(one["name"].get<std::string>());
        const std::string header = one["header"]["Stripe-Signature"];
        const std::string body = one["body"];
        const SystemTime signed_at{std::chrono::seconds{one["timestamp"].get<std::int64_t>()}};
        const auto all = one.contains("secrets") ? one["secrets"].get<Secrets>() : Secrets{one["secret"]};
        for (const std::string& one_secret : all) {
            const Secrets configured{"whsec_other", one_secret};
            CHECK(verify_stripe(header, body, configured, signed_at, 300s) == Verdict::accepted);
            CHECK(verify_stripe(header, body, configured, signed_at + 300s, 300s) == Verdict::accepted);
            CHECK(verify_stripe(header, body, configured, signed_at + 301s, 300s) == Verdict::stale);
            CHECK(verify_stripe(header, body, configured, signed_at - 300s, 300s) == Verdict::accepted);
            CHECK(verify_stripe(header, body, configured, signed_at - 301s, 300s) == Verdict::stale);
        }
        CHECK(verify_stripe(header, body, Secrets{"whsec_other"}, signed_at, 300s) == Verdict::mismatch);
        CHECK(verify_stripe(header, body, Secrets{}, signed_at, 300s) == Verdict::mismatch);
        CHECK(verify_stripe(header, body, Secrets{"", "  \t"}, signed_at, 300s) == Verdict::mismatch);
    }
}

TEST_CASE("a signature with any byte changed, another scheme, or no stamp is none") {
    const std::string body = R"({"id":"evt_1","type":"invoice.paid"})";
    const Secrets secrets{endpoint_secret};
    const SystemTime now{1795256200s};
    const std::string good = stripe_signature(body, endpoint_secret, 1795256200s);
    REQUIRE(verify_stripe(good, body, secrets, now, 300s) == Verdict::accepted);
    for (std::size_t i = 0; i < body.size(); ++i) {
        std::string bad = body;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        CHECK(verify_stripe(good, bad, secrets, now, 300s) == Verdict::mismatch);
    }
    for (std::size_t i = good.find("v1=") + 3; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == '0' ? '1' : '0';
        CHECK(verify_stripe(bad, body, secrets, now, 300s) == Verdict::mismatch);
    }
    std::string other_time = good;
    other_time[3] = '6';
    CHECK(verify_stripe(other_time, body, secrets, now, 300s) == Verdict::mismatch);
    const std::string mac = good.substr(good.find("v1=") + 3);
    CHECK(verify_stripe("t=1795256200,v0=" + mac, body, secrets, now, 300s) == Verdict::not_signed);
    CHECK(verify_stripe("v1=" + mac, body, secrets, now, 300s) == Verdict::not_signed);
    CHECK(verify_stripe("t=,v1=" + mac, body, secrets, now, 300s) == Verdict::not_signed);
    CHECK(verify_stripe("t=-5,v1=" + mac, body, secrets, now, 300s) == Verdict::not_signed);
    CHECK(verify_stripe("", body, secrets, now, 300s) == Verdict::not_signed);
    CHECK(verify_stripe("t=1795256200,v1=00,v1=" + mac, body, secrets, now, 300s) == Verdict::accepted);
    CHECK(verify_stripe("t=1795256200,v1=" + mac.substr(1), body, secrets, now, 300s) == Verdict::mismatch);
}

TEST_CASE("an invoice's subscription and period of service are found in the new places and in the old ones") {
    for (const char* name : {"invoice.paid", "invoice.paid.pre-basil"}) {
        CAPTURE(name);
        const StripeEvent event = read(sample(name));
        CHECK(event.subscription_id == "sub_FakeAcme000001");
        CHECK(event.customer_id == "cus_FakeAcme000001");
        CHECK(event.record == "invoice_paid");
        REQUIRE(event.fact);
        CHECK(event.fact->status.empty());
        CHECK(event.fact->period_start == second(1797848100));
        CHECK(event.fact->period_end == second(1800526500));
    }
}

TEST_CASE("an invoice that is not for a period moves no period") {
    auto text = nlohmann::json::parse(sample("invoice.paid"));
    for (const char* reason : {"manual", "subscription_update", "subscription_threshold", ""}) {
        text["data"]["object"]["billing_reason"] = reason;
        const StripeEvent event = read(text.dump());
        REQUIRE(event.fact);
        CHECK_FALSE(event.fact->period_start);
    }
    text["data"]["object"]["billing_reason"] = "subscription_create";
    CHECK(read(text.dump()).fact->period_start);
    for (auto& line : text["data"]["object"]["lines"]["data"])
        line["parent"]["subscription_item_details"]["proration"] = true;
    CHECK_FALSE(read(text.dump()).fact->period_start);
}

TEST_CASE("a checkout activates only when it is paid, and asks for the subscription it does not show") {
    auto text = nlohmann::json::parse(sample("checkout.session.completed"));
    const StripeEvent paid = read(text.dump());
    CHECK(paid.organizations == std::vector<std::string>{World::organization});
    REQUIRE(paid.fact);
    CHECK(paid.fact->status == "active");
    CHECK(paid.incomplete);
    text["data"]["object"]["payment_status"] = "unpaid";
    CHECK(read(text.dump()).fact->status.empty());
    text["data"]["object"]["payment_status"] = "no_payment_required";
    CHECK(read(text.dump()).fact->status == "active");
    text["data"]["object"]["mode"] = "payment";
    CHECK_FALSE(read(text.dump()).fact);
}

TEST_CASE("hostile events are read without harm or refused with a reason") {
    for (const char* body : {"", "[]", "7", "{", R"({"id":7,"type":"invoice.paid"})", R"({"id":"evt_1"})",
                             R"({"type":"invoice.paid"})"}) {
        CHECK(std::holds_alternative<std::string>(read_stripe_event(body)));
    }
    for (const std::string& name : samples) {
        auto text = nlohmann::json::parse(sample(name));
        for (const nlohmann::json& odd : {nlohmann::json{}, nlohmann::json(7), nlohmann::json("x"),
                                          nlohmann::json::array({1, "a"}), nlohmann::json{{"data", 3}}}) {
            for (const auto& [member, value] : text["data"]["object"].items()) {
                auto changed = text;
                changed["data"]["object"][member] = odd;
                CHECK(std::holds_alternative<StripeEvent>(read_stripe_event(changed.dump())));
            }
            auto changed = text;
            changed["data"] = odd;
            CHECK(std::holds_alternative<StripeEvent>(read_stripe_event(changed.dump())));
        }
    }
}

TEST_CASE("a wrong, stale, future or missing signature is answered 400 and leaves nothing") {
    StripeWorld world;
    const std::string body = sample("invoice.paid");
    const auto now =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch();
    CHECK(world.post_event(body, stripe_signature(body, "whsec_wrong", now)) == 400);
    CHECK(world.post_event(body, stripe_signature(body, endpoint_secret, now - 400s)) == 400);
    CHECK(world.post_event(body, stripe_signature(body, endpoint_secret, now + 400s)) == 400);
    CHECK(world.post_event(body, "nonsense") == 400);
    CHECK(world.rows() == "0 0 0");
    CHECK(world.post_event(body, stripe_signature(body, "whsec_new", now)) == 200);
    CHECK(world.value("select count(*) from app.inbound_webhooks") == "1");
}

TEST_CASE("without a configured secret Stripe is refused") {
    World world;
    const std::string body = sample("invoice.paid");
    const auto now =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch();
    const auto answer = test::exchange(
        world.port(), fmt::format("POST /api/webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                  "application/json\r\nStripe-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
                                  stripe_signature(body, "", now), body.size(), body));
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(world.rows() == "0 0 0");
}

TEST_CASE("a purchase, step by step: status, plan, period, events, and what is started") {
    StripeWorld world;
    CHECK(world.post_event(sample("checkout.session.completed")) == 200);
    CHECK(world.value(
              fmt::format("select status || ' ' || stripe_customer_id || ' ' || stripe_subscription_id from "
                          "app.organizations where id = '{}'",
                          World::organization)) == "active cus_FakeAcme000001 sub_FakeAcme000001");
    CHECK(world.value("select workflow_id || ' ' || tenant from engine.runs") ==
          fmt::format("stripe-sync-evt_FakeCheckout01 {}", World::organization));
    CHECK(world.post_event(sample("invoice.paid")) == 200);
    CHECK(world.value(
              fmt::format("select extract(epoch from billing_period_start)::bigint || '-' || extract(epoch "
                          "from billing_period_end)::bigint from app.organizations where id = '{}'",
                          World::organization)) == "1797848100-1800526500");
    CHECK(world.value("select count(*) from app.daily_usage") == "0");
    CHECK(world.value("select string_agg(type, ' ' order by type) from app.billing_events") ==
          "checkout_completed invoice_paid");
}

TEST_CASE("a failed payment marks the organization past due and writes to each owner once for an invoice") {
    StripeWorld world;
    CHECK(world.post_event(sample("checkout.session.completed")) == 200);
    auto text = nlohmann::json::parse(sample("invoice.payment_failed"));
    for (int attempt = 1; attempt <= 3; ++attempt) {
        text["id"] = "evt_fail_" + std::to_string(attempt);
        text["data"]["object"]["attempt_count"] = attempt;
        CHECK(world.post_event(text.dump()) == 200);
        CHECK(world.post_event(text.dump()) == 200);
    }
    CHECK(world.value(fmt::format("select status from app.organizations where id = '{}'",
                                  World::organization)) == "past_due");
    const std::string told =
        world.value("select string_agg(workflow_id, ',') from engine.runs where type = 'notify'");
    CHECK(told.starts_with("notify-payment-failed/in_FakeRenew0001/"));
    CHECK(told.find_first_of(",@") == std::string::npos);
    CHECK(world.value("select count(*) from app.billing_events where type = 'payment_failed'") == "3");
}

TEST_CASE("the samples in any order, with repeats, end in the same state") {
    std::string wanted;
    for (unsigned seed = 0; seed < 10; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        std::vector<std::string> events;
        for (const std::string& name : samples) events.push_back(sample(name));
        if (seed > 0) {
            for (const std::string& name : samples) {
                if (random() % 2 == 0) events.push_back(sample(name));
            }
            std::ranges::shuffle(events, random);
        }
        StripeWorld world;
        for (const std::string& event : events) CHECK(world.post_event(event) == 200);
        if (wanted.empty()) wanted = world.state();
        CHECK(world.state() == wanted);
        CHECK(world.value("select count(*) from app.inbound_webhooks where outcome = 'accepted'") == "6");
    }
    CHECK(wanted.starts_with("canceled starter cus_FakeAcme000001 sub_FakeAcme000001 si_FakeOver0001 "));
}

TEST_CASE("an event that comes before its customer is known is applied when the customer becomes known") {
    StripeWorld world;
    CHECK(world.post_event(sample("invoice.paid.pre-basil")) == 200);
    CHECK(world.value("select outcome from app.inbound_webhooks") == "unclaimed");
    CHECK(world.value("select count(*) from app.billing_events") == "0");
    CHECK(world.post_event(sample("checkout.session.completed")) == 200);
    CHECK(world.value("select string_agg(outcome, ' ') from app.inbound_webhooks") == "accepted accepted");
    CHECK(world.value("select count(*) from app.billing_events where stripe_event_id = 'evt_FakeOldInv01'") ==
          "1");
    CHECK(world.post_event(sample("invoice.paid.pre-basil")) == 200);
    CHECK(world.value("select count(*) from app.billing_events") == "2");
}

TEST_CASE("types that mean nothing here are acknowledged and recorded, thin events too") {
    StripeWorld world;
    CHECK(world.post_event(
              R"({"id":"evt_x","type":"charge.refunded","created":1795256200,"data":{"object":{}}})") == 200);
    CHECK(world.post_event(test::payload("stripe/thin.v1.billing.meter.error_report_triggered.json")) == 200);
    CHECK(world.value("select string_agg(outcome, ' ') from app.inbound_webhooks") == "ignored ignored");
    CHECK(world.value("select count(*) from app.billing_events") == "0");
    CHECK(world.post_event("{}") == 400);
}

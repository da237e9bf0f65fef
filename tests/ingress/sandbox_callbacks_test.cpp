// What the sandbox's vendors send of their own accord is taken by the ingress as it would take the vendors': the
// signatures are right, and the effects are there. A development machine sees what production will see.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "activities/http/encoding.hpp"
#include "api/sandbox/sandbox.hpp"
#include "tests/ingress/world.hpp"
#include "tests/support/eventually.hpp"

using callflex::ingress::IngressOptions;
using test::World;
namespace http = callflex::http;
namespace sandbox = callflex::sandbox;

namespace {

constexpr const char* stripe_secret = "whsec_of-the-sandbox";

/// The ingress has to know its public address before it listens.
std::uint16_t free_port() {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    return acceptor.local_endpoint().port();
}

struct Neighbourhood {
    const std::uint16_t ingress_port = free_port();
    const std::string ingress_url = fmt::format("http://127.0.0.1:{}", ingress_port);
    World world{[this](IngressOptions& options) {
        options.port = ingress_port;
        options.public_url = ingress_url;
        options.twilio_auth_tokens = {"token"};
        options.stripe_secrets = {stripe_secret};
    }};
    sandbox::Sandbox vendors{
        sandbox::SandboxOptions{.address = "127.0.0.1",
                                .port = 0,
                                .calls_back = true,
                                .stripe_webhook_url = ingress_url + "/api/webhooks/stripe",
                                .stripe_webhook_secret = stripe_secret}};

    /// Posts a form to a vendor; the answer's body.
    [[nodiscard]] std::string post(const std::string& path, const http::Fields& fields,
                                   const std::string& headers) const {
        const std::string body = http::form_encode(fields);
        const auto answer = test::exchange(
            static_cast<std::uint16_t>(vendors.port()),
            fmt::format(
                "POST {} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                "{}Content-Length: {}\r\n\r\n{}",
                path, headers, body.size(), body));
        REQUIRE(answer);
        return answer->body;
    }

    void send_sms(const std::string& to) const {
        const std::string callback = ingress_url + "/api/webhooks/twilio/sms-status?op=of-nobody";
        const http::Fields form{
            {"To", to}, {"From", "+15550100200"}, {"Body", "x"}, {"StatusCallback", callback}};
        (void)post("/twilio/2010-04-01/Accounts/AC1/Messages.json", form,
                   "Authorization: " + http::basic_authorization("AC1", "token") + "\r\n");
    }

    [[nodiscard]] nlohmann::json stripe(const std::string& path, const http::Fields& fields) const {
        return nlohmann::json::parse(
            post("/stripe" + path, fields,
                 "Authorization: Bearer sk_test_x\r\nStripe-Version: 2026-10-28.endive\r\n"));
    }

    /// Whether the query comes to give this value within a minute.
    [[nodiscard]] bool becomes(const std::string& sql, const std::string& expected) const {
        return test::eventually([&] { return world.value(sql) == expected; });
    }
};

void add_notification(const World& world, const std::string& sid) {
    world.database.execute(
        fmt::format("insert into app.notifications (organization_id, idempotency_key, channel, recipient, "
                    "vendor_message_id, status) values ('{}', 'k-{}', 'sms', '+15550100400', '{}', 'sent')",
                    World::organization, sid, sid));
}

std::string status_of_notification(const std::string& sid) {
    return fmt::format(
        "select status || coalesce(' ' || error, '') from app.notifications "
        "where vendor_message_id = '{}'",
        sid);
}

}  // namespace

TEST_CASE("a message sent through the sandbox is reported as delivered, signed as Twilio signs") {
    const Neighbourhood there;
    const std::string first = fmt::format("SM{:032x}", 1);
    const std::string second = fmt::format("SM{:032x}", 2);
    add_notification(there.world, first);
    add_notification(there.world, second);
    there.send_sms("+15550100400");
    there.send_sms("+15005550003");
    CHECK(there.becomes(status_of_notification(first), "delivered"));
    CHECK(there.becomes(status_of_notification(second), "undelivered Twilio.30003"));
}

TEST_CASE("the sandbox's Stripe tells of subscriptions, signed as Stripe signs") {
    const Neighbourhood there;
    const auto customer =
        there.stripe("/v1/customers", {{"name", "Acme"}, {"metadata[organizationId]", World::organization}});
    const auto subscription = there.stripe(
        "/v1/subscriptions",
        {{"customer", customer["id"].get<std::string>()}, {"metadata[organizationId]", World::organization}});
    CHECK(subscription["status"] == "active");
    CHECK(
        there.becomes("select string_agg(event_type, ' ' order by event_type) from app.inbound_webhooks "
                      "where vendor = 'stripe'",
                      "customer.subscription.updated invoice.paid"));
}

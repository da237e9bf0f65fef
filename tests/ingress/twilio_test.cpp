// Twilio's status callbacks: who sent them, and what they change.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "activities/notify.hpp"
#include "api/ingress/form.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/twilio_signature.hpp"
#include "engine/client/client.hpp"
#include "engine/store/id_source.hpp"
#include "tests/ingress/world.hpp"

using namespace callflex::ingress;
using test::World;

namespace {

constexpr const char* token = "0123456789abcdef0123456789abcdef";
constexpr const char* public_url = "https://api.example.invalid";

nlohmann::json vectors() {
    return nlohmann::json::parse(test::payload("signature_vectors.json")).at("twilio_form");
}

bool accepted(const nlohmann::json& vector, const std::vector<std::string>& tokens, const std::string& url,
              const std::string& body) {
    const auto form = read_form(body);
    REQUIRE(form);
    return is_from_twilio(vector["header"]["X-Twilio-Signature"].get<std::string>(), url, *form, tokens);
}

World twilio_world() {
    return World{[](IngressOptions& options) {
        options.public_url = public_url;
        options.twilio_auth_tokens = {"an-older-token", token};
    }};
}

std::string request(const std::string& target, const std::string& body, const std::string& signing_token,
                    const std::string& signed_url) {
    const auto mac = hmac_sha1(signing_token, twilio_signed_text(signed_url, *read_form(body)));
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "X-Twilio-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
        target, to_base64(mac), body.size(), body);
}

unsigned post(const World& world, const std::string& target, const std::string& body) {
    const auto answer =
        test::exchange(world.port(), request(target, body, token, std::string{public_url} + target));
    REQUIRE(answer);
    return answer->status;
}

std::string sms_status(const std::string& sid, const std::string& status, const std::string& more = "") {
    return fmt::format("MessageSid={}&MessageStatus={}&AccountSid=AC1&To=%2B15550100400{}", sid, status,
                       more);
}

void add_notification(const World& world, const std::string& sid, const std::string& status) {
    world.database.execute(
        fmt::format("insert into app.notifications (organization_id, idempotency_key, channel, recipient, "
                    "vendor_message_id, status) values ('{}', 'k-{}', 'sms', '+15550100400', '{}', '{}')",
                    World::organization, sid, sid, status));
}

std::string notification(const World& world, const std::string& sid) {
    return world.value(fmt::format(
        "select status || coalesce(' ' || error, '') from app.notifications where vendor_message_id = '{}'",
        sid));
}

}  // namespace

TEST_CASE("every signature vector of Twilio's forms is accepted, and none with another token, URL or field") {
    REQUIRE(vectors().size() >= 5);
    for (const auto& vector : vectors()) {
        CAPTURE(vector["name"].get<std::string>());
        const std::string url = vector["url"];
        const std::string body = vector["form_body"];
        const std::string own = vector["auth_token"];
        CHECK(accepted(vector, {own}, url, body));
        CHECK(accepted(vector, {"new-token", own}, url, body));
        CHECK_FALSE(accepted(vector, {"new-token"}, url, body));
        CHECK_FALSE(accepted(vector, {}, url, body));
        CHECK_FALSE(accepted(vector, {""}, url, body));
        CHECK_FALSE(accepted(vector, {own}, url + "x", body));
        CHECK_FALSE(accepted(vector, {own}, url, body + "&Extra=1"));
    }
}

TEST_CASE("a form is read as browsers write it, and refused when it is broken") {
    const auto form = read_form("A=1&B=a+b%2Bc&A=2&Empty=&Bare");
    REQUIRE(form);
    CHECK(*form == Form{{"A", "1"}, {"B", "a b+c"}, {"A", "2"}, {"Empty", ""}, {"Bare", ""}});
    CHECK(value_of(*form, "A") == "1");
    CHECK(value_of(*form, "C") == "");
    CHECK_FALSE(read_form("A=%2"));
    CHECK_FALSE(read_form("A=%zz"));
    CHECK_FALSE(read_form("A=%ff"));
}

TEST_CASE("a delivered message is marked delivered, once, and no later callback takes it back") {
    const World world = twilio_world();
    add_notification(world, "SM1", "sent");
    CHECK(post(world, "/api/webhooks/twilio/sms-status", sms_status("SM1", "delivered")) == 204);
    CHECK(notification(world, "SM1") == "delivered");
    CHECK(post(world, "/api/webhooks/twilio/sms-status", sms_status("SM1", "sent")) == 204);
    CHECK(post(world, "/api/webhooks/twilio/sms-status",
               sms_status("SM1", "undelivered", "&ErrorCode=30003")) == 204);
    CHECK(post(world, "/api/webhooks/twilio/sms-status", sms_status("SM1", "delivered")) == 204);
    CHECK(notification(world, "SM1") == "delivered");
    CHECK(world.value("select count(*) from app.inbound_webhooks where vendor = 'twilio'") == "3");
}

TEST_CASE("an undelivered message says why") {
    const World world = twilio_world();
    add_notification(world, "SM2", "sent");
    const std::string body = test::payload("twilio/sms-status.undelivered.txt");
    add_notification(world, "SM000000000000000000000000000000b2", "sent");
    CHECK(post(world, "/api/webhooks/twilio/sms-status", body) == 204);
    CHECK(notification(world, "SM000000000000000000000000000000b2") == "undelivered Twilio.30034");
    CHECK(notification(world, "SM2") == "sent");
}

TEST_CASE("the run that sent the message gets the report as a signal, once") {
    const World world = twilio_world();
    durable::client::ClientOptions options;
    options.connection_string = world.database.url();
    durable::client::Client client{options};
    const auto started = client.start(callflex::notify, callflex::NotifyRequest{},
                                      {.workflow = durable::WorkflowId{"notify-k"}});
    const std::string target = "/api/webhooks/twilio/sms-status?op=" + started.run.value.to_string() + "%2F5";
    CHECK(post(world, target, sms_status("SM3", "delivered")) == 204);
    CHECK(post(world, target, sms_status("SM3", "delivered")) == 204);
    CHECK(world.value("select count(*) || ' ' || min(convert_from(event, 'UTF8')::json ->> 'name') from "
                      "engine.inbox") == "1 delivery_status");
}

TEST_CASE("a report that comes before the message's row is kept for its organization") {
    const World world = twilio_world();
    durable::client::ClientOptions options;
    options.connection_string = world.database.url();
    durable::client::Client client{options};
    const auto started = client.start(
        callflex::notify, callflex::NotifyRequest{},
        {.workflow = durable::WorkflowId{"call"}, .tenant = durable::Tenant{World::organization}});
    const std::string target = "/api/webhooks/twilio/sms-status?op=" + started.run.value.to_string() + "%2F5";
    CHECK(post(world, target, sms_status("SM8", "delivered")) == 204);
    CHECK(world.value("select organization_id || ' ' || dedupe_key from app.inbound_webhooks") ==
          std::string{World::organization} + " SM8:delivered");
}

TEST_CASE("a callback for a run that has ended, or was never ours, is accepted and kept") {
    const World world = twilio_world();
    CHECK(post(world, "/api/webhooks/twilio/sms-status?op=0199f0a4-0000-7000-8000-0000000000ff%2F5",
               sms_status("SM4", "delivered")) == 204);
    CHECK(post(world, "/api/webhooks/twilio/sms-status?op=nonsense", sms_status("SM5", "failed")) == 204);
    CHECK(world.value("select count(*) from app.inbound_webhooks") == "2");
}

TEST_CASE("calls' status callbacks are recorded once") {
    const World world = twilio_world();
    const std::string body = test::payload("twilio/call-status.completed.txt");
    CHECK(post(world, "/api/webhooks/twilio/status", body) == 204);
    CHECK(post(world, "/api/webhooks/twilio/status", body) == 204);
    CHECK(world.value("select count(*) || ' ' || min(dedupe_key) from app.inbound_webhooks") ==
          "1 CA0000000000000000000000000000000a:completed");
}

TEST_CASE("what is not signed over our public URL by a known token is refused and leaves nothing") {
    const World world = twilio_world();
    const std::string target = "/api/webhooks/twilio/sms-status";
    const std::string body = sms_status("SM6", "delivered");
    const auto status = [&](const std::string& bytes) {
        const auto answer = test::exchange(world.port(), bytes);
        REQUIRE(answer);
        return answer->status;
    };
    CHECK(status(request(target, body, "another-token", std::string{public_url} + target)) == 401);
    CHECK(status(request(target, body, token, "http://10.0.0.1:8080" + target)) == 401);
    CHECK(status(request(target + "?op=x", body, token, std::string{public_url} + target)) == 401);
    CHECK(status(request(target, body, token, std::string{public_url} + ":443" + target)) == 204);
    CHECK(world.value("select count(*) from app.inbound_webhooks") == "1");
}

TEST_CASE("without a token in the configuration Twilio is refused, never believed") {
    const World world{[](IngressOptions& options) { options.public_url = public_url; }};
    const std::string target = "/api/webhooks/twilio/sms-status";
    const auto answer = test::exchange(
        world.port(), request(target, sms_status("SM7", "delivered"), "", std::string{public_url} + target));
    REQUIRE(answer);
    CHECK(answer->status == 401);
}

// S-8, S-20, S-22, S-26: what is open to whom, and what answers give away.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "activities/secrets/secret_box.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/live_token.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/stripe_signature.hpp"
#include "tests/ingress/world.hpp"

using callflex::ingress::hmac_sha256;
using test::World;
using namespace std::chrono_literals;

namespace {

constexpr const char* unknown_organization = "0199f0a4-0000-7000-8000-00000000ffff";
constexpr const char* live_key = "a-key-for-live-tokens";

/// Both organizations are customers, each with secrets of its own for VAPI and for its own tools.
struct TwoCustomers : World {
    TwoCustomers()
        : World([](auto& options) {
              options.platform_secrets.clear();
              options.live_token_keys = {live_key};
              options.stripe_secrets = {"whsec_stripe"};
              options.twilio_auth_tokens = {"token"};
              options.public_url = "https://api.example";
          }) {
        const callflex::SecretBox box{options.secrets_key};
        for (const char* id : {organization, other_organization}) {
            add_secret(box, id, "vapi");
            add_secret(box, id, "integration");
            database.execute(
                fmt::format("insert into app.integrations (organization_id, id, provider, config) values "
                            "('{0}', '{0}', 'zapier', '{{\"start\": {{\"workflow\": \"notify\", \"id\": "
                            "\"zap\"}}}}')",
                            id));
        }
    }
    static std::string secret_of(const std::string& id, const std::string& vendor) {
        return vendor + "-secret-of-" + id;
    }

  private:
    void add_secret(const callflex::SecretBox& box, const std::string& id, const std::string& vendor) const {
        const std::string row = vendor == "vapi" ? "0199f0a4-0000-7000-8000-0000000000c1"
                                                 : "0199f0a4-0000-7000-8000-0000000000c2";
        const auto sealed =
            box.seal(secret_of(id, vendor), callflex::SecretBox::organization_context(id, vendor, row));
        database.execute(
            fmt::format("insert into app.organization_secrets (organization_id, id, vendor, "
                        "ciphertext, key_id) values ('{}', '{}', '{}', '{}', '{}')",
                        id, row, vendor, callflex::ingress::bytea_text(sealed.ciphertext), sealed.key_id));
    }
};

/// Which organization a request is about (""; none is named), and whose credentials it carries (""; none).
struct Row {
    std::string about;
    std::string holder;
};

std::string now_text() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return std::to_string(now.time_since_epoch().count());
}

std::string post(const std::string& path, const std::string& fields, const std::string& body) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{}Content-Length: "
        "{}\r\n\r\n{}",
        path, fields, body.size(), body);
}

std::string vapi_request(const Row& row) {
    const std::string body = test::status_of("call-of-" + row.about, "ringing");
    const std::string mac = hmac_sha256(TwoCustomers::secret_of(row.holder, "vapi"), now_text() + "." + body);
    const std::string fields =
        fmt::format("X-Timestamp: {}\r\nX-Signature: {}\r\n", now_text(), callflex::ingress::to_hex(mac));
    return post("/api/webhooks/vapi/" + row.about, row.holder.empty() ? "" : fields, body);
}

std::string integration_request(const Row& row) {
    const std::string mac =
        hmac_sha256(TwoCustomers::secret_of(row.holder, "integration"), "m." + now_text() + ".{}");
    const std::string fields =
        fmt::format("webhook-id: m\r\nwebhook-timestamp: {}\r\nwebhook-signature: v1,{}\r\n", now_text(),
                    callflex::ingress::to_base64(mac));
    return post("/api/webhooks/integrations/zapier/" + row.about, row.holder.empty() ? "" : fields, "{}");
}

std::string live_request(const Row& row) {
    const std::string token = callflex::ingress::live_token(
        row.holder, std::chrono::system_clock::now() + 60s, row.holder.empty() ? "" : live_key);
    return fmt::format("GET /api/live/{}?token={} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: x\r\n\r\n", row.about,
                       token);
}

std::string without_request_id(const test::Answer& answer) {
    auto problem = answer.json();
    problem.erase("request_id");
    return fmt::format("{} {}", answer.status, problem.dump());
}

/// What must not stand in any answer: SQL, names of the schema, sources, places, other customers.
void check_tells_nothing(const World& world, const test::Answer& answer) {
    for (const std::string& part :
         {std::string{"select"}, std::string{"insert"}, std::string{"ERROR:"}, std::string{"SQLSTATE"},
          std::string{"relation"}, std::string{"engine."}, std::string{"app."}, std::string{"pqxx"},
          std::string{".cpp"}, std::string{".hpp"}, std::string{CALLFLEX_SOURCE_DIR}, std::string{"/dev/shm"},
          std::string{"/tmp"}, std::string{"Acme"}, std::string{World::other_organization},
          std::string{World::secret}, std::string{World::platform_secret}, world.database.name()}) {
        CAPTURE(part);
        CHECK(answer.body.find(part) == std::string::npos);
    }
}

test::Answer answer_to(const World& world, const std::string& bytes) {
    auto answer = test::exchange(world.port(), bytes);
    REQUIRE(answer);
    return *std::move(answer);
}

}  // namespace

TEST_CASE("S-22: on every path of an organization its own credentials open, and nobody else's") {
    const TwoCustomers world;
    const std::vector<std::string> organizations{World::organization, World::other_organization};
    const auto make = {vapi_request, integration_request, live_request};
    for (const auto request : make) {
        std::set<std::string> refusals;
        for (const std::string about : {World::organization, World::other_organization,
                                        World::disabled_organization, unknown_organization, "no-uuid"}) {
            for (const std::string holder : {"", World::organization, World::other_organization,
                                             World::disabled_organization, unknown_organization}) {
                CAPTURE(about);
                CAPTURE(holder);
                const auto answer = answer_to(world, request({about, holder}));
                const bool own =
                    about == holder && std::ranges::find(organizations, about) != organizations.end();
                CHECK((answer.status != 401) == (own || (request == live_request && about == holder)));
                if (answer.status != 401) continue;
                if (!holder.empty()) refusals.insert(without_request_id(answer));
                check_tells_nothing(world, answer);
            }
        }
        // S-8: unknown, disabled, somebody else's: the same words.
        CHECK(refusals.size() == 1);
    }
}

TEST_CASE("S-4: the same report after minutes and after days is answered from its row, and does nothing") {
    World world;
    const std::string report = test::request_with(World::organization, test::report_of("again"),
                                                  fmt::format("X-Vapi-Secret: {}\r\n", World::secret));
    const auto first = answer_to(world, report);
    CHECK(first.status == 200);
    for (const auto later :
         {std::chrono::hours{0}, std::chrono::hours{24 * 3}, std::chrono::hours{24 * 25}}) {
        world.database.advance(later + 4min);
        const auto again = answer_to(world, report);
        CHECK(again.status == 200);
        CHECK(again.json() == first.json());
        CHECK(world.rows() == "1 1 1");
    }
}

TEST_CASE("S-20: without credentials only health and metrics answer, and they tell of nobody") {
    const TwoCustomers world;
    CHECK(callflex::ingress::IngressOptions{}.address == "127.0.0.1");
    const std::string body = test::report_of("open");
    for (const std::string& path :
         {"/api/webhooks/vapi/" + std::string{World::organization}, std::string{"/api/webhooks/stripe"},
          "/api/webhooks/integrations/zapier/" + std::string{World::organization}}) {
        CAPTURE(path);
        const unsigned status = answer_to(world, post(path, "", body)).status;
        CHECK((status == 400 || status == 401));
    }
    const std::string form = "MessageSid=SM1&MessageStatus=sent&CallSid=CA1&CallStatus=busy";
    for (const char* path : {"/api/webhooks/twilio/sms-status", "/api/webhooks/twilio/status"}) {
        const auto request = fmt::format(
            "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: "
            "application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
            path, form.size(), form);
        CAPTURE(path);
        CHECK(answer_to(world, request).status == 401);
    }
    CHECK(world.rows() == "0 0 0");
    for (const char* path : {"/healthz", "/readyz", "/metrics"}) {
        const auto answer = answer_to(world, fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
        CHECK(answer.status == 200);
        CHECK(answer.body.find(World::organization) == std::string::npos);
    }
}

TEST_CASE("S-26: no refusal and no failure shows SQL, places or other customers") {
    const World world;
    const std::string path = std::string{"/api/webhooks/vapi/"} + World::organization;
    const std::string secret = fmt::format("X-Vapi-Secret: {}\r\n", World::secret);
    const std::vector<std::string> requests{
        "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n",
        "broken\r\n\r\n",
        post(path, "", "{}"),
        post(path, secret, "{"),
        post(path, secret, "{}"),
        post(path, secret, "[[[" + std::string(100, '[')),
        post(path, secret, R"({"message":{"type":"status-update","status":"ringing","call":{"id":7}}})"),
        post(path, secret + "Content-Encoding: gzip\r\n", "{}"),
        post("/api/webhooks/stripe", "Stripe-Signature: t=1,v1=00\r\n", "{}"),
        post("/api/webhooks/integrations/zapier/" + std::string{World::organization}, secret, "{}")};
    for (const std::string& request : requests) {
        const auto answer = answer_to(world, request);
        CHECK(answer.status >= 400);
        check_tells_nothing(world, answer);
    }
    world.database.execute("alter table app.calls rename to broken");
    const auto failed = answer_to(world, post(path, secret, test::report_of("broken")));
    CHECK(failed.status >= 500);
    check_tells_nothing(world, failed);
    world.database.execute("drop schema engine cascade");
    const auto not_ready = answer_to(world, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(not_ready.status == 503);
    check_tells_nothing(world, not_ready);
}

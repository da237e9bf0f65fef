// Signed events of customers' own tools: they start or signal what the integration's config names.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/secrets/secret_box.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/signature.hpp"
#include "engine/client/client.hpp"
#include "tests/ingress/world.hpp"

using test::World;

namespace {

constexpr const char* signing_secret = "whsec_ABEiM0RVZneImaq7zN3u/wECAwQFBgcI";
constexpr const char* notify_config = R"({"start": {"workflow": "notify", "id": "zap"}})";

/// An integration called zapier with `config`, whose secret the first organization holds.
struct Integrated : World {
    explicit Integrated(const std::string& config);
};

Integrated::Integrated(const std::string& config) {
    const std::string id = "0199f0a4-0000-7000-8000-0000000000b1";
    const callflex::SecretBox box{options.secrets_key};
    const auto sealed =
        box.seal(signing_secret, callflex::SecretBox::organization_context(organization, "integration", id));
    database.execute(fmt::format(
        "insert into app.organization_secrets (organization_id, id, vendor, ciphertext, key_id) values "
        "('{0}', '{1}', 'integration', '{2}', '{3}'); insert into app.integrations (organization_id, id, "
        "provider, config) values ('{0}', '{1}', 'zapier', '{4}')",
        organization, id, callflex::ingress::bytea_text(sealed.ciphertext), sealed.key_id, config));
}

std::string request(const std::string& path, const std::string& id, const std::string& body,
                    const std::string& key = std::string{"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb"
                                                         "\xcc\xdd\xee\xff\x01\x02\x03\x04\x05\x06\x07\x08",
                                                         24}) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string timestamp = std::to_string(now.time_since_epoch().count());
    const auto mac = callflex::ingress::hmac_sha256(key, id + "." + timestamp + "." + body);
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nwebhook-id: {}\r\n"
        "webhook-timestamp: {}\r\nwebhook-signature: v1,{}\r\nContent-Length: {}\r\n\r\n{}",
        path, id, timestamp, callflex::ingress::to_base64(mac), body.size(), body);
}

std::string path_of(const std::string& organization, const std::string& provider = "zapier") {
    return "/api/webhooks/integrations/" + provider + "/" + organization;
}

test::Answer post(const World& world, const std::string& bytes) {
    const auto answer = test::exchange(world.port(), bytes);
    REQUIRE(answer);
    return *answer;
}

}  // namespace

TEST_CASE("an event starts the workflow that the config names, for its organization, once") {
    const Integrated world{notify_config};
    const std::string body = R"({"text":"hello"})";
    const auto first = post(world, request(path_of(World::organization), "msg_1", body));
    CHECK(first.status == 200);
    const auto again = post(world, request(path_of(World::organization), "msg_1", body));
    CHECK(again.status == 200);
    CHECK(again.json() == first.json());
    CHECK(world.value("select count(*) || ' ' || min(type) || ' ' || min(tenant) from engine.runs") ==
          std::string{"1 notify "} + World::organization);
    CHECK(world.value("select count(*) from app.inbound_webhooks") == "1");
}

TEST_CASE("an event signals the run that the config names, once, and only one of its own organization") {
    const Integrated world{R"({"signal": {"workflow_id": "w-1", "name": "approve"}})"};
    durable::client::ClientOptions options;
    options.connection_string = world.database.url();
    durable::client::Client client{options};
    const auto start = [&](const char* organization) {
        client.start("anything", durable::Payload{"{}"},
                     {.workflow = durable::WorkflowId{"w-1"},
                      .tenant = durable::Tenant{organization},
                      .conflict = durable::client::ConflictPolicy::terminate_existing});
    };
    start(World::other_organization);
    CHECK(post(world, request(path_of(World::organization), "msg_1", "{}")).status == 409);
    CHECK(world.value("select count(*) from engine.inbox") == "0");
    start(World::organization);
    CHECK(post(world, request(path_of(World::organization), "msg_2", "{}")).status == 200);
    CHECK(post(world, request(path_of(World::organization), "msg_2", "{}")).status == 200);
    CHECK(world.value("select count(*) from engine.inbox") == "1");
}

TEST_CASE("strangers, other organizations' secrets, changed bodies and unknown providers are refused") {
    const Integrated world{notify_config};
    const std::string wrong_key(24, 'k');
    CHECK(post(world, request(path_of(World::organization), "msg_1", "{}", wrong_key)).status == 401);
    CHECK(post(world, request(path_of(World::other_organization), "msg_1", "{}")).status == 401);
    CHECK(post(world, request(path_of(World::disabled_organization), "msg_1", "{}")).status == 401);
    std::string changed = request(path_of(World::organization), "msg_1", R"({"a":1})");
    changed[changed.size() - 2] = '2';
    CHECK(post(world, changed).status == 401);
    CHECK(post(world, request(path_of(World::organization, "make"), "msg_1", "{}")).status == 404);
    CHECK(post(world, test::request_with("x/y", "{}", "")).status == 404);
    CHECK(world.rows() == "0 0 0");
}

TEST_CASE(
    "a config that starts a workflow of the system, or says nothing, is refused and nothing is started") {
    for (const char* config : {R"({"start": {"workflow": "inbound-retention", "id": "x"}})", "{}",
                               R"({"start": {"workflow": "notify"}})", R"({"signal": "w-1"})"}) {
        CAPTURE(config);
        const Integrated world{config};
        CHECK(post(world, request(path_of(World::organization), "msg_1", "{}")).status == 409);
        CHECK(world.value("select count(*) from engine.runs") == "0");
    }
}

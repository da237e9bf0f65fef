// Signatures of outgoing webhooks against vectors that other implementations made.

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "activities/webhooks/deliver_webhook.hpp"
#include "activities/webhooks/signing.hpp"

using namespace callflex::webhooks;

namespace {

nlohmann::json vectors() {
    std::ifstream file{CALLFLEX_SOURCE_DIR "/tests/ingress/payloads/signature_vectors.json"};
    return nlohmann::json::parse(file).at("standard_webhooks");
}

std::chrono::sys_seconds at(const nlohmann::json& vector) {
    return std::chrono::sys_seconds{std::chrono::seconds{vector.at("timestamp").get<std::int64_t>()}};
}

std::vector<std::string> secrets_of(const nlohmann::json& vector) {
    if (vector.contains("secrets")) return vector.at("secrets");
    return {vector.value("secret", vector.value("secret_key", std::string{}))};
}

const std::string secret = "whsec_ABEiM0RVZneImaq7zN3u/wECAwQFBgcI";

}  // namespace

TEST_CASE("S-68: our signatures are those of the reference libraries, byte for byte") {
    int checked = 0;
    for (const auto& vector : vectors()) {
        CAPTURE(vector.at("name").get<std::string>());
        CHECK(signatures(secrets_of(vector), vector.at("msg_id").get<std::string>(), at(vector),
                         vector.at("body").get<std::string>()) ==
              vector.at("header").at("webhook-signature").get<std::string>());
        ++checked;
    }
    CHECK(checked == 4);
}

TEST_CASE("an Ed25519 secret tells its public half, a symmetric one has none") {
    CHECK(public_key("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=") ==
          "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    CHECK_THROWS_AS(static_cast<void>(public_key(secret)), SigningError);
    const std::string fresh = generate_secret(SecretKind::ed25519);
    CHECK(kind_of(fresh) == SecretKind::ed25519);
    CHECK(public_key(fresh).size() == std::string{"whpk_"}.size() + 44);
}

TEST_CASE("S-68: secrets are random, of 32 bytes, and never the same") {
    const std::string one = generate_secret();
    CHECK(one.starts_with("whsec_"));
    CHECK(one.size() == std::string{"whsec_"}.size() + 44);
    CHECK(one != generate_secret());
}

TEST_CASE("S-68: an id with a dot, a short secret and a malformed one are not signed with") {
    const std::chrono::sys_seconds now{std::chrono::seconds{1795256200}};
    CHECK_THROWS_AS(static_cast<void>(sign(secret, "msg.1", now, "{}")), SigningError);
    CHECK_THROWS_AS(static_cast<void>(sign(secret, "", now, "{}")), SigningError);
    for (const auto* bad : {"whsec_c2hvcnQ=", "whsec_not base64!", "secret", "", "whsk_c2hvcnQ="}) {
        CAPTURE(std::string{bad});
        CHECK_THROWS_AS(static_cast<void>(sign(bad, "msg_1", now, "{}")), SigningError);
    }
    CHECK_THROWS_AS(static_cast<void>(signatures({}, "msg_1", now, "{}")), SigningError);
}

TEST_CASE("what is signed is what is sent; customers' headers come beside ours, never instead of them") {
    const Outgoing message{.endpoint_id = "e",
                           .url = "https://hooks.acme.example/a?b=c",
                           .allow_http = false,
                           .event_id = "msg_1",
                           .event_type = "call.completed",
                           .body = R"({"type":"call.completed"})",
                           .secrets = {secret},
                           .headers = {{"X-Api-Key", "k"}}};
    const std::chrono::sys_seconds now{std::chrono::seconds{1795256200}};
    const auto request = request_of(message, {}, now);
    CHECK(request.url.target == "/a?b=c");
    const std::string bytes = callflex::http::serialize(request, "test");
    CHECK(bytes.ends_with("\r\n\r\n" + message.body));
    CHECK(bytes.find("webhook-id: msg_1\r\n") != std::string::npos);
    CHECK(bytes.find("webhook-timestamp: 1795256200\r\n") != std::string::npos);
    CHECK(bytes.find("webhook-signature: " + sign(secret, "msg_1", now, message.body) + "\r\n") !=
          std::string::npos);
    CHECK(bytes.find("X-Api-Key: k\r\n") != std::string::npos);
}

TEST_CASE("S-66: an answer is kept as two KiB of printable characters, whatever it holds") {
    CHECK(excerpt_of("plain <b>text</b>") == "plain <b>text</b>");
    CHECK(excerpt_of(std::string_view{"a\0\x1b[31m\\\xc3\xab", 9}) == "a\\x00\\x1b[31m\\x5c\\xc3");
    CHECK(excerpt_of(std::string(100'000, 'x')).size() == 2048);
    CHECK(excerpt_of(std::string(100'000, '\n')).size() == 2048);
}

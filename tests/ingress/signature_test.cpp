#include "api/ingress/signature.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/ingress/world.hpp"

using callflex::http::Fields;
using callflex::http::RequestHead;
using namespace callflex::ingress;
using namespace std::chrono_literals;

namespace {

using Secrets = std::vector<std::string>;
using SystemTime = std::chrono::system_clock::time_point;

constexpr SystemTime signed_at{1795256190s};

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(c));
    return text;
}

RequestHead head_of(const nlohmann::json& headers) {
    RequestHead head;
    for (const auto& [name, value] : headers.items())
        head.fields.emplace_back(lower(name), value.get<std::string>());
    return head;
}

nlohmann::json vectors(const std::string& group) {
    return nlohmann::json::parse(test::payload("signature_vectors.json")).at(group);
}

struct Vector {
    RequestHead head;
    std::string body;
    Secrets secrets;
};

Vector vector_named(const std::string& name) {
    const nlohmann::json all = vectors("vapi");
    for (const auto& one : all) {
        if (one["name"] != name) continue;
        return {head_of(one["header"]), one["body"], {one.value("secret", one.value("secret_base64", ""))}};
    }
    throw std::runtime_error{"no vector " + name};
}

Verdict judged(const Vector& v, SystemTime now = signed_at) {
    return verify(v.head, v.body, v.secrets, now, {});
}

}  // namespace

TEST_CASE("every signature vector of VAPI's plans is accepted, and no changed one") {
    const nlohmann::json all = vectors("vapi");
    REQUIRE(all.size() == 6);
    for (const auto& one : all) {
        const auto name = one["name"].get<std::string>();
        CAPTURE(name);
        const Vector good = vector_named(name);
        CHECK(judged(good) == Verdict::accepted);

        Vector other_secret = good;
        other_secret.secrets = {"dmFwaS13ZWJob29rLXNlY3JldC1vdGhlcg=="};
        CHECK(judged(other_secret) == Verdict::mismatch);
        Vector no_secret = good;
        no_secret.secrets = {};
        CHECK(judged(no_secret) == Verdict::mismatch);
        Vector empty_secret = good;
        empty_secret.secrets = {""};
        CHECK(judged(empty_secret) == Verdict::mismatch);
        Vector rotated = good;
        rotated.secrets.insert(rotated.secrets.begin(), "the-next-secret");
        CHECK(judged(rotated) == Verdict::accepted);
        Vector bare = good;
        bare.head = {};
        CHECK(judged(bare) == Verdict::not_signed);
    }
}

TEST_CASE("a Standard Webhooks signature as customers make it is accepted with its whsec_ secret") {
    const nlohmann::json all = vectors("standard_webhooks");
    REQUIRE_FALSE(all.empty());
    for (const auto& one : all) {
        if (!one.contains("secret") || !one.contains("header")) continue;
        const Vector v{head_of(one["header"]), one["body"], {one["secret"].get<std::string>()}};
        CHECK(judged(v, SystemTime{std::chrono::seconds{one["timestamp"].get<std::int64_t>()}}) ==
              Verdict::accepted);
    }
}

TEST_CASE("each flipped byte of body or signature is refused") {
    for (const char* name : {"hmac_defaults", "hmac_body_only_seed_style", "hmac_as_standard_webhooks"}) {
        const Vector good = vector_named(name);
        for (std::size_t i = 0; i < good.body.size(); ++i) {
            Vector bad = good;
            bad.body[i] = static_cast<char>(bad.body[i] ^ 1);
            CHECK(judged(bad) == Verdict::mismatch);
        }
        for (std::size_t field = 0; field < good.head.fields.size(); ++field) {
            for (std::size_t i = 0; i < good.head.fields[field].second.size(); ++i) {
                Vector bad = good;
                bad.head.fields[field].second[i] ^= 1;
                CHECK(judged(bad) == Verdict::mismatch);
            }
        }
    }
}

TEST_CASE("a signature in base64 has one spelling: no blanks, no letters that mean the same") {
    const Vector good = vector_named("hmac_as_standard_webhooks");
    const auto of = [&](const std::string& mac) {
        Vector v = good;
        for (auto& [name, value] : v.head.fields) {
            if (name == "webhook-signature") value = mac;
        }
        return judged(v);
    };
    const std::string mac =
        std::ranges::find(good.head.fields, "webhook-signature", &Fields::value_type::first)->second;
    REQUIRE(of(mac) == Verdict::accepted);
    REQUIRE(mac.ends_with("="));
    std::string sibling =
        mac;  // the last letter carries four bits, the two others are dropped by most decoders
    sibling[sibling.size() - 2] = static_cast<char>(sibling[sibling.size() - 2] + 1);
    CHECK(of(sibling) == Verdict::mismatch);
    CHECK(of("v1,\t\t\t\t" + mac.substr(3)) == Verdict::mismatch);
}

TEST_CASE("a timestamp counts for 300 seconds to both sides, in seconds or milliseconds") {
    for (const char* name : {"hmac_defaults", "hmac_as_standard_webhooks"}) {
        const Vector v = vector_named(name);
        CHECK(judged(v, signed_at + 300s) == Verdict::accepted);
        CHECK(judged(v, signed_at - 300s) == Verdict::accepted);
        CHECK(judged(v, signed_at + 301s) == Verdict::stale);
        CHECK(judged(v, signed_at - 301s) == Verdict::stale);
    }
    Vector milliseconds = vector_named("hmac_defaults");
    const std::string mac =
        to_hex(hmac_sha256(milliseconds.secrets[0], "1795256190500." + milliseconds.body));
    milliseconds.head.fields = Fields{{"x-signature", mac}, {"x-timestamp", "1795256190500"}};
    CHECK(judged(milliseconds) == Verdict::accepted);
    CHECK(judged(milliseconds, signed_at + 302s) == Verdict::stale);
}

TEST_CASE("a changed timestamp, or one that is no number, proves nothing") {
    for (const char* timestamp : {"1795256191", "", "-1", "1e9", "99999999999", "99999999999999999",
                                  "999999999999999999", "99999999999999999999"}) {
        Vector v = vector_named("hmac_defaults");
        for (auto& [name, value] : v.head.fields) {
            if (name == "x-timestamp") value = timestamp;
        }
        CHECK(judged(v) == Verdict::mismatch);
    }
}

TEST_CASE("one of several signatures is enough, unknown versions are none, a field given twice is refused") {
    Vector v = vector_named("hmac_as_standard_webhooks");
    auto& signature =
        std::ranges::find(v.head.fields, "webhook-signature", &Fields::value_type::first)->second;
    const std::string good = signature;
    signature = "v1,AAAA v9,whatever " + good;
    CHECK(judged(v) == Verdict::accepted);
    signature = "v0" + good.substr(2) + " v1a" + good.substr(2);
    CHECK(judged(v) == Verdict::mismatch);
    signature = good;
    v.head.fields.emplace_back("webhook-signature", good);
    CHECK(judged(v) == Verdict::mismatch);
}

TEST_CASE("a bad signature is not saved by a good secret in a weaker header") {
    Vector v = vector_named("hmac_defaults");
    v.body += " ";
    v.head.fields.emplace_back("x-vapi-secret", v.secrets[0]);
    CHECK(judged(v) == Verdict::mismatch);
}

TEST_CASE("the header of the signature over the body alone can be named by configuration") {
    Vector v = vector_named("hmac_body_only_seed_style");
    v.head.fields[0].first = "x-acme-signature";
    CHECK(judged(v) == Verdict::not_signed);
    CHECK(verify(v.head, v.body, v.secrets, signed_at, {"x-acme-signature", 300s}) == Verdict::accepted);
}

TEST_CASE("what is stored of the headers holds no secret") {
    Vector v = vector_named("hmac_defaults");
    v.head.fields.emplace_back("x-vapi-secret", "secret");
    v.head.fields.emplace_back("authorization", "Bearer secret");
    v.head.fields.emplace_back("cookie", "secret");
    const auto kept = signature_fields(v.head, {});
    CHECK(kept.size() == 2);
    for (const auto& field : kept) CHECK(field.second != "secret");
}

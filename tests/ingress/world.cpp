#include "tests/ingress/world.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "activities/secrets/secret_box.hpp"
#include "api/bench/ingress_load.hpp"
#include "api/ingress/columns.hpp"

namespace test {

namespace {

void add_organization(const Database& database, const std::string& id, const std::string& status) {
    database.execute(
        fmt::format("insert into app.organizations (id, name, slug, status, billing_period_start, "
                    "billing_period_end) values ('{}', 'Acme', '{}', '{}', now(), now() + interval '30 d')",
                    id, id, status));
}

void add_secret(const Database& database, const callflex::SecretBox& box) {
    const std::string id = "0199f0a4-0000-7000-8000-0000000000a1";
    const auto context = callflex::SecretBox::organization_context(World::organization, "vapi", id);
    const auto sealed = box.seal(World::secret, context);
    database.execute(fmt::format(
        "insert into app.organization_secrets (organization_id, id, vendor, ciphertext, key_id) "
        "values ('{}', '{}', 'vapi', '{}', '{}')",
        World::organization, id, callflex::ingress::bytea_text(sealed.ciphertext), sealed.key_id));
}

}  // namespace

World::World(const std::function<void(callflex::ingress::IngressOptions&)>& change) {
    add_organization(database, organization, "active");
    add_organization(database, other_organization, "trialing");
    add_organization(database, disabled_organization, "canceled");
    options.secrets_key = callflex::SecretBox::generate_key("test");
    add_secret(database, callflex::SecretBox{options.secrets_key});
    options.database_url = database.url();
    options.port = 0;
    options.platform_secrets = {platform_secret};
    if (change) change(options);
    ingress = std::make_unique<callflex::ingress::Ingress>(options);
    ingress->start();
}

std::string World::rows() const {
    return value(
        "select (select count(*) from app.inbound_webhooks) || ' ' || (select count(*) from app.calls) || ' "
        "' "
        "|| (select count(*) from engine.runs)");
}

std::optional<Answer> World::post(const std::string& body) const {
    return exchange(port(), signed_request(organization, body, secret));
}

std::string request_with(const std::string& organization, const std::string& body, const std::string& lines) {
    return fmt::format(
        "POST /api/webhooks/vapi/{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "{}Content-Length: {}\r\n\r\n{}",
        organization, lines, body.size(), body);
}

std::string signed_request(const std::string& organization, const std::string& body,
                           const std::string& secret, std::chrono::seconds age) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - age;
    const std::string timestamp = std::to_string(now.time_since_epoch().count());
    const auto mac = callflex::ingress::hmac_sha256(secret, timestamp + "." + body);
    return request_with(
        organization, body,
        fmt::format("X-Timestamp: {}\r\nX-Signature: {}\r\n", timestamp, callflex::ingress::to_hex(mac)));
}

std::string report_of(const std::string& call) {
    return callflex::bench::sample_report(call, 2048);
}

std::string status_of(const std::string& call, const std::string& status) {
    return fmt::format(R"({{"message":{{"type":"status-update","status":"{}","call":{{"id":"{}",)"
                       R"("type":"inboundPhoneCall","customer":{{"number":"+15550100123"}}}}}}}})",
                       status, call);
}

std::string payload(const std::string& name) {
    std::ifstream file{std::string{CALLFLEX_SOURCE_DIR} + "/tests/ingress/payloads/" + name,
                       std::ios::binary};
    if (!file) throw std::runtime_error{"no payload " + name};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

}  // namespace test

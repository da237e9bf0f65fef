#include "api/dev/seed.hpp"

#include <sodium.h>

#include <array>
#include <optional>

#include "activities/secrets/secret_box.hpp"
#include "activities/tenancy.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "api_sql.hpp"

namespace callflex {

namespace {

constexpr const char* organization_id = "0199f0a4-0000-7000-8000-000000000001";
constexpr const char* assistant_id = "0199f0a4-0000-7000-8000-000000000002";
constexpr const char* phone_number_id = "0199f0a4-0000-7000-8000-000000000003";
constexpr const char* organization_name = "Northside Heating";
constexpr const char* endpoint_description = "Northside's own system, in the sandbox";

std::string hex_of(std::string_view bytes) {
    std::string hex(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size());
    hex.pop_back();
    return hex;
}

std::string bytes_of(const std::string& hex) {
    std::string bytes(hex.size() / 2, '\0');
    sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(), hex.size(),
                   nullptr, nullptr, nullptr);
    return bytes;
}

std::string random_secret() {
    std::array<char, 24> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return "vapi-dev-" + hex_of({bytes.data(), bytes.size()});
}

/// The newest secret that our keys open; those that they do not open are retired, since nobody could use
/// them.
std::optional<std::string> usable_secret(pqxx::work& tx, const SecretBox& box) {
    std::optional<std::string> usable;
    for (const auto& row : tx.exec_params(std::string{api::sql::seed_find_secrets}, organization_id)) {
        const auto id = row["id"].as<std::string>();
        try {
            const SealedSecret sealed{bytes_of(row["ciphertext"].as<std::string>()),
                                      row["key_id"].as<std::string>()};
            const std::string secret =
                box.open(sealed, SecretBox::organization_context(organization_id, "vapi", id));
            if (!usable) usable = secret;
        } catch (const SecretError&) {
            tx.exec_params(std::string{api::sql::seed_retire_secret}, organization_id, id);
        }
    }
    return usable;
}

std::string add_secret(pqxx::work& tx, const SecretBox& box, const std::string& organization) {
    const std::string secret = random_secret();
    const auto id = tx.exec1(std::string{api::sql::seed_new_id})[0].as<std::string>();
    const SealedSecret sealed = box.seal(secret, SecretBox::organization_context(organization, "vapi", id));
    tx.exec_params(std::string{api::sql::seed_add_secret}, organization, id, hex_of(sealed.ciphertext),
                   sealed.key_id);
    return secret;
}

/// The secret of an endpoint that still leads there; none when it leads elsewhere, or its secret does not open.
std::optional<std::string> secret_of(pqxx::work& tx, const SecretBox& box, const webhooks::Endpoint& endpoint,
                                     const std::string& url) {
    if (endpoint.url != url) return std::nullopt;
    try {
        const auto secrets = webhooks::active_secrets(tx, box, organization_id, endpoint.id);
        return secrets.empty() ? std::nullopt : std::optional{secrets.front()};
    } catch (const SecretError&) {
        return std::nullopt;
    }
}

void add_endpoint(pqxx::work& tx, const SecretBox& box, const std::string& url, SeededOrganization& seeded) {
    const webhooks::NewEndpoint wanted{.url = url, .description = endpoint_description, .allow_http = true};
    const auto created = webhooks::create_endpoint(tx, box, seeded.organization_id, wanted, true);
    seeded.webhook_endpoint = created.id;
    seeded.webhook_secret = created.secret;
}

void seed_endpoint(pqxx::work& tx, const SecretBox& box, const std::string& url, SeededOrganization& seeded) {
    for (const auto& endpoint : webhooks::list_endpoints(tx, organization_id)) {
        if (endpoint.description != endpoint_description) continue;
        if (const auto secret = secret_of(tx, box, endpoint, url)) {
            seeded.webhook_endpoint = endpoint.id;
            seeded.webhook_secret = *secret;
            return;
        }
        webhooks::remove_endpoint(tx, organization_id, endpoint.id);
    }
    add_endpoint(tx, box, url, seeded);
}

}  // namespace

SeededOrganization seed_demo_organization(pqxx::connection& connection, const std::string& secrets_key,
                                          const std::string& webhook_url) {
    const SecretBox box{secrets_key};
    pqxx::work tx{connection};
    act_for_everybody(tx);
    tx.exec_params(std::string{api::sql::seed_demo_organization}, organization_id, assistant_id,
                   phone_number_id);
    const std::optional<std::string> known = usable_secret(tx, box);
    const std::string secret = known ? *known : add_secret(tx, box, organization_id);
    SeededOrganization seeded{organization_id, organization_name, secret};
    if (!webhook_url.empty()) seed_endpoint(tx, box, webhook_url, seeded);
    tx.commit();
    return seeded;
}

SeededOrganization add_neighbour(pqxx::connection& connection, const std::string& secrets_key, int number,
                                 const std::string& webhook_url) {
    const SecretBox box{secrets_key};
    pqxx::work tx{connection};
    act_for_everybody(tx);
    const auto row = tx.exec_params1(std::string{api::sql::seed_neighbour}, organization_id, number);
    SeededOrganization added{row[0].as<std::string>(), row[1].as<std::string>(), {}};
    added.vapi_secret = add_secret(tx, box, added.organization_id);
    if (!webhook_url.empty()) add_endpoint(tx, box, webhook_url, added);
    tx.commit();
    return added;
}

}  // namespace callflex

#include "activities/webhooks/endpoints.hpp"

#include <algorithm>

#include "activities/webhooks/custom_headers.hpp"
#include "activities/webhooks/row_values.hpp"
#include "activities/webhooks/sealed_text.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::webhooks {
namespace {

constexpr std::size_t description_bytes_max = 500;
constexpr std::size_t event_types_max = 50;

bool is_event_type(const std::string& type) {
    const bool characters = std::ranges::all_of(type, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
    return characters && !type.empty() && type.size() <= 100;
}

void check(const NewEndpoint& wanted) {
    if (wanted.description.size() > description_bytes_max)
        throw BadEndpoint("a description of more than 500 bytes");
    if (wanted.event_types.size() > event_types_max) throw BadEndpoint("more than 50 event types");
    for (const std::string& type : wanted.event_types) {
        if (!is_event_type(type)) throw BadEndpoint("an event type that is not like call.completed");
    }
    if (wanted.max_in_flight < 1 || wanted.max_in_flight > 4)
        throw BadEndpoint("tries at once: expected 1 to 4");
    check_custom_headers(wanted.headers);
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> items;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        items.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return items;
}

std::string new_id(pqxx::transaction_base& tx) {
    return tx.exec1(std::string{sql::webhook_new_id})[0].as<std::string>();
}

void add_secret(pqxx::transaction_base& tx, const SecretBox& box, const std::string& organization_id,
                const std::string& endpoint_id, const std::string& secret) {
    const std::string id = new_id(tx);
    const SealedSecret sealed = box.seal(secret, secret_context(organization_id, endpoint_id, id));
    durable::exec(tx, sql::webhook_add_secret, organization_id, endpoint_id, id, to_hex(sealed.ciphertext),
                  sealed.key_id);
}

Endpoint endpoint_of(const pqxx::row& row) {
    Endpoint endpoint;
    endpoint.id = row["id"].as<std::string>();
    endpoint.url = row["url"].as<std::string>();
    endpoint.description = row["description"].as<std::string>();
    endpoint.event_types = split(row["event_types"].as<std::string>());
    endpoint.status = row["status"].as<std::string>();
    endpoint.disabled_reason = optional_of<std::string>(row["disabled_reason"]);
    endpoint.max_in_flight = row["max_in_flight"].as<int>();
    endpoint.allow_http = row["allow_http"].as<bool>();
    endpoint.has_headers = row["has_headers"].as<bool>();
    endpoint.consecutive_failures = row["consecutive_failures"].as<int>();
    endpoint.circuit_open = row["open"].as<bool>();
    endpoint.circuit_open_until = moment_of(row["circuit_open_until"]);
    endpoint.failing_since = moment_of(row["failing_since"]);
    endpoint.last_success_at = moment_of(row["last_success_at"]);
    endpoint.last_failure_at = moment_of(row["last_failure_at"]);
    endpoint.created_at = *moment_of(row["created_at"]);
    endpoint.pending = row["pending"].as<std::int64_t>();
    endpoint.dead = row["dead"].as<std::int64_t>();
    endpoint.active_secrets = row["active_secrets"].as<int>();
    return endpoint;
}

void require(const pqxx::result& changed, const std::string& endpoint_id) {
    if (changed.affected_rows() == 0) throw NotFound("the organization has no endpoint " + endpoint_id);
}

void require_uuid(const std::string& id) {
    if (!durable::Uuid::parse(id)) throw NotFound("not an id: expected a UUID");
}

}  // namespace

CreatedEndpoint create_endpoint(pqxx::transaction_base& tx, const SecretBox& box,
                                const std::string& organization_id, const NewEndpoint& wanted,
                                bool allow_private) {
    check(wanted);
    const http::Url url =
        endpoint_url(wanted.url, {.allow_http = wanted.allow_http, .allow_private = allow_private});
    CreatedEndpoint created{new_id(tx), to_text(url), generate_secret(wanted.secret_kind)};
    std::optional<SealedSecret> headers;
    if (!wanted.headers.empty())
        headers = box.seal(to_text(wanted.headers), headers_context(organization_id, created.id));
    const std::string ciphertext = headers ? to_hex(headers->ciphertext) : "";
    durable::exec(tx, sql::webhook_add_endpoint, organization_id, created.id, created.url, wanted.description,
                  joined(wanted.event_types), wanted.max_in_flight, wanted.allow_http,
                  headers ? ciphertext.c_str() : nullptr, headers ? headers->key_id.c_str() : nullptr);
    add_secret(tx, box, organization_id, created.id, created.secret);
    return created;
}

std::vector<Endpoint> list_endpoints(pqxx::transaction_base& tx, const std::string& organization_id) {
    std::vector<Endpoint> endpoints;
    const char* all = nullptr;
    for (const auto& row : durable::exec(tx, sql::webhook_list_endpoints, organization_id, all))
        endpoints.push_back(endpoint_of(row));
    return endpoints;
}

Endpoint find_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                       const std::string& endpoint_id) {
    require_uuid(endpoint_id);
    const auto rows = durable::exec(tx, sql::webhook_list_endpoints, organization_id, endpoint_id);
    require(rows, endpoint_id);
    return endpoint_of(rows[0]);
}

std::string rotate_secret(pqxx::transaction_base& tx, const SecretBox& box,
                          const std::string& organization_id, const std::string& endpoint_id,
                          std::chrono::seconds overlap) {
    static_cast<void>(find_endpoint(tx, organization_id, endpoint_id));
    const auto known = active_secrets(tx, box, organization_id, endpoint_id);
    const SecretKind kind = known.empty() ? SecretKind::symmetric : kind_of(known.front());
    durable::exec(tx, sql::webhook_expire_secrets, organization_id, endpoint_id,
                  static_cast<std::int64_t>(overlap.count()));
    std::string secret = generate_secret(kind);
    add_secret(tx, box, organization_id, endpoint_id, secret);
    return secret;
}

std::vector<std::string> active_secrets(pqxx::transaction_base& tx, const SecretBox& box,
                                        const std::string& organization_id, const std::string& endpoint_id) {
    std::vector<std::string> secrets;
    const auto rows = durable::exec(tx, sql::webhook_active_secrets, organization_id, endpoint_id);
    for (const auto& row : rows) {
        const SealedSecret sealed{from_hex(row["ciphertext"].as<std::string>()),
                                  row["key_id"].as<std::string>()};
        secrets.push_back(
            box.open(sealed, secret_context(organization_id, endpoint_id, row["id"].as<std::string>())));
    }
    return secrets;
}

void enable_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                     const std::string& endpoint_id) {
    require_uuid(endpoint_id);
    require(durable::exec(tx, sql::webhook_enable_endpoint, organization_id, endpoint_id), endpoint_id);
}

void disable_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                      const std::string& endpoint_id, const std::string& reason) {
    require_uuid(endpoint_id);
    if (reason.empty() || reason.size() > 500) throw BadEndpoint("a reason of 1 to 500 bytes is needed");
    require(durable::exec(tx, sql::webhook_disable_endpoint, organization_id, endpoint_id, reason),
            endpoint_id);
}

void remove_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                     const std::string& endpoint_id) {
    require_uuid(endpoint_id);
    require(durable::exec(tx, sql::webhook_remove_endpoint, organization_id, endpoint_id), endpoint_id);
}

}  // namespace callflex::webhooks

#pragma once
// Customers' endpoints in the database: what the CLI and the API do with them. Every function takes part in the
// caller's transaction, which acts for the organization (tenancy.hpp).

#include <chrono>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <vector>

#include "activities/http/message.hpp"
#include "activities/secrets/secret_box.hpp"
#include "activities/webhooks/endpoint_url.hpp"
#include "activities/webhooks/signing.hpp"
#include "engine/workflow/time.hpp"

namespace callflex::webhooks {

/// No endpoint or delivery of that id in this organization.
class NotFound : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
/// What is asked for cannot be stored: says what is wrong.
class BadEndpoint : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

struct NewEndpoint {
    std::string url;
    std::string description{};
    std::vector<std::string> event_types{};  ///< empty: all of them
    int max_in_flight = 2;                   ///< 1 to 4
    bool allow_http = false;
    std::vector<http::Header> headers{};  ///< sent with every delivery, see custom_headers.hpp
    SecretKind secret_kind = SecretKind::symmetric;
};

struct CreatedEndpoint {
    std::string id;
    std::string url;     ///< as it is stored and called
    std::string secret;  ///< shown once; afterwards only its sealed form exists
};

/// Throws BadEndpoint, http::BadUrl, BadCustomHeader, SecretError.
[[nodiscard]] CreatedEndpoint create_endpoint(pqxx::transaction_base& tx, const SecretBox& box,
                                              const std::string& organization_id, const NewEndpoint& wanted,
                                              bool allow_private);

struct Endpoint {
    std::string id;
    std::string url;
    std::string description;
    std::vector<std::string> event_types;
    std::string status;  ///< enabled, disabled
    std::optional<std::string> disabled_reason;
    int max_in_flight = 0;
    bool allow_http = false;
    bool has_headers = false;
    int consecutive_failures = 0;
    bool circuit_open = false;
    std::optional<durable::Timestamp> circuit_open_until;
    std::optional<durable::Timestamp> failing_since;
    std::optional<durable::Timestamp> last_success_at;
    std::optional<durable::Timestamp> last_failure_at;
    durable::Timestamp created_at;
    std::int64_t pending = 0;  ///< deliveries under way
    std::int64_t dead = 0;     ///< dead letters
    int active_secrets = 0;
};

[[nodiscard]] std::vector<Endpoint> list_endpoints(pqxx::transaction_base& tx,
                                                   const std::string& organization_id);
/// Throws NotFound.
[[nodiscard]] Endpoint find_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                                     const std::string& endpoint_id);

/// A new secret of the same kind; the ones so far go on working for `overlap`. Throws NotFound, SecretError.
[[nodiscard]] std::string rotate_secret(pqxx::transaction_base& tx, const SecretBox& box,
                                        const std::string& organization_id, const std::string& endpoint_id,
                                        std::chrono::seconds overlap);
/// Those that a delivery is signed with now, the newest first. Throws SecretError.
[[nodiscard]] std::vector<std::string> active_secrets(pqxx::transaction_base& tx, const SecretBox& box,
                                                      const std::string& organization_id,
                                                      const std::string& endpoint_id);

/// All throw NotFound.
void enable_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                     const std::string& endpoint_id);
void disable_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                      const std::string& endpoint_id, const std::string& reason);
void remove_endpoint(pqxx::transaction_base& tx, const std::string& organization_id,
                     const std::string& endpoint_id);

}  // namespace callflex::webhooks

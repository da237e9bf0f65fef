#pragma once
// The demo organization of `callflex dev`: a business with an assistant, a number, a secret for VAPI's
// webhooks, an owner who wants to hear of every call by SMS (+15550100400) and e-mail, numbers to transfer calls to,
// business hours, and a system of its own that gets our webhooks.

#include <pqxx/pqxx>
#include <string>

namespace callflex {

struct SeededOrganization {
    std::string organization_id;
    std::string name;
    std::string vapi_secret;         ///< in clear: what VAPI would send
    std::string webhook_endpoint{};  ///< id of the endpoint
    std::string webhook_secret{};    ///< "whsec_...", in clear: what its receiver verifies with
};

/// In one transaction; may be repeated: what is there stays, and the same secrets are given back. A secret that
/// `secrets_key` (CALLFLEX_SECRETS_KEY) does not open is retired and replaced, and so is an endpoint that no longer
/// leads to `webhook_url`; "" seeds none. Throws SecretError for a malformed key. The connection's role must be allowed
/// to write schema app.
[[nodiscard]] SeededOrganization seed_demo_organization(pqxx::connection& connection,
                                                        const std::string& secrets_key,
                                                        const std::string& webhook_url = {});
/// One more business like it, which is there already; it has no assistant and no number of its own, and its owner hears
/// of calls at +15550104<number>. `number` (up to 999) tells it apart: the same one twice is refused. "" as webhook_url:
/// it has no endpoint.
[[nodiscard]] SeededOrganization add_neighbour(pqxx::connection& connection, const std::string& secrets_key,
                                               int number, const std::string& webhook_url);

}  // namespace callflex

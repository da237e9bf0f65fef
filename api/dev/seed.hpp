#pragma once
// The demo organization of `callflex dev`: a business with an assistant, a number, a secret for VAPI's
// webhooks, and an owner who wants to hear of every call by SMS (+15550100400) and e-mail.

#include <pqxx/pqxx>
#include <string>

namespace callflex {

struct SeededOrganization {
    std::string organization_id;
    std::string name;
    std::string vapi_secret;  ///< in clear: what VAPI would send
};

/// In one transaction; may be repeated: what is there stays, and the same secret is given back. A secret that
/// `secrets_key` (CALLFLEX_SECRETS_KEY) does not open is retired and replaced. Throws SecretError for a
/// malformed key. The connection's role must be allowed to write schema app.
[[nodiscard]] SeededOrganization seed_demo_organization(pqxx::connection& connection,
                                                        const std::string& secrets_key);

}  // namespace callflex

#pragma once
// A customer's endpoint for outgoing webhooks, as support staff would add it.

#include <string>

#include "tests/support/database.hpp"

namespace test {

/// At any address, http and private ones included; with a secret that nobody is told.
void add_customer_endpoint(const Database& database, const std::string& secrets_key,
                           const std::string& organization_id, const std::string& url);

}  // namespace test

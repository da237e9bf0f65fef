#include "tests/faults/customer_endpoint.hpp"

#include "activities/secrets/secret_box.hpp"
#include "activities/tenancy.hpp"
#include "activities/webhooks/endpoints.hpp"

namespace test {

void add_customer_endpoint(const Database& database, const std::string& secrets_key,
                           const std::string& organization_id, const std::string& url) {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    callflex::act_for(tx, organization_id);
    callflex::webhooks::NewEndpoint wanted;
    wanted.url = url;
    wanted.allow_http = true;
    (void)callflex::webhooks::create_endpoint(tx, callflex::SecretBox{secrets_key}, organization_id, wanted,
                                              true);
    tx.commit();
}

}  // namespace test

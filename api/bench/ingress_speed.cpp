#include "api/bench/ingress_speed.hpp"

#include <pqxx/pqxx>

#include "api/dev/keys.hpp"
#include "api/dev/seed.hpp"
#include "api/ingress/ingress.hpp"
#include "api_sql.hpp"

namespace callflex::bench {

IngressSpeed measure_ingress(BenchServer& server, std::chrono::seconds duration) {
    const auto database = server.make_database("ingress");
    const std::string secrets_key = dev_secrets_key({}, true);
    pqxx::connection connection{database->url()};
    const SeededOrganization organization = seed_demo_organization(connection, secrets_key);

    ingress::IngressOptions options;
    options.database_url = database->url();
    options.port = 0;
    options.secrets_key = secrets_key;
    ingress::Ingress ingress{std::move(options)};
    ingress.start();

    IngressSpeed speed;
    speed.load = run_ingress_load({.port = ingress.port(),
                                   .organization = organization.organization_id,
                                   .secret = organization.vapi_secret,
                                   .connections = 64,
                                   .duration = duration});
    ingress.stop();
    speed.stored = pqxx::nontransaction{connection}
                       .exec(std::string{api::sql::bench_stored_reports})[0][0]
                       .as<std::int64_t>();
    return speed;
}

}  // namespace callflex::bench

#include "api/dev/dev.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>
#include <stdexcept>

#include "api/cluster/private_cluster.hpp"
#include "api/dev/household.hpp"
#include "api/dev/keys.hpp"
#include "api/dev/page.hpp"
#include "api/dev/seed.hpp"
#include "api/ingress/live_token.hpp"
#include "api/stop_signals.hpp"
#include "api_sql.hpp"
#include "schema/migrate.hpp"

namespace callflex {
namespace {

constexpr const char* database_name = "callflex";
constexpr const char* application_login = "callflex_dev";
constexpr const char* customer_name = "northside";  ///< of its system in the sandbox

/// Database, role and schema of the cluster, made if they are missing.
SeededOrganization prepare_database(const PrivateCluster& cluster, const std::string& secrets_key,
                                    const std::string& webhook_url) {
    {
        pqxx::connection connection{cluster.url()};
        pqxx::nontransaction tx{connection};
        if (tx.exec(std::string{api::sql::dev_database_exists}).empty())
            tx.exec(std::string{api::sql::dev_create_database});
    }
    pqxx::connection connection{cluster.url(database_name)};
    schema::migrate(connection);
    {
        pqxx::work tx{connection};
        tx.exec(std::string{api::sql::dev_create_login});
        tx.commit();
    }
    return seed_demo_organization(connection, secrets_key, webhook_url);
}

/// What every child gets: the database as the application's role, and the sandbox in the vendors' place.
std::map<std::string, std::string> environment(const DevPlaces& places, const DevKeys& keys,
                                               const SeededOrganization& organization,
                                               const std::filesystem::path& data) {
    const std::string& sandbox = places.sandbox_url;
    return {{"CALLFLEX_CONFIG", "/dev/null"},  // what is installed on this machine is not meant
            {"DATABASE_URL", places.database_url},
            {"API_URL", places.ingress_url},
            {"APP_URL", sandbox},
            {"CALLFLEX_SECRETS_KEY", keys.secrets_key},
            {"LIVE_TOKEN_KEY", keys.live_token_key},
            {"WEBHOOK_ALLOW_PRIVATE", "1"},
            {"CALLFLEX_STORAGE_ROOT", (data / "recordings").string()},
            {"VAPI_API_KEY", "dev-vapi-key"},
            {"VAPI_BASE_URL", sandbox + "/vapi"},
            {"VAPI_CONTROL_HOSTS", sandbox},
            {"TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"},
            {"TWILIO_AUTH_TOKEN", "dev-twilio-token"},
            {"TWILIO_SMS_FROM", "+15550100200"},
            {"TWILIO_BASE_URL", sandbox + "/twilio"},
            {"RESEND_API_KEY", "re_dev_key"},
            {"RESEND_BASE_URL", sandbox + "/resend"},
            {"STRIPE_SECRET_KEY", "sk_test_dev"},
            {"STRIPE_BASE_URL", sandbox + "/stripe"},
            {"STRIPE_METER_ID", "mtr_sandbox"},
            {"STRIPE_WEBHOOK_SECRET", keys.stripe_webhook_secret},
            {"SANDBOX_CUSTOMER_SECRETS", fmt::format("{}={}", customer_name, organization.webhook_secret)}};
}

DevPlaces choose_places(const DevOptions& options, const PrivateCluster& cluster) {
    DevPlaces places;
    places.ingress_port = options.ingress_port != 0 ? options.ingress_port : free_port();
    places.sandbox_port = options.sandbox_port != 0 ? options.sandbox_port : free_port();
    places.ingress_url = fmt::format("http://127.0.0.1:{}", places.ingress_port);
    places.sandbox_url = fmt::format("http://127.0.0.1:{}", places.sandbox_port);
    places.database_url = cluster.url(database_name, application_login);
    places.owner_url = cluster.url(database_name);
    places.postgres = cluster.pid();
    return places;
}

std::string live_url(const DevPlaces& places, const std::string& organization_id,
                     const std::string& live_token_key) {
    const auto tomorrow = std::chrono::system_clock::now() + std::chrono::hours{24};
    return fmt::format("{}/api/live/{}?token={}", places.ingress_url, organization_id,
                       ingress::live_token(organization_id, tomorrow, live_token_key));
}

}  // namespace

std::filesystem::path default_dev_directory() {
    return ::geteuid() == 0 ? std::filesystem::path{"/var/lib/callflex-dev"}
                            : std::filesystem::path{".callflex"};
}

int run_dev(const DevOptions& options) {
    const StopSignals signals;
    const auto data = std::filesystem::absolute(options.data_directory);
    std::filesystem::create_directories(data);
    ClusterOptions cluster_options;
    if (!options.ephemeral) cluster_options.data_directory = data / "postgres";
    const PrivateCluster cluster(std::move(cluster_options));

    const DevKeys keys = dev_keys(data, options.ephemeral);
    DevPlaces places = choose_places(options, cluster);
    places.logs = data / "logs";
    const SeededOrganization organization = prepare_database(
        cluster, keys.secrets_key, fmt::format("{}/customers/{}", places.sandbox_url, customer_name));
    places.live_url = live_url(places, organization.organization_id, keys.live_token_key);
    places.environment = environment(places, keys, organization, data);
    places.environment_file = data / "environment";
    write_environment(places);

    Household household({.program = options.program,
                         .logs = places.logs,
                         .database_url = places.database_url,
                         .sandbox_port = places.sandbox_port,
                         .ingress_port = places.ingress_port,
                         .workers = options.workers,
                         .environment = places.environment});
    places.processes = household.supervisor().running();
    if (options.json) {
        print_json(places, organization);
    } else {
        print_page(places, organization, options.ephemeral ? "temporary" : (data / "postgres").string());
    }

    while (!signals.came_within(std::chrono::milliseconds{200})) {
        for (const auto& died : household.supervisor().tend()) {
            fmt::print(stderr, "{} (process {}) ended: {}; it is started again\n", died.name, died.pid,
                       died.how);
        }
    }
    if (!options.json) fmt::print("\nStopping: ingress and workers finish what they hold ...\n");
    household.supervisor().stop(std::chrono::seconds{15});
    if (!options.json) fmt::print("Stopped. Nothing is left running.\n");
    return 0;
}

}  // namespace callflex

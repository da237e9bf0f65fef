#include "api/bench/product.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>
#include <stdexcept>

#include "api/bench/product_worker.hpp"
#include "api/dev/keys.hpp"
#include "api/dev/seed.hpp"
#include "api_sql.hpp"

namespace callflex::bench {
namespace {

/// Businesses whose calls take turns: of one alone, its own system would take its webhooks two at a time, and that
/// would be what is measured.
constexpr int customers = 20;
constexpr int report_connections = 16;

}  // namespace

std::vector<Reporter> seed_customers(const std::string& url, const std::string& secrets_key,
                                     const std::string& sandbox_url) {
    const auto webhook_url = [&](int number) { return fmt::format("{}/customers/{}", sandbox_url, number); };
    pqxx::connection connection{url};
    std::vector<Reporter> reporters;
    for (int number = 1; number <= customers; ++number) {
        const SeededOrganization seeded =
            number == 1 ? seed_demo_organization(connection, secrets_key, webhook_url(number))
                        : add_neighbour(connection, secrets_key, number, webhook_url(number));
        reporters.push_back({seeded.organization_id, seeded.vapi_secret});
    }
    pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_roomy_plans});
    return reporters;
}

Product::Product(const BenchDatabase& database)
    : url_(database.url()),
      secrets_key_(dev_secrets_key({}, true)),
      reporters_(seed_customers(url_, secrets_key_, sandbox_.url())) {
    ingress::IngressOptions options;
    options.database_url = url_;
    options.port = 0;
    options.secrets_key = secrets_key_;
    ingress_ = std::make_unique<ingress::Ingress>(std::move(options));
    ingress_->start();
}

Product::~Product() {
    ingress_->stop();
}

std::vector<std::string> Product::end_calls(int count) {
    auto load = run_ingress_load({.port = ingress_->port(),
                                  .reporters = reporters_,
                                  .connections = std::min(report_connections, count),
                                  .duration = std::chrono::minutes{10},
                                  .reports = static_cast<std::size_t>(count),
                                  .recordings_url = sandbox_.url() + "/vapi/recordings",
                                  .distinct_callers = true});
    if (load.acknowledged.size() != static_cast<std::size_t>(count)) {
        throw std::runtime_error(
            fmt::format("the ingress acknowledged {} of {} reports", load.acknowledged.size(), count));
    }
    return std::move(load.acknowledged);
}

std::unique_ptr<Workers> Product::start_worker() const {
    return std::make_unique<Workers>(
        url_, 1, everything_that_ships({url_, sandbox_.url(), secrets_key_, folder_.path() / "recordings"}));
}

}  // namespace callflex::bench

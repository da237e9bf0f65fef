#include "api/bench/ingress_speed.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include "api/bench/statistics.hpp"
#include "api/bench/workload.hpp"
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
                                   .reporters = {{organization.organization_id, organization.vapi_secret}},
                                   .connections = 64,
                                   .duration = duration});
    ingress.stop();
    speed.stored = pqxx::nontransaction{connection}
                       .exec(std::string{api::sql::bench_stored_reports})[0][0]
                       .as<std::int64_t>();
    return speed;
}

Measured measure_ingress_load(const Bench& bench) {
    std::vector<double> speeds;
    std::vector<double> p50;
    std::vector<double> p99;
    std::size_t acknowledged = 0;
    std::int64_t stored = 0;
    std::uint64_t refused = 0;
    for (int round = 1; round <= bench.options.rounds; ++round) {
        bench.say(fmt::format("round {} of {}: 64 connections of signed 2 KiB reports for {} s", round,
                              bench.options.rounds, bench.options.seconds));
        const IngressSpeed speed = measure_ingress(bench.server, std::chrono::seconds{bench.options.seconds});
        speeds.push_back(speed.load.requests_per_second);
        p50.push_back(static_cast<double>(speed.load.p50.count()) / 1000);
        p99.push_back(static_cast<double>(speed.load.p99.count()) / 1000);
        acknowledged += speed.load.acknowledged.size();
        stored += speed.stored;
        refused += speed.load.refused + speed.load.broken;
    }
    // What was on its way when the time was over may be stored without having been acknowledged, never the reverse.
    const double lost = std::max(0.0, static_cast<double>(acknowledged) - static_cast<double>(stored));
    Measured measured{.workload = "ingress"};
    measured.figures = {{.name = "requests_per_second",
                         .value = median(speeds),
                         .unit = "1/s",
                         .label = "reports a second",
                         .note = "64 connections, each report committed before its 200",
                         .bar = Bar{Bar::Side::at_least, 4000}},
                        {.name = "p50_ms", .value = median(p50), .unit = "ms", .label = "p50"},
                        {.name = "p99_ms",
                         .value = median(p99),
                         .unit = "ms",
                         .label = "p99",
                         .bar = Bar{Bar::Side::at_most, 60}},
                        {.name = "acknowledged",
                         .value = static_cast<double>(acknowledged),
                         .unit = "",
                         .label = "acknowledged"},
                        {.name = "stored",
                         .value = static_cast<double>(stored),
                         .unit = "",
                         .label = "found in the database"},
                        {.name = "lost",
                         .value = lost,
                         .unit = "",
                         .label = "acknowledged and not found",
                         .bar = Bar{Bar::Side::at_most, 0}},
                        {.name = "refused",
                         .value = static_cast<double>(refused),
                         .unit = "",
                         .label = "refused or broken off"}};
    return measured;
}

}  // namespace callflex::bench

#include "api/bench/bench_server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <pqxx/pqxx>

#include "api/bench/statistics.hpp"
#include "api_sql.hpp"
#include "schema/migrate.hpp"

namespace callflex::bench {
namespace {

void administer(const std::string& url, const std::string& statement) {
    pqxx::connection connection{url};
    pqxx::nontransaction{connection}.exec(statement);
}

/// The same server, another database: libpq takes the last of two dbname.
std::string with_database(const std::string& url, const std::string& database) {
    if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return url + (url.find('?') == std::string::npos ? "?" : "&") + "dbname=" + database;
    }
    return url + " dbname=" + database;
}

}  // namespace

BenchDatabase::BenchDatabase(std::string maintenance_url, std::string name, std::string url,
                             const std::string& original)
    : maintenance_url_(std::move(maintenance_url)), name_(std::move(name)), url_(std::move(url)) {
    administer(maintenance_url_, fmt::format(fmt::runtime(api::sql::bench_create_database), name_, original));
}

BenchDatabase::~BenchDatabase() {
    try {
        administer(maintenance_url_, fmt::format(fmt::runtime(api::sql::bench_drop_database), name_));
    } catch (const std::exception& e) {
        fmt::print(stderr, "bench: database {} was not dropped: {}\n", name_, e.what());
    }
}

BenchServer::BenchServer(const std::string& database_url) : maintenance_url_(database_url) {
    if (!database_url.empty()) return;
    // Statements are counted only where a workload asks for it: tracking all of them would cost all of them.
    own_ = std::make_unique<PrivateCluster>(
        ClusterOptions{.data_directory = {},
                       .durable = true,
                       .connections_max = 200,
                       .settings = {{"shared_buffers", "1GB"},
                                    {"shared_preload_libraries", "pg_stat_statements"},
                                    {"pg_stat_statements.track", "none"}}});
    maintenance_url_ = own_->url();
}

std::unique_ptr<BenchDatabase> BenchServer::make_database(const std::string& purpose) {
    if (original_ == nullptr) {
        original_ = copy_of("template1", "original");
        pqxx::connection connection{original_->url()};
        schema::migrate(connection);
    }
    return copy_of(original_->name(), purpose);
}

std::unique_ptr<BenchDatabase> BenchServer::copy_of(const std::string& original, const std::string& purpose) {
    const std::string name = fmt::format("callflex_bench_{}_{}_{}", purpose, ::getpid(), ++serial_);
    return std::make_unique<BenchDatabase>(
        maintenance_url_, name, own_ ? own_->url(name) : with_database(maintenance_url_, name), original);
}

ServerSettings BenchServer::settings() const {
    pqxx::connection connection{maintenance_url_};
    ServerSettings settings;
    for (const auto& row : pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_settings})) {
        const auto name = row["name"].as<std::string>();
        const auto value = row["setting"].as<std::string>();
        settings.values[name] = value;
        if (!row["durable"].as<bool>()) settings.unsafe.push_back(name + " = " + value);
    }
    return settings;
}

ServerCounters BenchServer::counters(const BenchDatabase& database) const {
    pqxx::connection connection{maintenance_url_};
    const auto row = pqxx::nontransaction{connection}.exec_params(std::string{api::sql::bench_counters},
                                                                  database.name())[0];
    return {.wal_bytes = row["wal_bytes"].as<std::int64_t>(),
            .wal_records = row["wal_records"].as<std::int64_t>(),
            .wal_full_pages = row["wal_full_pages"].as<std::int64_t>(),
            .buffers = row["buffers"].as<std::int64_t>(),
            .transactions = row["transactions"].as<std::int64_t>(),
            .disk_bytes = row["disk_bytes"].as<std::int64_t>()};
}

void BenchServer::checkpoint() const {
    administer(maintenance_url_, std::string{api::sql::bench_checkpoint});
}

void BenchServer::tidy(const BenchDatabase& database) const {
    administer(database.url(), std::string{api::sql::bench_analyze});
    checkpoint();
}

std::chrono::milliseconds BenchServer::cpu() const {
    return own_ ? cpu_of_server(own_->pid()) : std::chrono::milliseconds{0};
}

}  // namespace callflex::bench

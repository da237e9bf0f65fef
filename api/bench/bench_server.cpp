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

BenchDatabase::BenchDatabase(std::string maintenance_url, std::string name, std::string url)
    : maintenance_url_(std::move(maintenance_url)), name_(std::move(name)), url_(std::move(url)) {
    administer(maintenance_url_, fmt::format(fmt::runtime(api::sql::bench_create_database), name_));
    pqxx::connection connection{url_};
    schema::migrate(connection);
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
    own_ = std::make_unique<PrivateCluster>(ClusterOptions{.data_directory = {},
                                                           .durable = true,
                                                           .connections_max = 200,
                                                           .settings = {{"shared_buffers", "1GB"}}});
    maintenance_url_ = own_->url();
}

std::unique_ptr<BenchDatabase> BenchServer::make_database(const std::string& purpose) {
    const std::string name = fmt::format("callflex_bench_{}_{}_{}", purpose, ::getpid(), ++serial_);
    return std::make_unique<BenchDatabase>(maintenance_url_, name,
                                           own_ ? own_->url(name) : with_database(maintenance_url_, name));
}

std::int64_t BenchServer::wal_bytes() const {
    pqxx::connection connection{maintenance_url_};
    return pqxx::nontransaction{connection}
        .exec(std::string{api::sql::bench_wal_position})[0][0]
        .as<std::int64_t>();
}

void BenchServer::checkpoint() const {
    administer(maintenance_url_, std::string{api::sql::bench_checkpoint});
}

std::chrono::milliseconds BenchServer::cpu() const {
    return own_ ? cpu_of_server(own_->pid()) : std::chrono::milliseconds{0};
}

}  // namespace callflex::bench

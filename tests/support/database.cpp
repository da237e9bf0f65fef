#include "tests/support/database.hpp"

#include <fmt/format.h>

#include "engine/testing/cluster/test_cluster.hpp"

namespace test {
namespace {

durable::testing::TestCluster& cluster() {
    return durable::testing::TestCluster::of_this_program();
}

}  // namespace

Database::Database(Content content) : name_(cluster().make_database(content)), owner_(owner_url()) {}
Database::~Database() {
    owner_.close();
    cluster().drop_database(name_);
}

std::string Database::url() const {
    return cluster().url(name_);
}
std::string Database::owner_url() const {
    return cluster().owner_url(name_);
}

void Database::advance(durable::Duration step) {
    execute(
        fmt::format("update engine.test_clock set shift = shift + interval '{} microseconds'", step.count()));
}

durable::Timestamp Database::now() const {
    return durable::Timestamp{
        durable::Duration{std::stoll(value("select (extract(epoch from engine.now()) * 1000000)::bigint"))}};
}

std::string Database::value(const std::string& sql) const {
    return owner_.use([&sql](pqxx::connection& session) {
        pqxx::work tx{session};
        const auto result = tx.exec(sql);
        return result.empty() || result[0][0].is_null() ? std::string{} : result[0][0].as<std::string>();
    });
}

void Database::execute(const std::string& sql) const {
    owner_.in_transaction([&sql](pqxx::work& tx) { return tx.exec(sql); });
}

EmptyDatabase::EmptyDatabase() : name_(cluster().make_database(Content::nothing)) {}
EmptyDatabase::~EmptyDatabase() {
    cluster().drop_database(name_);
}
std::string EmptyDatabase::owner_url() const {
    return cluster().owner_url(name_);
}

}  // namespace test

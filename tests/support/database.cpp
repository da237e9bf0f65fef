#include "tests/support/database.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "api/cluster/private_cluster.hpp"
#include "schema/migrate.hpp"

namespace test {
namespace {

/// The movable clock: engine.now() of a test database reads a shift that any session may change.
constexpr const char* movable_clock = R"sql(
    create table engine.test_clock (shift interval not null);
    insert into engine.test_clock values ('0');
    grant select on engine.test_clock to public;
    create or replace function engine.now() returns timestamptz
        stable parallel safe language sql
        as $$ select now() + (select shift from engine.test_clock) $$;
)sql";

/// The program's cluster with its template database. Made at first use; stopped when the program ends.
class Cluster {
  public:
    static Cluster& instance() {
        static Cluster cluster;  // test programs only: its lifetime is the program's
        return cluster;
    }

    [[nodiscard]] std::string url(const std::string& database, const std::string& user) const {
        if (own_) return own_->url(database, user);
        return fmt::format("{}&dbname={}&user={}", shared_, database, user);
    }

    /// Superuser statements on the maintenance database, one at a time.
    void administer(const std::string& sql) {
        const std::lock_guard lock(mutex_);
        pqxx::connection connection{url("postgres", "postgres")};
        pqxx::nontransaction{connection}.exec(sql);
    }

    [[nodiscard]] std::string fresh_name() { return fmt::format("test_{}_{}", ::getpid(), ++serial_); }
    [[nodiscard]] const std::string& template_name() const { return template_; }

  private:
    Cluster() {
        if (const char* given = std::getenv("CALLFLEX_TEST_CLUSTER"); given != nullptr && *given != '\0') {
            shared_ = given;
        } else {
            own_ = std::make_unique<callflex::PrivateCluster>(callflex::ClusterOptions{
                .data_directory = {},
                .durable = false,
                .connections_max = 300,
                .settings = {{"track_activities", "on"}, {"log_min_messages", "warning"}}});
        }
        template_ = fmt::format("template_{}", ::getpid());
        administer("create database " + template_);
        pqxx::connection connection{url(template_, "postgres")};
        schema::migrate(connection);
        pqxx::work tx{connection};
        tx.exec(movable_clock);
        // Roles are the cluster's, not the database's: another program may have made it.
        tx.exec(
            "do $$ begin if not exists (select from pg_roles where rolname = 'test_app') then "
            "create role test_app login in role callflex_app; end if; "
            "exception when duplicate_object or unique_violation then null; end $$");
        tx.commit();
    }

    std::unique_ptr<callflex::PrivateCluster> own_;
    std::string shared_;
    std::string template_;
    std::mutex mutex_;
    std::atomic<int> serial_ = 0;
};

}  // namespace

Database::Database() : name_(Cluster::instance().fresh_name()) {
    Cluster::instance().administer(
        fmt::format("create database {} template {}", name_, Cluster::instance().template_name()));
}

Database::~Database() {
    try {
        Cluster::instance().administer(fmt::format("drop database {} with (force)", name_));
    } catch (const std::exception& e) {
        fmt::print(stderr, "test database {} was not dropped: {}\n", name_, e.what());
    }
}

std::string Database::url() const {
    return Cluster::instance().url(name_, "test_app");
}
std::string Database::owner_url() const {
    return Cluster::instance().url(name_, "postgres");
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
    pqxx::connection connection{owner_url()};
    pqxx::work tx{connection};
    const auto result = tx.exec(sql);
    return result.empty() || result[0][0].is_null() ? std::string{} : result[0][0].as<std::string>();
}

void Database::execute(const std::string& sql) const {
    pqxx::connection connection{owner_url()};
    pqxx::work tx{connection};
    tx.exec(sql);
    tx.commit();
}

EmptyDatabase::EmptyDatabase() : name_(Cluster::instance().fresh_name()) {
    Cluster::instance().administer("create database " + name_);
}
EmptyDatabase::~EmptyDatabase() {
    try {
        Cluster::instance().administer(fmt::format("drop database {} with (force)", name_));
    } catch (const std::exception& e) {
        fmt::print(stderr, "test database {} was not dropped: {}\n", name_, e.what());
    }
}
std::string EmptyDatabase::owner_url() const {
    return Cluster::instance().url(name_, "postgres");
}

}  // namespace test

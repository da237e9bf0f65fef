#include "engine/testing/cluster/test_cluster.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <pqxx/pqxx>

#include "api/cluster/private_cluster.hpp"
#include "durable_test_cluster_sql.hpp"
#include "schema/migrate.hpp"

namespace durable::testing {

void make_clock_movable(pqxx::connection& owner) {
    pqxx::work tx{owner};
    tx.exec(std::string{cluster_sql::movable_clock});
    tx.commit();
}

class TestCluster::Impl {
  public:
    Impl() {
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
        create(template_, "template1");
        pqxx::connection connection{url(template_, "postgres")};
        schema::migrate(connection);
        make_clock_movable(connection);
        pqxx::work tx{connection};
        tx.exec(std::string{cluster_sql::test_role});
        tx.commit();
    }

    [[nodiscard]] std::string url(const std::string& database, const std::string& user) const {
        if (own_) return own_->url(database, user);
        return fmt::format("{}&dbname={}&user={}", shared_, database, user);
    }
    void create(const std::string& database, const std::string& from) {
        administer(fmt::format(fmt::runtime(cluster_sql::create_database), database, from));
    }
    /// Superuser statements on the maintenance database, one at a time.
    void administer(const std::string& statement) {
        const std::lock_guard lock(mutex_);
        pqxx::connection connection{url("postgres", "postgres")};
        pqxx::nontransaction{connection}.exec(statement);
    }
    [[nodiscard]] std::string fresh_name() { return fmt::format("test_{}_{}", ::getpid(), ++serial_); }
    [[nodiscard]] const std::string& template_name() const { return template_; }

  private:
    std::unique_ptr<callflex::PrivateCluster> own_;
    std::string shared_;
    std::string template_;
    std::mutex mutex_;  ///< one `create database` at a time: the template may have one user
    std::atomic<int> serial_ = 0;
};

TestCluster& TestCluster::of_this_program() {
    static TestCluster cluster;  // test programs only: its lifetime is the program's
    return cluster;
}

TestCluster::TestCluster() : impl_(std::make_unique<Impl>()) {}
TestCluster::~TestCluster() = default;

std::string TestCluster::make_database(bool migrated) {
    std::string name = impl_->fresh_name();
    impl_->create(name, migrated ? impl_->template_name() : "template1");
    return name;
}

void TestCluster::drop_database(const std::string& name) noexcept {
    try {
        impl_->administer(fmt::format(fmt::runtime(cluster_sql::drop_database), name));
    } catch (const std::exception& e) {
        fmt::print(stderr, "test database {} was not dropped: {}\n", name, e.what());
    }
}

std::string TestCluster::url(const std::string& database) const {
    return impl_->url(database, "test_app");
}
std::string TestCluster::owner_url(const std::string& database) const {
    return impl_->url(database, "postgres");
}

}  // namespace durable::testing

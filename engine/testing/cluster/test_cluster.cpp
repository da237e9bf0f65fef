#include "engine/testing/cluster/test_cluster.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <deque>
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
        all_months_ = fmt::format("template_{}", ::getpid());
        few_months_ = all_months_ + "_few";
        make_template_of_all_months();
        create(few_months_, all_months_);
        run_in(few_months_, cluster_sql::drop_far_months);
    }

    /// A cluster of its own goes with all that is in it.
    ~Impl() {
        if (own_) return;
        for (const auto& database : to_drop_) drop(database);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

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
        if (!administrator_) administrator_ = std::make_unique<pqxx::connection>(url("postgres", "postgres"));
        pqxx::nontransaction{*administrator_}.exec(statement);
    }
    /// Not at once: Postgres waits a tenth of a second for a session that is just ending.
    void drop_later(const std::string& database) noexcept {
        constexpr std::size_t kept_most = 4;
        std::string oldest;
        {
            const std::lock_guard lock(mutex_);
            to_drop_.push_back(database);
            if (to_drop_.size() <= kept_most) return;
            oldest = std::move(to_drop_.front());
            to_drop_.pop_front();
        }
        drop(oldest);
    }
    [[nodiscard]] std::string fresh_name() { return fmt::format("test_{}_{}", ::getpid(), ++serial_); }
    [[nodiscard]] std::string template_for(Content content) const {
        switch (content) {
            case Content::nothing:
                return "template1";
            case Content::few_months:
                return few_months_;
            case Content::all_months:
                return all_months_;
        }
        return {};
    }

  private:
    void drop(const std::string& database) noexcept {
        try {
            administer(fmt::format(fmt::runtime(cluster_sql::drop_database), database));
        } catch (const std::exception& e) {
            fmt::print(stderr, "test database {} was not dropped: {}\n", database, e.what());
        }
    }
    void make_template_of_all_months() {
        create(all_months_, "template1");
        {
            pqxx::connection connection{url(all_months_, "postgres")};
            schema::migrate(connection);
            make_clock_movable(connection);
        }
        run_in(all_months_, cluster_sql::test_role);
    }
    void run_in(const std::string& database, std::string_view statement) const {
        pqxx::connection connection{url(database, "postgres")};
        pqxx::work tx{connection};
        tx.exec(std::string{statement});
        tx.commit();
    }

    std::unique_ptr<callflex::PrivateCluster> own_;
    std::string shared_;
    std::string all_months_;
    std::string few_months_;
    std::unique_ptr<pqxx::connection> administrator_;
    std::deque<std::string> to_drop_;
    std::mutex mutex_;  ///< one `create database` at a time: the template may have one user
    std::atomic<int> serial_ = 0;
};

TestCluster& TestCluster::of_this_program() {
    static TestCluster cluster;  // test programs only: its lifetime is the program's
    return cluster;
}

TestCluster::TestCluster() : impl_(std::make_unique<Impl>()) {}
TestCluster::~TestCluster() = default;

std::string TestCluster::make_database(Content content) {
    std::string name = impl_->fresh_name();
    impl_->create(name, impl_->template_for(content));
    return name;
}

void TestCluster::drop_database(const std::string& name) noexcept {
    impl_->drop_later(name);
}

std::string TestCluster::url(const std::string& database) const {
    return impl_->url(database, "test_app");
}
std::string TestCluster::owner_url(const std::string& database) const {
    return impl_->url(database, "postgres");
}

}  // namespace durable::testing

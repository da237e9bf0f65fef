#pragma once
// The Postgres of a test program: one private cluster (or the one that CALLFLEX_TEST_CLUSTER names, which must
// be a superuser's connection string), with migrated templates from which a database with a movable clock is
// made in a twentieth of a second. Thread-safe.

#include <cstdint>
#include <memory>
#include <pqxx/connection>
#include <string>

namespace durable::testing {

/// Gives a migrated database a clock that engine.test_clock shifts, for good. Wherever it is moved to, the months
/// around it are made. As its owner.
void make_clock_movable(pqxx::connection& owner);

/// What a fresh database has.
enum class Content : std::uint8_t {
    nothing,
    few_months,  ///< the schema, with partitions from last month to the fourth ahead: a new session knows them sooner
    all_months,  ///< as migrations leave it: two years ahead
};

class TestCluster {
  public:
    /// The program's: made at first use (a second or two), stopped when the program ends. Throws
    /// callflex::ClusterError when no server is installed.
    static TestCluster& of_this_program();
    ~TestCluster();
    TestCluster(const TestCluster&) = delete;
    TestCluster& operator=(const TestCluster&) = delete;

    /// A fresh database, with a movable clock unless it is empty. Its name.
    [[nodiscard]] std::string make_database(Content content = Content::few_months);
    /// Ends its sessions. What goes wrong is told on standard error.
    void drop_database(const std::string& name) noexcept;
    /// As the application: a member of callflex_app.
    [[nodiscard]] std::string url(const std::string& database) const;
    /// As the superuser.
    [[nodiscard]] std::string owner_url(const std::string& database) const;

  private:
    TestCluster();
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::testing

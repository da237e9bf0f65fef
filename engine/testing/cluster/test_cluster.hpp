#pragma once
// The Postgres of a test program: one private cluster (or the one that CALLFLEX_TEST_CLUSTER names, which must
// be a superuser's connection string), with a migrated template from which a database with a movable clock is
// made in a tenth of a second. Thread-safe.

#include <memory>
#include <pqxx/connection>
#include <string>

namespace durable::testing {

/// Gives a migrated database a clock that engine.test_clock shifts, for good. As its owner.
void make_clock_movable(pqxx::connection& owner);

class TestCluster {
  public:
    /// The program's: made at first use (a second or two), stopped when the program ends. Throws
    /// callflex::ClusterError when no server is installed.
    static TestCluster& of_this_program();
    ~TestCluster();
    TestCluster(const TestCluster&) = delete;
    TestCluster& operator=(const TestCluster&) = delete;

    /// A fresh database: with the schema of the engine and a movable clock, or empty. Its name.
    [[nodiscard]] std::string make_database(bool migrated = true);
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

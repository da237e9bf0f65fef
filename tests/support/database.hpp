#pragma once
// A real Postgres for tests. One cluster a test program (or the one that CALLFLEX_TEST_CLUSTER names, which
// must be a superuser's connection string), one migrated database a test, made from a template in a twentieth of
// a second.
//
//   test::Database database;                 // empty, migrated, with a movable clock; dropped at the end
//   pqxx::connection c{database.url()};      // as the application's role, which owns nothing
//   database.advance(24h);                   // the database clock moves, for every session and process

#include <pqxx/pqxx>
#include <string>

#include "engine/testing/cluster/test_cluster.hpp"
#include "engine/workflow/time.hpp"
#include "tests/support/kept_session.hpp"

namespace test {

using durable::testing::Content;

class Database {
  public:
    explicit Database(Content content = Content::few_months);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// As the application: member of callflex_app.
    [[nodiscard]] std::string url() const;
    /// As the superuser: for looking behind the curtain and breaking things.
    [[nodiscard]] std::string owner_url() const;
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Moves engine.now() forward (or back, for a negative step).
    void advance(durable::Duration step);
    [[nodiscard]] durable::Timestamp now() const;

    /// One value as text, as the superuser: `database.value("select count(*) from engine.runs")`. "" for
    /// null.
    [[nodiscard]] std::string value(const std::string& sql) const;
    /// Runs a statement as the superuser.
    void execute(const std::string& sql) const;

  private:
    std::string name_;
    mutable KeptSession owner_;
};

/// A database without any schema in the same cluster, for tests of migrations. Dropped at the end.
class EmptyDatabase {
  public:
    EmptyDatabase();
    ~EmptyDatabase();
    EmptyDatabase(const EmptyDatabase&) = delete;
    EmptyDatabase& operator=(const EmptyDatabase&) = delete;
    [[nodiscard]] std::string owner_url() const;

  private:
    std::string name_;
};

}  // namespace test

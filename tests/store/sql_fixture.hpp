#pragma once
// The SQL functions, as programs in other languages use them: by a connection of the application's role, and
// from psql.

#include <string>

#include "tests/store/family.hpp"

namespace test {

/// What psql prints for a command, its errors included.
[[nodiscard]] std::string psql(const std::string& url, const std::string& command);

class SqlFixture : public FamilyFixture {
  public:
    /// One value of one row, as the application's role.
    std::string sql(const std::string& statement);
    std::string in_psql(const std::string& command) { return psql(database.url(), command); }
    /// A run of that id that has ended so; "open": not ended.
    RunId had(const std::string& id, const std::string& end);
    void end_if_open(const std::string& id);
    /// The columns of the run that has the workflow id, as JSON.
    std::string row(const std::string& id, const std::string& table, const std::string& columns);
};

}  // namespace test

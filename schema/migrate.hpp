#pragma once
// Brings a database to the schema this binary knows. Migrations are numbered SQL files (schema/engine, schema/app),
// embedded at build, forward only, applied in order, one transaction each, under an advisory lock. A database that is
// newer than the binary is refused. Names: NNNN_what.sql; `engine` before `app` for equal numbers.

#include <functional>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <vector>

namespace schema {

/// The database knows migrations that this binary does not.
class NewerSchema : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Step {
    std::string area;  ///< "engine" or "app"
    int number = 0;
    std::string name;
    std::string sql;
};

/// What would be applied, in order; empty when up to date. Throws NewerSchema.
[[nodiscard]] std::vector<Step> plan(pqxx::connection& connection);
/// Applies it; calls `applied` after each. Safe to call from several processes at once. Creates missing roles and the
/// history partitions of the months around now.
void migrate(pqxx::connection& connection, const std::function<void(const Step&)>& applied = {});
/// Throws with a sentence that says what to do when the schema is older or newer than this binary.
void require_current(pqxx::connection& connection);

}  // namespace schema

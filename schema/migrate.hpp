#pragma once
// Brings a database to the schema this binary knows. Migrations are numbered SQL files (schema/engine, schema/app),
// embedded at build, forward only, applied in order, one transaction each, under an advisory lock. A database that is
// newer than the binary is refused. Names: NNNN_what.sql; `engine` before `app` for equal numbers.
//
// A migration that is released is never changed. One *expands*: releases from before it work on beside it. Or it
// *contracts*: it takes away what an earlier release still uses, and says so in a line of its own
// (`-- contracts: <what>`); that release must be gone before. Daemons work with a database that is newer than they are
// by expansions alone.

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

    /// Whether releases that do not know it can no longer work with the database.
    [[nodiscard]] bool contracts() const;
};

/// What would be applied, in order; empty when up to date. Throws NewerSchema, also for expansions: only the newer
/// release knows how the database goes on.
[[nodiscard]] std::vector<Step> plan(pqxx::connection& connection);
/// Applies it; calls `applied` after each. Safe to call from several processes at once. Creates missing roles and the
/// history partitions of the months around now.
void migrate(pqxx::connection& connection, const std::function<void(const Step&)>& applied = {});
/// Throws with a sentence that says what to do when the schema is older than this binary, or newer by more than
/// expansions (NewerSchema): when a daemon of this release cannot work.
void require_usable(pqxx::connection& connection);
/// Migrations that this binary does not know and can work beside: "engine/0022", in order.
[[nodiscard]] std::vector<std::string> expansions_beyond(pqxx::connection& connection);

}  // namespace schema

#pragma once
// A backup of a world's database, and a second Postgres in which it is restored: what was done in between is forgotten
// by the database, and not by the vendors.

#include <filesystem>
#include <string>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

class Backup {
  public:
    /// Of the database as it is now, with pg_dump and the cluster's roles.
    explicit Backup(const FragileWorld& world);
    ~Backup();
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;

    /// Makes a Postgres of its own from it, which takes the place of the world's.
    void restore(FragileWorld& world) const;

  private:
    std::filesystem::path folder_;
};

/// Restores a file of pg_dump (plain, or plain and gzipped) as the new database `name` of a server whose roles are
/// there. Throws std::runtime_error with what psql says.
void restore_database(const std::string& server_url, const std::string& name,
                      const std::filesystem::path& dump);

}  // namespace test

#pragma once
// The organization that a command works for, and transactions that see nothing else.

#include <CLI/CLI.hpp>
#include <pqxx/pqxx>
#include <string>

#include "api/cli/session.hpp"

namespace callflex::cli {

struct OrganizationArgument {
    std::string name;  ///< id or slug
};
/// --organization, required.
void add_organization_argument(CLI::App& app, OrganizationArgument& organization);

/// A connection and a transaction that acts for one organization. Without commit() nothing has happened.
class OrganizationWork {
  public:
    /// Throws CommandError when there is no such organization.
    OrganizationWork(const Session& session, const OrganizationArgument& organization);

    [[nodiscard]] pqxx::work& tx() { return tx_; }
    [[nodiscard]] const std::string& id() const { return id_; }
    void commit() { tx_.commit(); }

  private:
    pqxx::connection connection_;
    std::string id_;
    pqxx::work tx_;
};

}  // namespace callflex::cli

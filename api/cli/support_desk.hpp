#pragma once
// The product's tables as support staff see them on the command line: one transaction, for one organization or, where
// a verb is about all of them, for everybody. One thread.

#include <CLI/CLI.hpp>
#include <pqxx/pqxx>
#include <string>

#include "api/cli/session.hpp"

namespace callflex::cli {

class SupportDesk {
  public:
    /// Throws CommandError when the database cannot be reached.
    explicit SupportDesk(const Session& session);

    /// From here on the transaction sees this organization and no other. `name`: its id or its slug. Throws
    /// CommandError when there is none.
    std::string enter(const std::string& name);
    /// From here on it sees all of them.
    void enter_all();

    [[nodiscard]] pqxx::work& tx() { return tx_; }
    void commit() { tx_.commit(); }

  private:
    pqxx::connection connection_;
    pqxx::work tx_;
};

/// --organization ID|SLUG, required.
void add_organization_option(CLI::App& app, std::string& organization);

}  // namespace callflex::cli

#include "api/cli/support_desk.hpp"

#include "activities/tenancy.hpp"
#include "api_sql.hpp"
#include "engine/client/connection_pool.hpp"

namespace callflex::cli {
namespace {

std::string reachable(const Session& session) {
    return durable::client::with_deadlines(session.database_url());
}

}  // namespace

SupportDesk::SupportDesk(const Session& session) try : connection_{reachable(session)}, tx_{connection_} {
} catch (const pqxx::broken_connection& error) {
    throw CommandError(exit_unreachable, std::string{"the database cannot be reached: "} + error.what(),
                       "check --database-url or DATABASE_URL; `callflex doctor` looks closer");
}

std::string SupportDesk::enter(const std::string& name) {
    act_for_everybody(tx_);
    const auto rows = tx_.exec_params(std::string{api::sql::cli_find_organization}, name);
    if (rows.empty()) {
        throw CommandError(exit_not_found, "there is no organization " + name,
                           "callflex org list shows ids and slugs");
    }
    const auto id = rows[0][0].as<std::string>();
    act_for_nobody(tx_);
    act_for(tx_, id);
    return id;
}

void SupportDesk::enter_all() {
    act_for_everybody(tx_);
}

void add_organization_option(CLI::App& app, std::string& organization) {
    app.add_option("--organization", organization, "Id or slug")->required()->type_name("ORG");
}

}  // namespace callflex::cli

#include "api/cli/organization.hpp"

#include "activities/tenancy.hpp"
#include "api_sql.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::cli {
namespace {

std::string find(pqxx::connection& connection, const std::string& name) {
    pqxx::work tx{connection};
    act_for_everybody(tx);
    const bool is_id = durable::Uuid::parse(name).has_value();
    const auto rows =
        tx.exec_params(std::string{api::sql::find_organization}, name, is_id ? name.c_str() : nullptr);
    if (rows.empty()) {
        throw CommandError(exit_not_found, "there is no organization " + name,
                           "callflex org list shows ids and slugs");
    }
    return rows[0][0].as<std::string>();
}

}  // namespace

void add_organization_argument(CLI::App& app, OrganizationArgument& organization) {
    app.add_option("--organization", organization.name, "Id or slug")->type_name("ORG")->required();
}

OrganizationWork::OrganizationWork(const Session& session, const OrganizationArgument& organization)
    : connection_(durable::client::with_deadlines(session.database_url())),
      id_(find(connection_, organization.name)),
      tx_(connection_) {
    act_for(tx_, id_);
}

}  // namespace callflex::cli

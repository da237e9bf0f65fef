#include "api/cli/upkeep.hpp"

#include "api/cli/payload_settings.hpp"

namespace callflex::cli {

durable::client::UpkeepClient upkeep_client(const Session& session) {
    durable::client::ClientOptions options;
    options.connection_string = session.database_url();
    options.connections_max = 1;
    options.payloads = payload_settings(session);
    return durable::client::UpkeepClient{options};
}

void add_reason(CLI::App& app, std::string& reason) {
    app.add_option("--reason,-r", reason, "Why; recorded in the audit trail")->type_name("TEXT")->required();
}

}  // namespace callflex::cli

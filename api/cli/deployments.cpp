#include "api/cli/deployments.hpp"

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/connection_pool.hpp"

namespace callflex::cli {

DeploymentClient deployment_client(const Session& session) {
    return DeploymentClient{{.connection_string = session.database_url(),
                             .connections_max = 1,
                             .patience = std::chrono::milliseconds{2000}}};
}

void add_queue_option(CLI::App& app, std::string& queue) {
    app.add_option("--queue", queue, "The queue whose workers and runs are meant")
        ->type_name("QUEUE")
        ->capture_default_str();
}

durable::store::Act DeployArguments::act() const {
    return {identity(), reason};
}

void add_deploy_arguments(CLI::App& app, DeployArguments& arguments) {
    app.add_option("BUILD", arguments.build, "A build id, as `callflex --version` prints it")->required();
    add_queue_option(app, arguments.queue);
    app.add_option("--reason,-r", arguments.reason, "Why, for the audit trail")
        ->type_name("TEXT")
        ->required();
}

durable::deploy::Rehearsal rehearse_here(Session& session, durable::deploy::RehearsalOptions options) {
    const bool watched = session.err_is_terminal();
    if (watched) {
        options.progress = [&session](std::int64_t done, std::int64_t all) {
            session.err() << "\r\x1b[K"
                          << session.err_style()(Color::dim,
                                                 fmt::format("replaying … {} of {} open runs", done, all))
                          << std::flush;
        };
    }
    pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
    durable::store::PayloadGate payloads{session.database_url(), {}};
    options.payloads = &payloads;
    auto result = durable::deploy::rehearse(connection, session.workflows(), options);
    if (watched) session.err() << "\r\x1b[K" << std::flush;
    return result;
}

Json to_json(const durable::store::Deployment& deployment) {
    Json json{{"queue", deployment.queue}, {"current", deployment.current}};
    if (deployment.ramping) {
        json["ramping"] = *deployment.ramping;
        json["percent"] = deployment.percent;
    }
    json["changed_at"] = json_time(deployment.changed_at);
    return json;
}

}  // namespace callflex::cli

#include "api/run_starter.hpp"

#include <memory>

#include "engine/client/client.hpp"

namespace callflex {
namespace {

using durable::client::Client;

/// Used by one thread at a time.
class Starter {
  public:
    Starter(std::string database_url, durable::payloads::Settings payloads)
        : database_url_(std::move(database_url)), payloads_(std::move(payloads)) {}

    bool operator()(const RunToStart& run, bool again) {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{run.workflow_id};
        options.tenant = durable::Tenant{run.tenant};
        options.conflict = durable::client::ConflictPolicy::use_existing;
        options.reuse = again ? durable::client::ReusePolicy::allow : durable::client::ReusePolicy::reject;
        const auto result = client().start(run.type, run.input, options);
        return result.outcome == durable::client::StartResult::Outcome::started;
    }

  private:
    Client& client() {
        if (!client_) {
            durable::client::ClientOptions options;
            options.connection_string = database_url_;
            options.connections_max = 1;
            options.payloads = payloads_;
            client_ = std::make_unique<Client>(std::move(options));
        }
        return *client_;
    }

    std::string database_url_;
    durable::payloads::Settings payloads_;
    std::unique_ptr<Client> client_;
};

}  // namespace

RunStarter run_starter(std::string database_url, durable::payloads::Settings payloads) {
    auto starter = std::make_shared<Starter>(std::move(database_url), std::move(payloads));
    return
        [starter = std::move(starter)](const RunToStart& run, bool again) { return (*starter)(run, again); };
}

}  // namespace callflex

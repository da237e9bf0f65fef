#pragma once
// A database, a worker and customers' systems that behave as they are told: webhooks from the event to the receiver.

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "activities/webhooks/deliver_webhook.hpp"
#include "activities/webhooks/deliveries.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "api/sandbox/sandbox.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"
#include "tests/workflows/product_database.hpp"
#include "tests/workflows/temporary_folder.hpp"

namespace test {

/// Waits of milliseconds, a circuit that opens late, and no fence: what tests on loopback need.
[[nodiscard]] callflex::WebhookConfig quick_webhooks();

class WebhookWorld {
  public:
    explicit WebhookWorld(callflex::WebhookConfig webhooks = quick_webhooks());

    void start_worker();
    void stop_worker();

    /// An endpoint of this customer, which checks signatures.
    callflex::webhooks::CreatedEndpoint add_endpoint(const std::string& customer,
                                                     std::vector<std::string> event_types = {},
                                                     int max_in_flight = 2);
    /// As the CLI does it, in a transaction of its own.
    template <class F>
    auto for_the_organization(F work) {
        pqxx::work tx{db.application};
        callflex::act_for(tx, organization_id);
        if constexpr (std::is_void_v<std::invoke_result_t<F&, pqxx::work&>>) {
            work(tx);
            tx.commit();
        } else {
            auto result = work(tx);
            tx.commit();
            return result;
        }
    }
    /// One event, and the start of a run for each delivery it makes. Returns the workflow ids.
    std::vector<std::string> publish(const std::string& event_id, const std::string& type = "call.completed");
    callflex::WebhookOutcome result(const std::string& workflow_id);

    /// The run's history as it is exported.
    [[nodiscard]] std::string history(const std::string& workflow_id);
    /// Keeps a closed run as tests/histories/<name>.json, if CALLFLEX_WRITE_HISTORIES is set and it is not there yet.
    void keep_history(const std::string& workflow_id, const std::string& name);

    void behave(const std::string& customer, const nlohmann::json& behaviour);
    [[nodiscard]] nlohmann::json received(const std::string& customer);
    [[nodiscard]] std::string value(const std::string& sql) const { return db.value(sql); }

    callflex::WebhookConfig config;
    ProductDatabase db;
    callflex::sandbox::Sandbox sandbox;
    callflex::SecretBox secrets;
    durable::client::Client client{{.connection_string = db.database.url()}};

  private:
    nlohmann::json ask(const std::string& method, const std::string& path, const std::string& body);

    TemporaryFolder folder_;
    callflex::http::Client http_;
    durable::WorkflowRegistry workflows_;
    durable::worker::ActivityRegistry activities_;
    std::optional<durable::worker::Worker> worker_;
};

}  // namespace test

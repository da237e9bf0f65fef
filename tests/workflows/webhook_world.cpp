#include "tests/workflows/webhook_world.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "activities/register.hpp"
#include "tests/activities/awaiting.hpp"
#include "workflows/register.hpp"

namespace test {

using namespace callflex;
using namespace std::chrono_literals;

namespace {

const std::string secrets_key = SecretBox::generate_key("test");

VendorConfig vendors(const WebhookConfig& webhooks, const std::string& sandbox_url) {
    VendorConfig config;
    config.webhooks = webhooks;
    config.secrets_key = Secret{secrets_key};
    config.resend.api_key = Secret{"re_key"};
    config.resend.base_url = sandbox_url + "/resend";
    config.vapi.base_url = sandbox_url + "/vapi";
    return config;
}

}  // namespace

WebhookConfig quick_webhooks() {
    WebhookConfig config;
    config.schedule = {0ms, 40ms, 80ms};
    config.timeout = 2s;
    config.circuit_failures = 1000;
    config.per_address = 1000;
    config.per_organization = 1000;
    config.allow_private = true;
    return config;
}

WebhookWorld::WebhookWorld(WebhookConfig webhooks) : config(std::move(webhooks)), secrets(secrets_key) {
    register_workflows(workflows_);
    ActivityDependencies dependencies{std::make_shared<Vendors>(vendors(config, sandbox.url())),
                                      folder_.path};
    dependencies.database_url = db.database.url();
    register_activities(activities_, dependencies);
}

void WebhookWorld::start_worker() {
    worker_.emplace(
        durable::worker::WorkerOptions{
            .connection_string = db.database.url(), .name = "webhooks", .build = "test"},
        workflows_, activities_);
    worker_->start();
}

void WebhookWorld::stop_worker() {
    worker_.reset();
}

webhooks::CreatedEndpoint WebhookWorld::add_endpoint(const std::string& customer,
                                                     std::vector<std::string> event_types,
                                                     int max_in_flight) {
    webhooks::NewEndpoint wanted;
    wanted.url = sandbox.url() + "/customers/" + customer;
    wanted.event_types = std::move(event_types);
    wanted.max_in_flight = max_in_flight;
    auto created = for_the_organization([&](pqxx::work& tx) {
        return webhooks::create_endpoint(tx, secrets, organization_id, wanted, config.allow_private);
    });
    behave(customer, {{"secrets", {created.secret}}});
    return created;
}

std::vector<std::string> WebhookWorld::publish(const std::string& event_id, const std::string& type) {
    const WebhookEvent event{organization_id, event_id, type, durable::Timestamp{1795256191s},
                             durable::Payload{R"({"callId":"c-1","durationSeconds":32})"}};
    std::vector<std::string> ids;
    for_the_organization([&](pqxx::work& tx) {
        for (const WebhookDelivery& delivery : webhooks::create(tx, config, event).deliveries) {
            ids.push_back("webhook-" + delivery.delivery_id);
            client.start(
                tx, webhook_delivery, delivery,
                {.workflow = durable::WorkflowId{ids.back()}, .tenant = durable::Tenant{organization_id}});
        }
    });
    client.notify();
    return ids;
}

WebhookOutcome WebhookWorld::result(const std::string& workflow_id) {
    durable::client::RunRef run{};
    run.workflow = durable::WorkflowId{workflow_id};
    return client.result(webhook_delivery, run, 60s);
}

std::string WebhookWorld::history(const std::string& workflow_id) {
    durable::client::RunRef run{};
    run.workflow = durable::WorkflowId{workflow_id};
    const auto id = client.resolve(run);
    return durable::history::export_json(*id, client.history(*id));
}

void WebhookWorld::keep_history(const std::string& workflow_id, const std::string& name) {
    const std::filesystem::path file{CALLFLEX_SOURCE_DIR "/tests/histories/" + name + ".json"};
    if (std::getenv("CALLFLEX_WRITE_HISTORIES") == nullptr || std::filesystem::exists(file)) return;
    std::ofstream{file} << history(workflow_id);
}

nlohmann::json WebhookWorld::ask(const std::string& method, const std::string& path,
                                 const std::string& body) {
    http::Request request;
    request.method = method;
    request.url = http::join(sandbox.url(), path);
    request.body = body;
    request.response_bytes_max = std::size_t{64} << 20;
    const auto answer = await(http_.send(std::move(request)));
    if (!answer.ok()) throw std::runtime_error("the sandbox refused " + path + ": " + answer.reason);
    return nlohmann::json::parse(answer.response->body);
}

void WebhookWorld::behave(const std::string& customer, const nlohmann::json& behaviour) {
    const bool with_secrets = behaviour.contains("secrets");
    ask("PUT", "/customers/" + customer + (with_secrets ? "/behaviour" : "/handicap"), behaviour.dump());
}

nlohmann::json WebhookWorld::received(const std::string& customer) {
    return ask("GET", "/customers/" + customer + "/received?limit=20000", "");
}

}  // namespace test

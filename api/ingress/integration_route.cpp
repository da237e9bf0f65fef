#include "api/ingress/integration_route.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "activities/tenancy.hpp"
#include "api/http/json_guard.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/webhook_ledger.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::string_view prefix = "/api/webhooks/integrations/";

/// What a customer's tool may start. Workflows of the whole system are not among them, whatever a config says.
constexpr std::array<std::string_view, 2> startable{"notify", "callback-reminder"};

/// "{provider}/{organization}" of the path; both empty when it is not that.
std::pair<std::string, std::string> named_in(std::string_view path) {
    if (!path.starts_with(prefix)) return {};
    const std::string_view rest = path.substr(prefix.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == rest.size() ||
        rest.find('/', slash + 1) != std::string_view::npos) {
        return {};
    }
    return {std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
}

std::string text_at(const nlohmann::json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

http::Response refused(const std::string& request_id) {
    http::Response response = http::problem(401, "The request could not be authenticated.", request_id);
    response.fields.emplace_back("WWW-Authenticate", "Signature");
    return response;
}

}  // namespace

IntegrationRoute::IntegrationRoute(const IngressOptions& options, CredentialStore& credentials,
                                   durable::client::Client& client, TransactionRunner& transactions,
                                   Metrics& metrics)
    : options_{options},
      credentials_{credentials},
      client_{client},
      transactions_{transactions},
      metrics_{metrics},
      limiter_{options.requests_per_minute} {}

bool IntegrationRoute::serves(std::string_view path) const {
    return !named_in(path).first.empty();
}

asio::awaitable<http::Response> IntegrationRoute::handle(http::Request request) {
    const std::string& id = request.request_id;
    auto [provider, organization] = named_in(request.head.path);
    const durable::Uuid tenant = durable::Uuid::parse(organization).value_or(durable::Uuid{});
    const auto credentials = co_await credentials_.find(tenant, "integration");
    if (!credentials) co_return unavailable("The database cannot be reached; please repeat the request.", id);
    // Only Standard Webhooks here: the id that it signs is what makes a repeat a repeat.
    const bool standard =
        request.head.count("webhook-signature") == 1 && request.head.count("webhook-id") == 1;
    if (!standard || !credentials->enabled ||
        verify(request.head, request.body, credentials->secrets, options_.now(), options_.signature) !=
            Verdict::accepted) {
        metrics_.authentication_refused("integration");
        spdlog::warn("sender refused: request_id={} reason=integration", id);
        co_return refused(id);
    }
    if (const auto wait = limiter_.take(tenant, std::chrono::steady_clock::now())) {
        metrics_.rate_limited();
        http::Response response = http::problem(429, "Too many requests a minute.", id);
        response.fields.emplace_back("Retry-After", std::to_string(wait->count()));
        co_return response;
    }
    if (const auto problem = http::refuse_json(request.body)) co_return http::problem(400, *problem, id);
    Event event{std::move(provider),
                tenant.to_string(),
                std::string{request.head.field("webhook-id")},
                std::move(request.body),
                id,
                std::chrono::floor<durable::Duration>(options_.now())};
    co_return co_await transactions_.run(
        [this, event = std::move(event)](pqxx::work& tx) { return apply(tx, event); }, id);
}

http::Response IntegrationRoute::apply(pqxx::work& tx, const Event& event) {
    act_for(tx, event.organization);
    const auto found =
        tx.exec_params(std::string{api::sql::find_integration}, event.organization, event.provider);
    if (found.empty()) {
        return http::problem(404, "The organization has no active integration of that name.",
                             event.request_id);
    }
    const bool fresh =
        record_webhook(tx, {.vendor = "integration",
                            .dedupe_key = event.organization + ":" + event.provider + ":" + event.webhook_id,
                            .organization_id = event.organization,
                            .event_type = event.provider,
                            .body = event.body,
                            .received_at = event.received_at});
    if (!fresh) metrics_.repeat();
    // A repeat goes the same way: the run's id and the message's request id make it find the first one.
    return follow(tx, event, found[0][0].as<std::string>());
}

http::Response IntegrationRoute::follow(pqxx::work& tx, const Event& event, const std::string& config) {
    const auto wanted = nlohmann::json::parse(config, nullptr, false);
    if (wanted.is_object() && wanted.contains("start")) {
        const std::string type = text_at(wanted["start"], "workflow");
        const std::string id = text_at(wanted["start"], "id");
        if (!type.empty() && !id.empty()) return start(tx, event, type, id);
    }
    if (wanted.is_object() && wanted.contains("signal")) {
        const std::string workflow_id = text_at(wanted["signal"], "workflow_id");
        const std::string name = text_at(wanted["signal"], "name");
        if (!workflow_id.empty() && !name.empty()) return signal(tx, event, workflow_id, name);
    }
    return http::problem(409, "The integration does not say what to start or signal; correct its config.",
                         event.request_id);
}

http::Response IntegrationRoute::start(pqxx::work& tx, const Event& event, const std::string& type,
                                       const std::string& id_prefix) {
    if (std::ranges::find(startable, type) == startable.end()) {
        return http::problem(409, "Integrations may not start workflows of that type; correct its config.",
                             event.request_id);
    }
    durable::client::StartOptions options;
    // The organization is part of the name: two customers may choose the same prefix.
    options.workflow = durable::WorkflowId{id_prefix + "-" + event.organization + "-" + event.webhook_id};
    options.tenant = durable::Tenant{event.organization};
    options.conflict = durable::client::ConflictPolicy::use_existing;
    options.reuse = durable::client::ReusePolicy::reject;
    client_.start(tx, type, durable::Payload{event.body}, options);
    return http::json(200, nlohmann::json{{"workflow_id", options.workflow.value}}.dump());
}

http::Response IntegrationRoute::signal(pqxx::work& tx, const Event& event, const std::string& workflow_id,
                                        const std::string& signal_name) {
    durable::client::RunRef run;
    run.workflow = durable::WorkflowId{workflow_id};
    const auto info = durable::store::describe(tx, run);
    if (!info || info->tenant.value != event.organization) {
        return http::problem(409, "The organization has no run of that workflow id.", event.request_id);
    }
    const auto sent = client_.signal(tx, run, signal_name, durable::Payload{event.body},
                                     event.provider + ":" + event.webhook_id);
    if (sent == durable::client::SendResult::closed || sent == durable::client::SendResult::not_found) {
        return http::problem(409, "The run that the integration signals has ended.", event.request_id);
    }
    return http::json(200, nlohmann::json{{"workflow_id", workflow_id}}.dump());
}

}  // namespace callflex::ingress

// webhook delivery list, show and redeliver.

#include <fmt/format.h>

#include "activities/webhooks/deliveries.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/organization.hpp"
#include "api/cli/table.hpp"
#include "api/cli/webhook_settings.hpp"
#include "api/webhooks/redelivery.hpp"
#include "engine/client/human_time.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::cli {
namespace {

using webhooks::Attempt;
using webhooks::Delivery;

constexpr const char* sample = "0199f0a4-0000-7000-8000-0000000000d1";
constexpr int redeliver_at_once_max = 10'000;

struct DeliveryArguments {
    OrganizationArgument organization;
    std::vector<std::string> ids;
    std::string status;
    std::string endpoint;
    bool dead = false;
    int limit = 50;

    [[nodiscard]] webhooks::DeliveryFilter filter() const {
        webhooks::DeliveryFilter filter{.limit = limit};
        if (!endpoint.empty() && !durable::Uuid::parse(endpoint))
            throw CommandError(exit_usage, "--endpoint: expected the id of an endpoint");
        if (!status.empty()) filter.status = status;
        if (dead) filter.status = "dead";
        if (!endpoint.empty()) filter.endpoint_id = endpoint;
        return filter;
    }
};

Json to_json(const Delivery& delivery) {
    Json json{{"id", delivery.id},
              {"endpoint_id", delivery.endpoint_id},
              {"event_id", delivery.event_id},
              {"event_type", delivery.event_type},
              {"status", delivery.status},
              {"attempts", delivery.attempts},
              {"redeliveries", delivery.redeliveries},
              {"created_at", durable::client::iso_time(delivery.created_at)}};
    if (delivery.last_error) json["last_error"] = *delivery.last_error;
    if (delivery.next_attempt_at)
        json["next_attempt_at"] = durable::client::iso_time(*delivery.next_attempt_at);
    if (delivery.finished_at) json["finished_at"] = durable::client::iso_time(*delivery.finished_at);
    return json;
}

Json to_json(const Attempt& attempt) {
    Json json{{"attempt", attempt.number},
              {"at", durable::client::iso_time(attempt.at)},
              {"outcome", attempt.outcome},
              {"latency_ms", attempt.latency_ms}};
    if (attempt.status_code) json["status_code"] = *attempt.status_code;
    if (attempt.error) json["error"] = *attempt.error;
    if (attempt.answer) json["answer"] = *attempt.answer;
    return json;
}

Color color_of(const std::string& status) {
    if (status == "delivered") return Color::green;
    if (status == "dead" || status == "failed") return Color::red;
    return status == "pending" ? Color::yellow : Color::dim;
}

int list(Session& session, const DeliveryArguments& arguments) {
    OrganizationWork work{session, arguments.organization};
    const auto deliveries = webhooks::list_deliveries(work.tx(), work.id(), arguments.filter());
    if (!session.for_people()) {
        Json json = Json::array();
        for (const Delivery& delivery : deliveries) json.push_back(to_json(delivery));
        session.print_json(json);
        return exit_ok;
    }
    if (deliveries.empty()) {
        session.err() << "no deliveries match\n";
        return exit_ok;
    }
    const auto now = local_now();
    Table table({"ID", "EVENT", "STATUS", "TRIES", "CREATED", "NEXT TRY", "LAST ERROR"});
    for (const Delivery& delivery : deliveries) {
        table.add({{delivery.id, Color::bold},
                   {delivery.event_type},
                   {delivery.status, color_of(delivery.status)},
                   {std::to_string(delivery.attempts)},
                   {session.moment(delivery.created_at, now)},
                   {delivery.next_attempt_at ? session.moment(*delivery.next_attempt_at, now) : ""},
                   {cut(delivery.last_error.value_or(""), 60), Color::dim}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

void print(Session& session, const webhooks::DeliveryDetails& details) {
    const auto now = local_now();
    const Delivery& delivery = details.delivery;
    const auto style = session.style();
    session.out() << style(Color::bold, delivery.id) << "  " << harmless(delivery.event_type) << "  "
                  << style(color_of(delivery.status), delivery.status) << '\n'
                  << style(Color::dim, "message id ") << harmless(delivery.event_id) << '\n'
                  << style(Color::dim, "endpoint   ") << delivery.endpoint_id << '\n'
                  << style(Color::dim, "body       ") << harmless(details.body) << "\n\n";
    Table table({"TRY", "WHEN", "OUTCOME", "STATUS", "MS", "ERROR", "ANSWER"});
    for (const Attempt& attempt : details.attempts) {
        table.add({{std::to_string(attempt.number)},
                   {session.moment(attempt.at, now)},
                   {attempt.outcome, color_of(attempt.outcome)},
                   {attempt.status_code ? std::to_string(*attempt.status_code) : ""},
                   {std::to_string(attempt.latency_ms)},
                   {cut(attempt.error.value_or(""), 60)},
                   {cut(attempt.answer.value_or(""), 60), Color::dim}});
    }
    table.print(session.out(), style);
}

int show(Session& session, const DeliveryArguments& arguments) {
    OrganizationWork work{session, arguments.organization};
    const auto details = webhooks::show_delivery(work.tx(), work.id(), arguments.ids.front());
    if (session.for_people()) {
        print(session, details);
        return exit_ok;
    }
    Json json = to_json(details.delivery);
    json["body"] = details.body;
    json["tries"] = Json::array();
    for (const Attempt& attempt : details.attempts) json["tries"].push_back(to_json(attempt));
    session.print_json(json);
    return exit_ok;
}

/// Those named, or all dead letters that the filter lets through.
std::vector<std::string> chosen(pqxx::transaction_base& tx, const std::string& organization_id,
                                const DeliveryArguments& arguments) {
    if (!arguments.dead) return arguments.ids;
    std::vector<std::string> ids;
    auto filter = arguments.filter();
    filter.limit = redeliver_at_once_max;
    for (const Delivery& delivery : webhooks::list_deliveries(tx, organization_id, filter))
        ids.push_back(delivery.id);
    return ids;
}

int redeliver(Session& session, const DeliveryArguments& arguments) {
    if (arguments.ids.empty() == !arguments.dead)
        throw CommandError(exit_usage, "expected ids of deliveries, or --dead",
                           "callflex webhook delivery list --dead --organization ORG");
    OrganizationWork work{session, arguments.organization};
    const WebhookConfig config = webhook_settings(session);
    Json started = Json::array();
    for (const std::string& id : chosen(work.tx(), work.id(), arguments)) {
        const auto run = redeliver_webhook(work.tx(), session.client(), config, work.id(), id);
        if (!run)
            throw CommandError(exit_refused,
                               "delivery " + id + " is still under way; nothing was sent again");
        started.push_back({{"delivery", id}, {"workflow_id", *run}});
    }
    work.commit();
    session.client().notify();
    if (!session.for_people()) {
        session.print_json(started);
        return exit_ok;
    }
    for (const auto& run : started) session.out() << run["workflow_id"].get<std::string>() << '\n';
    if (started.empty()) session.err() << "no dead letters\n";
    return exit_ok;
}

}  // namespace

void define_webhook_delivery_list(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeliveryArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("--status", arguments->status, "pending, delivered, dead or canceled")
        ->type_name("STATUS")
        ->check(CLI::IsMember({"pending", "delivered", "dead", "canceled"}));
    app.add_flag("--dead", arguments->dead, "Dead letters: --status dead");
    app.add_option("--endpoint", arguments->endpoint, "Only of this endpoint")->type_name("ID");
    app.add_option("--limit,-l", arguments->limit, "At most so many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, redeliver_at_once_max));
    manual(
        app,
        "Lists deliveries, newest first: one a message and endpoint. JSON: an array of {id, endpoint_id, "
        "event_id, "
        "event_type, status, attempts, redeliveries, created_at, last_error, next_attempt_at, finished_at}.",
        {{"callflex webhook delivery list --organization acme --dead", "the dead letters"}});
    app.callback(
        [arguments, &session] { session.exit_code = explained([&] { return list(session, *arguments); }); });
}

void define_webhook_delivery_show(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeliveryArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("DELIVERY", arguments->ids, "Its id")->required()->expected(1);
    manual(
        app,
        "Shows a delivery: its body, and every try with the receiver's status and the first bytes of its "
        "answer, "
        "escaped. JSON: what list gives, with body and tries.",
        {{fmt::format("callflex webhook delivery show {} --organization acme", sample), "what went wrong"}});
    app.callback(
        [arguments, &session] { session.exit_code = explained([&] { return show(session, *arguments); }); });
}

void define_webhook_delivery_redeliver(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<DeliveryArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("DELIVERY", arguments->ids, "Ids of deliveries that have ended");
    app.add_flag("--dead", arguments->dead, "All dead letters, up to 10,000");
    app.add_option("--endpoint", arguments->endpoint, "With --dead: only of this endpoint")->type_name("ID");
    manual(
        app,
        "Starts a new run for each delivery, with the whole schedule before it. The message keeps its id: a "
        "receiver "
        "that had it after all can tell. JSON: an array of {delivery, workflow_id}.",
        {{fmt::format("callflex webhook delivery redeliver {} --organization acme", sample), "one message"},
         {"callflex webhook delivery redeliver --dead --organization acme", "everything that has died"}});
    app.callback([arguments, &session] {
        session.exit_code = explained([&] { return redeliver(session, *arguments); });
    });
}

}  // namespace callflex::cli

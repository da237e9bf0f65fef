// webhook endpoint list, show, enable, disable and remove.

#include <fmt/format.h>

#include "activities/webhooks/endpoints.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/organization.hpp"
#include "api/cli/table.hpp"
#include "api/cli/webhook_settings.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using webhooks::Endpoint;

constexpr const char* sample = "0199f0a4-0000-7000-8000-0000000000e1";

struct EndpointArguments {
    OrganizationArgument organization;
    std::string id;
    std::string reason = "by an operator";
};

void put(Json& json, const char* name, const std::optional<durable::Timestamp>& moment) {
    if (moment) json[name] = durable::client::iso_time(*moment);
}

Json to_json(const Endpoint& endpoint) {
    Json json{{"id", endpoint.id},
              {"url", endpoint.url},
              {"description", endpoint.description},
              {"event_types", endpoint.event_types},
              {"status", endpoint.status},
              {"max_in_flight", endpoint.max_in_flight},
              {"allow_http", endpoint.allow_http},
              {"has_headers", endpoint.has_headers},
              {"active_secrets", endpoint.active_secrets},
              {"consecutive_failures", endpoint.consecutive_failures},
              {"circuit", endpoint.circuit_open         ? "open"
                          : endpoint.circuit_open_until ? "half-open"
                                                        : "closed"},
              {"pending", endpoint.pending},
              {"dead", endpoint.dead}};
    if (endpoint.disabled_reason) json["disabled_reason"] = *endpoint.disabled_reason;
    put(json, "circuit_open_until", endpoint.circuit_open_until);
    put(json, "failing_since", endpoint.failing_since);
    put(json, "last_success_at", endpoint.last_success_at);
    put(json, "last_failure_at", endpoint.last_failure_at);
    put(json, "created_at", endpoint.created_at);
    return json;
}

Cell state_of(const Endpoint& endpoint) {
    if (endpoint.status == "disabled") return {"disabled", Color::dim};
    if (endpoint.circuit_open) return {"circuit open", Color::red};
    return endpoint.consecutive_failures > 0 ? Cell{"failing", Color::yellow} : Cell{"ok", Color::green};
}

int list(Session& session, const EndpointArguments& arguments) {
    OrganizationWork work{session, arguments.organization};
    const auto endpoints = webhooks::list_endpoints(work.tx(), work.id());
    if (!session.for_people()) {
        Json json = Json::array();
        for (const Endpoint& endpoint : endpoints) json.push_back(to_json(endpoint));
        session.print_json(json);
        return exit_ok;
    }
    if (endpoints.empty()) {
        session.err() << "the organization has no endpoints\n";
        return exit_ok;
    }
    Table table({"ID", "URL", "STATE", "EVENTS", "WAITING", "DEAD"});
    for (const Endpoint& endpoint : endpoints) {
        const auto events =
            endpoint.event_types.empty() ? "all" : fmt::format("{}", fmt::join(endpoint.event_types, " "));
        table.add({{endpoint.id, Color::bold},
                   {cut(endpoint.url, 60)},
                   state_of(endpoint),
                   {events},
                   {std::to_string(endpoint.pending)},
                   {std::to_string(endpoint.dead), endpoint.dead > 0 ? Color::red : Color::plain}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

int show(Session& session, const EndpointArguments& arguments) {
    OrganizationWork work{session, arguments.organization};
    const Endpoint endpoint = webhooks::find_endpoint(work.tx(), work.id(), arguments.id);
    if (!session.for_people()) {
        session.print_json(to_json(endpoint));
        return exit_ok;
    }
    const auto now = local_now();
    Table table({"", ""});
    const auto line = [&](const char* name, Cell value) {
        table.add({{name, Color::dim}, std::move(value)});
    };
    const auto moment = [&](const std::optional<durable::Timestamp>& when) {
        return Cell{when ? session.moment(*when, now) : "never"};
    };
    line("id", {endpoint.id, Color::bold});
    line("url", {endpoint.url});
    line("state", state_of(endpoint));
    if (endpoint.disabled_reason) line("because", {*endpoint.disabled_reason});
    if (endpoint.circuit_open_until) line("open until", moment(endpoint.circuit_open_until));
    line("events",
         {endpoint.event_types.empty() ? "all" : fmt::format("{}", fmt::join(endpoint.event_types, " "))});
    line("failures", {fmt::format("{} in a row", endpoint.consecutive_failures)});
    line("last success", moment(endpoint.last_success_at));
    line("last failure", moment(endpoint.last_failure_at));
    line("at once", {std::to_string(endpoint.max_in_flight)});
    line("secrets", {std::to_string(endpoint.active_secrets)});
    line("waiting", {std::to_string(endpoint.pending)});
    line("dead", {std::to_string(endpoint.dead)});
    table.print(session.out(), session.style());
    return exit_ok;
}

using Verb = void (*)(pqxx::transaction_base&, const EndpointArguments&, const std::string& organization_id);

/// A change of one endpoint, and the word for what it is now.
int change(Session& session, const EndpointArguments& arguments, Verb verb, const char* done) {
    OrganizationWork work{session, arguments.organization};
    verb(work.tx(), arguments, work.id());
    work.commit();
    if (session.for_people()) {
        session.out() << arguments.id << ' ' << done << '\n';
    } else {
        session.print_json({{"id", arguments.id}, {"status", done}});
    }
    return exit_ok;
}

std::shared_ptr<EndpointArguments> one_endpoint(CLI::App& app) {
    auto arguments = std::make_shared<EndpointArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("ENDPOINT", arguments->id, "Its id")->required();
    return arguments;
}

std::string example(const char* verb, const char* more = "") {
    return fmt::format("callflex webhook endpoint {} {} --organization acme{}", verb, sample, more);
}

}  // namespace

void define_webhook_endpoint_list(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<EndpointArguments>();
    add_organization_argument(app, arguments->organization);
    manual(app,
           "Lists endpoints with the state of their circuits, how many messages wait, and how many are dead "
           "letters. "
           "JSON: an array of what `webhook endpoint show` gives.",
           {{"callflex webhook endpoint list --organization acme", "all of them"}});
    app.callback(
        [arguments, &session] { session.exit_code = explained([&] { return list(session, *arguments); }); });
}

void define_webhook_endpoint_show(CLI::App& app, Session& session) {
    auto arguments = one_endpoint(app);
    manual(app, "Shows one endpoint; never its secrets.", {{example("show"), "how it is doing"}});
    app.callback(
        [arguments, &session] { session.exit_code = explained([&] { return show(session, *arguments); }); });
}

void define_webhook_endpoint_enable(CLI::App& app, Session& session) {
    auto arguments = one_endpoint(app);
    manual(app,
           "Enables a disabled endpoint and closes its circuit. Events of the time in between were not kept "
           "for it; "
           "dead letters are sent again by `webhook delivery redeliver`.",
           {{example("enable"), "it works again"}});
    app.callback([arguments, &session] {
        const Verb verb = [](pqxx::transaction_base& tx, const EndpointArguments& given,
                             const std::string& id) { webhooks::enable_endpoint(tx, id, given.id); };
        session.exit_code = explained([&] { return change(session, *arguments, verb, "enabled"); });
    });
}

void define_webhook_endpoint_disable(CLI::App& app, Session& session) {
    auto arguments = one_endpoint(app);
    app.add_option("--reason,-r", arguments->reason, "Shown to the customer")
        ->type_name("TEXT")
        ->capture_default_str();
    manual(app, "Disables an endpoint. No new deliveries are made; those under way become dead letters.",
           {{example("disable", " --reason 'moved away'"), "no more messages"}});
    app.callback([arguments, &session] {
        const Verb verb = [](pqxx::transaction_base& tx, const EndpointArguments& given,
                             const std::string& id) {
            webhooks::disable_endpoint(tx, id, given.id, given.reason);
        };
        session.exit_code = explained([&] { return change(session, *arguments, verb, "disabled"); });
    });
}

void define_webhook_endpoint_remove(CLI::App& app, Session& session) {
    auto arguments = one_endpoint(app);
    manual(
        app,
        "Removes an endpoint with its secrets, deliveries and their log. Runs under way end by themselves.",
        {{example("remove"), "for good"}});
    app.callback([arguments, &session] {
        const Verb verb = [](pqxx::transaction_base& tx, const EndpointArguments& given,
                             const std::string& id) { webhooks::remove_endpoint(tx, id, given.id); };
        session.exit_code = explained([&] { return change(session, *arguments, verb, "removed"); });
    });
}

}  // namespace callflex::cli

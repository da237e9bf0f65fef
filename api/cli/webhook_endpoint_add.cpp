// webhook endpoint add and rotate: the two commands that show a secret, once.

#include <fmt/format.h>

#include "activities/webhooks/custom_headers.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/organization.hpp"
#include "api/cli/webhook_settings.hpp"

namespace callflex::cli {
namespace {

struct AddArguments {
    OrganizationArgument organization;
    webhooks::NewEndpoint endpoint;
    std::vector<std::string> headers;
    bool ed25519 = false;
};

struct RotateArguments {
    OrganizationArgument organization;
    std::string id;
    std::string overlap = "24h";
};

/// For people: the secret and what to do with it. An Ed25519 secret stays here; the receiver gets the public half.
void print_secret(Session& session, Json facts, const std::string& secret) {
    const bool symmetric = webhooks::kind_of(secret) == webhooks::SecretKind::symmetric;
    const std::string shown = symmetric ? secret : webhooks::public_key(secret);
    if (!session.for_people()) {
        facts[symmetric ? "secret" : "public_key"] = shown;
        return session.print_json(facts);
    }
    for (const auto& [name, value] : facts.items())
        session.out() << padded(name, 10) << "  " << harmless(value.get<std::string>()) << '\n';
    session.out() << padded(symmetric ? "secret" : "public key", 10) << "  "
                  << session.style()(Color::bold, shown) << '\n';
    if (symmetric)
        session.err() << session.err_style()(Color::yellow, "keep the secret now: it is not shown again")
                      << '\n';
}

int add(Session& session, AddArguments& arguments) {
    if (arguments.ed25519) arguments.endpoint.secret_kind = webhooks::SecretKind::ed25519;
    for (const std::string& line : arguments.headers)
        arguments.endpoint.headers.push_back(webhooks::parse_custom_header(line));
    const SecretBox box = secrets_box(session);
    const bool allow_private = webhook_settings(session).allow_private;
    OrganizationWork work{session, arguments.organization};
    const auto created =
        webhooks::create_endpoint(work.tx(), box, work.id(), arguments.endpoint, allow_private);
    work.commit();
    print_secret(session, {{"id", created.id}, {"url", created.url}}, created.secret);
    return exit_ok;
}

int rotate(Session& session, const RotateArguments& arguments) {
    const auto overlap = std::chrono::duration_cast<std::chrono::seconds>(parse_duration(arguments.overlap));
    const SecretBox box = secrets_box(session);
    OrganizationWork work{session, arguments.organization};
    const std::string secret = webhooks::rotate_secret(work.tx(), box, work.id(), arguments.id, overlap);
    work.commit();
    print_secret(session, {{"id", arguments.id}}, secret);
    return exit_ok;
}

}  // namespace

void define_webhook_endpoint_add(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<AddArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("URL", arguments->endpoint.url, "https, port 443, 8443 or 80, a public host name")
        ->required();
    app.add_option("--event", arguments->endpoint.event_types,
                   "Only events of this type; may be repeated [all]")
        ->type_name("TYPE");
    app.add_option("--description", arguments->endpoint.description, "For people")->type_name("TEXT");
    app.add_option("--at-once", arguments->endpoint.max_in_flight, "Tries at a time")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 4));
    app.add_option("--header", arguments->headers,
                   "\"Name: value\" sent with each message: Authorization or X-...")
        ->type_name("HEADER");
    app.add_flag("--allow-http", arguments->endpoint.allow_http, "Allow http: nothing proves who answers");
    app.add_flag("--ed25519", arguments->ed25519, "Sign with a key pair instead of a shared secret");
    manual(app,
           "Registers an endpoint. Messages are signed as Standard Webhooks 1.0.0 says; the secret is shown "
           "once, and "
           "kept sealed with CALLFLEX_SECRETS_KEY. JSON: {id, url, secret} (public_key with --ed25519).",
           {{"callflex webhook endpoint add https://hooks.acme.example/calls --organization acme",
             "all events of the organization"},
            {"callflex webhook endpoint add https://acme.example/hook --organization acme --event "
             "call.completed -o json",
             "one type, for a script"}});
    app.callback(
        [arguments, &session] { session.exit_code = explained([&] { return add(session, *arguments); }); });
}

void define_webhook_endpoint_rotate(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<RotateArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("ENDPOINT", arguments->id, "Its id")->required();
    app.add_option("--overlap", arguments->overlap, "For how long the secrets so far go on working")
        ->type_name("TIME")
        ->capture_default_str();
    manual(app,
           "Makes a new secret. During the overlap every message carries a signature by each, so that the "
           "receiver can "
           "change over at any moment. JSON: {id, secret}.",
           {{"callflex webhook endpoint rotate 0199f0a4-0000-7000-8000-0000000000e1 --organization acme",
             "one day to change over"},
            {"callflex webhook endpoint rotate 0199f0a4-0000-7000-8000-0000000000e1 --organization acme "
             "--overlap 0s",
             "the old one is known to others: it ends now"}});
    app.callback([arguments, &session] {
        session.exit_code = explained([&] { return rotate(session, *arguments); });
    });
}

}  // namespace callflex::cli

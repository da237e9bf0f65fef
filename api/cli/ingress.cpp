#include "api/ingress/ingress.hpp"

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/payload_settings.hpp"
#include "api/cli/startup.hpp"
#include "api/config/examine.hpp"

namespace callflex::cli {
namespace {

struct IngressArguments {
    std::string address;
    int port = -1;
};

int serve(const Session& session, const IngressArguments& arguments) {
    refuse(config::problems_of_any(session.settings_as_found()));
    ingress::IngressOptions options;
    try {
        options = ingress::ingress_options([&session](std::string_view name) -> std::optional<std::string> {
            if (name == "DATABASE_URL") return session.database_url();
            return session.settings().environment()(name);
        });
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what(), "callflex doctor");
    }
    options.payloads = payload_settings(session);
    if (!arguments.address.empty()) options.address = arguments.address;
    if (arguments.port >= 0) options.port = static_cast<std::uint16_t>(arguments.port);
    return ingress::run_ingress(options);
}

}  // namespace

void define_ingress(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<IngressArguments>();
    app.add_option("--address", arguments->address, "Address to listen on [CALLFLEX_LISTEN, or 127.0.0.1]")
        ->type_name("IP");
    app.add_option("--port,-p", arguments->port, "Port; 0 for any free one [CALLFLEX_LISTEN, or 8080]")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65535));
    manual(
        app,
        "Serves the webhooks of VAPI, Twilio, Stripe and customers' own tools, and live events, until "
        "SIGTERM or "
        "Ctrl-C, then answers what is in flight. Reads database.url, ingress, secrets.key, public.api_url "
        "(what vendors were told to call), vapi_webhooks.secret, twilio.auth_token, stripe.webhook_secret "
        "and "
        "live.token_key (without one its sender is refused), and live.app_url of the configuration, or their "
        "variables (`callflex config print`); a configuration that is wrong is refused, with all that is "
        "wrong. "
        "/healthz, /readyz and /metrics are on the same port.",
        {{"callflex ingress --address 0.0.0.0 --port 8080", "behind a TLS proxy"}});
    app.callback([arguments, &session] { session.exit_code = serve(session, *arguments); });
}

}  // namespace callflex::cli

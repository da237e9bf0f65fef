#include "api/sandbox/sandbox.hpp"

#include <cstdlib>
#include <sstream>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/config/sources.hpp"

namespace callflex::cli {
namespace {

/// Of the environment alone: what is configured for production is none of the sandbox's business.
std::string value_of(const std::string& name) {
    const auto given = config::from_environment();
    const auto setting = given.values.find(name);
    return setting == given.values.end() ? std::string{} : setting->second.value;
}

std::string customer_secrets() {
    const char* value = std::getenv("SANDBOX_CUSTOMER_SECRETS");
    return value == nullptr ? "" : value;
}

/// "northside=whsec_...,acme=whsec_...".
void read_customer_secrets(sandbox::SandboxOptions& options) {
    std::istringstream list{customer_secrets()};
    for (std::string entry; std::getline(list, entry, ',');) {
        const auto equals = entry.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size()) {
            throw CommandError(exit_usage, "SANDBOX_CUSTOMER_SECRETS has an entry that is not NAME=SECRET",
                               "separate entries with commas: northside=whsec_...,acme=whsec_...");
        }
        options.customer_secrets[entry.substr(0, equals)].push_back(entry.substr(equals + 1));
    }
}

int serve(sandbox::SandboxOptions options) {
    options.stripe_webhook_secret = value_of("STRIPE_WEBHOOK_SECRET");
    if (const std::string ingress = value_of("API_URL"); !ingress.empty())
        options.stripe_webhook_url = ingress + "/api/webhooks/stripe";
    read_customer_secrets(options);
    return sandbox::run_sandbox(options);
}

}  // namespace

void define_sandbox(CLI::App& app, Session& session) {
    auto options = std::make_shared<sandbox::SandboxOptions>();
    auto silent = std::make_shared<bool>(false);
    app.add_option("--address", options->address,
                   "Address to listen on; anything but this machine shows what was sent")
        ->type_name("IP")
        ->capture_default_str();
    app.add_option("--port,-p", options->port, "Port; 0 for any free one")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    app.add_flag("--no-callbacks", *silent, "Vendors answer, and send nothing of their own accord");
    manual(
        app,
        "Speaks the wire formats of VAPI, Twilio, Stripe, Resend and OpenAI until Ctrl-C, refuses what they "
        "would refuse, and keeps what was \"sent\" in memory. /sandbox is a page for people: what was sent, "
        "what exists at each vendor, which promises hold, and switches that make it fail, delay, lose "
        "answers "
        "or duplicate. /customers/NAME takes webhooks, and verifies them with the secrets in "
        "SANDBOX_CUSTOMER_SECRETS (NAME=whsec_..., separated by commas). Twilio's status callbacks go where "
        "the "
        "sender asks for them; Stripe's events go to API_URL, signed with STRIPE_WEBHOOK_SECRET, when both "
        "are "
        "set. For development and tests only.",
        {{"callflex sandbox --port 8081", "then point TWILIO_BASE_URL at http://127.0.0.1:8081/twilio"},
         {"curl -s localhost:8081/sandbox/sent | jq .", "what was sent?"}});
    app.callback([options, silent, &session] {
        options->calls_back = !*silent;
        session.exit_code = serve(*options);
    });
}

}  // namespace callflex::cli

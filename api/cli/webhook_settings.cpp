#include "api/cli/webhook_settings.hpp"

#include "activities/webhooks/custom_headers.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "api/cli/exit_code.hpp"

namespace callflex::cli {

WebhookConfig webhook_settings(const Session& session) {
    std::vector<std::string> problems;
    const config::Settings& settings = session.settings();
    const auto environment = [&settings](std::string_view name) -> std::optional<std::string> {
        const auto setting = settings.find(name);
        return setting ? std::optional{setting->value} : std::nullopt;
    };
    WebhookConfig config = webhook_config(environment, problems);
    if (!problems.empty()) throw CommandError(exit_usage, problems.front());
    return config;
}

SecretBox secrets_box(const Session& session) {
    const auto key = session.settings().find("CALLFLEX_SECRETS_KEY");
    if (!key)
        throw CommandError(exit_usage,
                           "CALLFLEX_SECRETS_KEY is not set: the endpoint's secret could not be sealed",
                           "the same key that workers and ingress have, in CALLFLEX_SECRETS_KEY_FILE");
    try {
        return SecretBox{key->value};
    } catch (const SecretError& error) {
        throw CommandError(exit_usage, error.what());
    }
}

int explained(const std::function<int()>& command) {
    try {
        return command();
    } catch (const webhooks::NotFound& error) {
        throw CommandError(exit_not_found, error.what(),
                           "callflex webhook endpoint list, or delivery list, shows the ids");
    } catch (const http::BadUrl& error) {
        throw CommandError(exit_usage, std::string{"the URL is refused: "} + error.what());
    } catch (const webhooks::BadEndpoint& error) {
        throw CommandError(exit_usage, std::string{"the endpoint is refused: "} + error.what());
    } catch (const webhooks::BadCustomHeader& error) {
        throw CommandError(exit_usage, error.what());
    } catch (const SecretError& error) {
        throw CommandError(exit_failed, error.what(),
                           "check CALLFLEX_SECRETS_KEY: it must hold every key in use");
    }
}

}  // namespace callflex::cli

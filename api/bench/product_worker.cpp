#include "api/bench/product_worker.hpp"

#include "activities/register.hpp"
#include "api/run_starter.hpp"
#include "workflows/register.hpp"

namespace callflex::bench {

std::map<std::string, std::string> product_settings(const ProductPlaces& places) {
    const std::string& vendors = places.sandbox_url;
    return {
        {"OPENAI_API_KEY", "sk-bench"},
        {"OPENAI_BASE_URL", vendors + "/openai"},
        {"TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"},
        {"TWILIO_AUTH_TOKEN", "token"},
        {"TWILIO_SMS_FROM", "+15550100200"},
        {"TWILIO_BASE_URL", vendors + "/twilio"},
        {"RESEND_API_KEY", "re_key"},
        {"RESEND_BASE_URL", vendors + "/resend"},
        {"VAPI_API_KEY", "key"},
        {"VAPI_BASE_URL", vendors + "/vapi"},
        {"STRIPE_SECRET_KEY", "sk_test_bench"},
        {"STRIPE_BASE_URL", vendors + "/stripe"},
        {"CALLFLEX_SECRETS_KEY", places.secrets_key},
        {"WEBHOOK_ALLOW_PRIVATE", "1"},
        // The sandbox plays the systems of all customers at one address; they have addresses of their own.
        {"WEBHOOK_PER_ADDRESS", "1000"}};
}

Workers::Register everything_that_ships(const ProductPlaces& places) {
    const Environment environment =
        [settings = product_settings(places)](std::string_view name) -> std::optional<std::string> {
        const auto found = settings.find(std::string{name});
        return found == settings.end() ? std::nullopt : std::optional{found->second};
    };
    return [places, environment](durable::WorkflowRegistry& workflows,
                                 durable::worker::ActivityRegistry& activities) {
        register_workflows(workflows);
        register_activities(activities,
                            {std::make_shared<Vendors>(vendor_config(environment)), places.recordings,
                             places.database_url, run_starter(places.database_url)});
    };
}

}  // namespace callflex::bench

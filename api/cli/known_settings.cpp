#include "api/cli/known_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace callflex::cli {
namespace {

SettingsGroup callbacks() {
    return {"callbacks",
            "vendors are not told where to report to: the delivery of messages stays unknown, assistants "
            "cannot be made",
            true,
            {{"API_URL", "public address of the ingress"}},
            {}};
}

SettingsGroup vapi() {
    return {"VAPI",
            "no assistants, numbers or calls; expired recordings cannot be fetched anew",
            true,
            {{"VAPI_API_KEY", "makes assistants, numbers and calls"}},
            {{"VAPI_PUBLIC_KEY", "steers calls that are on the line"},
             {"VAPI_CREDENTIAL_ID", "signs our assistants' webhooks"},
             {"VAPI_MODEL", "of assistants whose template names none"},
             {"VAPI_CONTROL_HOSTS", "where a call's control URL may lead"},
             {"VAPI_SETTLE_SECONDS", "when a thing that is not listed was not made"},
             {"VAPI_BASE_URL", "another address than VAPI's"}}};
}

SettingsGroup vapi_webhooks() {
    return {"VAPI webhooks",
            "only organizations with secrets of their own are served",
            true,
            {{"VAPI_WEBHOOK_SECRET", "verifies webhooks of every organization"}},
            {{"VAPI_SIGNATURE_HEADER", "the header that signs the body"}}};
}

SettingsGroup twilio() {
    return {"Twilio",
            "text messages cannot be sent, which runs note as a warning; no numbers can be bought",
            true,
            {{"TWILIO_ACCOUNT_SID", "the account"},
             {"TWILIO_AUTH_TOKEN", "its secret, which also verifies status callbacks"},
             {"TWILIO_SMS_FROM", "the number that sends"}},
            {{"TWILIO_SETTLE_SECONDS", "when a message that is not listed was not sent"},
             {"TWILIO_BASE_URL", "another address than Twilio's"}}};
}

SettingsGroup stripe() {
    return {"Stripe",
            "nobody is billed: no customers, no overage, periods close without Stripe",
            true,
            {{"STRIPE_SECRET_KEY", "customers, subscriptions, overage"},
             {"STRIPE_WEBHOOK_SECRET", "verifies Stripe's events; without it they are refused"}},
            {{"STRIPE_METER_ID", "finds overage reports that may have arrived"},
             {"STRIPE_METER_EVENT_NAME", "the meter's event"},
             {"STRIPE_SETTLE_SECONDS", "when a customer that is not found was not made"},
             {"STRIPE_BASE_URL", "another address than Stripe's"}}};
}

SettingsGroup resend() {
    return {"Resend",
            "e-mails cannot be sent; runs note that as a warning",
            true,
            {{"RESEND_API_KEY", "sends e-mail"}},
            {{"RESEND_FROM", "the sender; without it only the account's owner is reached"},
             {"RESEND_BASE_URL", "another address than Resend's"}}};
}

SettingsGroup openai() {
    return {"OpenAI",
            "summaries come from the built-in extractive summariser, marked so",
            true,
            {{"OPENAI_API_KEY", "summaries and facts"}},
            {{"OPENAI_MODELS", "models, the preferred one first"},
             {"OPENAI_REASONING_EFFORT", "a parameter of the models"},
             {"OPENAI_BASE_URL", "another server that speaks the same"}}};
}

SettingsGroup supabase() {
    return {"Supabase",
            "live events go to our own stream alone",
            false,
            {{"SUPABASE_URL", "the project"}, {"SUPABASE_SERVICE_KEY", "its key"}},
            {{"SUPABASE_REALTIME", "broadcasts live events (1) or not (0)"},
             {"SUPABASE_BUCKET", "where recordings go with CALLFLEX_STORAGE=supabase"}}};
}

SettingsGroup s3() {
    return {"S3",
            "recordings and exports are kept elsewhere",
            false,
            {{"S3_ENDPOINT", "the storage's address"},
             {"S3_ACCESS_KEY_ID", "who we are"},
             {"S3_SECRET_ACCESS_KEY", "its secret"}},
            {{"S3_REGION", "the region that requests are signed for"},
             {"S3_BUCKET", "where recordings go with CALLFLEX_STORAGE=s3"}}};
}

SettingsGroup live_events() {
    return {"live events",
            "nobody may watch an organization's live events",
            true,
            {{"LIVE_TOKEN_KEY", "signs the tokens of those who watch"}},
            {{"APP_URL", "the web application that may read them"}}};
}

SettingsGroup recordings() {
    return {"recordings",
            "kept in /var/lib/callflex/recordings",
            false,
            {},
            {{"CALLFLEX_STORAGE", "filesystem, s3 or supabase"}, {"CALLFLEX_STORAGE_ROOT", "the folder"}}};
}

SettingsGroup payloads() {
    return {"payloads",
            "not encrypted",
            false,
            {{"CALLFLEX_PAYLOAD_KEYS", "master keys that wrap the keys which encrypt runs' payloads"}},
            {{"CALLFLEX_PAYLOAD_LIMIT_KIB", "the most that one payload may have"}}};
}

SettingsGroup exports() {
    return {"exports",
            "closed runs whose retention policy wants an export stay",
            false,
            {},
            {{"CALLFLEX_EXPORT_FOLDER", "where their histories go before they are removed: a folder"},
             {"CALLFLEX_EXPORT_S3", "or bucket/prefix at S3_ENDPOINT"}}};
}

SettingsGroup ingress() {
    return {"ingress",
            "defaults",
            false,
            {},
            {{"CALLFLEX_LISTEN", "address and port"},
             {"CALLFLEX_REQUESTS_PER_MINUTE", "webhooks an organization may send"},
             {"CALLFLEX_QUESTIONS_PER_MINUTE", "questions of its callers"},
             {"CALLFLEX_CA_FILE", "certification authorities to trust beside the system's"}}};
}

SettingsGroup customers_webhooks() {
    return {"webhooks",
            "defaults",
            false,
            {},
            {{"WEBHOOK_SCHEDULE", "waits before each try"},
             {"WEBHOOK_TIMEOUT_SECONDS", "length of a try"},
             {"WEBHOOK_CIRCUIT_FAILURES", "failures after which an endpoint is left alone"},
             {"WEBHOOK_CIRCUIT_SECONDS", "for how long at first"},
             {"WEBHOOK_CIRCUIT_MAX_SECONDS", "for how long at most"},
             {"WEBHOOK_GIVE_UP_HOURS", "a delivery's longest life"},
             {"WEBHOOK_DISABLE_HOURS", "after which a failing endpoint is disabled"},
             {"WEBHOOK_PER_ADDRESS", "tries at once at an address"},
             {"WEBHOOK_PER_ORGANIZATION", "tries at once for an organization"},
             {"WEBHOOK_DENY", "networks never to be called"},
             {"WEBHOOK_QUEUE", "the workers that call customers"},
             {"WEBHOOK_ALLOW_PRIVATE", "development: private addresses may be called"}}};
}

std::string without_file(std::string name) {
    constexpr std::string_view suffix = "_FILE";
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    return name;
}

}  // namespace

std::span<const SettingsGroup> settings_groups() {
    static const std::array groups{
        callbacks(),  vapi(),     vapi_webhooks(), twilio(),   stripe(),
        resend(),     openai(),   live_events(),   supabase(), s3(),
        recordings(), payloads(), exports(),       ingress(),  customers_webhooks()};
    return groups;
}

std::vector<std::string> unknown_variables() {
    constexpr std::array ours{"VAPI_",     "TWILIO_", "STRIPE_",  "RESEND_",
                              "SUPABASE_", "S3_",     "WEBHOOK_", "LIVE_TOKEN"};
    std::set<std::string> known;
    for (const auto& group : settings_groups()) {
        for (const auto& variable : group.required) known.insert(variable.name);
        for (const auto& variable : group.optional) known.insert(variable.name);
    }
    std::vector<std::string> unknown;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        const std::string_view line{*entry};
        const std::string name{line.substr(0, line.find('='))};
        const bool looks_ours =
            std::ranges::any_of(ours, [&](const char* prefix) { return name.starts_with(prefix); });
        if (looks_ours && !known.contains(name) && !known.contains(without_file(name)))
            unknown.push_back(name);
    }
    std::ranges::sort(unknown);
    return unknown;
}

}  // namespace callflex::cli

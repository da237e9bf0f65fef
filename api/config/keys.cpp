#include "api/config/keys.hpp"

#include <algorithm>
#include <array>

#include "api/config/shapes.hpp"

namespace callflex::config {
namespace {

using enum Kind;

constexpr std::array all_sections{
    Section{"database", "database", "", true},
    Section{"secrets", "secrets", "", true},
    Section{"public", "callbacks",
            "vendors are not told where to report to: the delivery of messages stays unknown, assistants "
            "cannot be made",
            true},
    Section{"ingress", "ingress", "defaults", false},
    Section{"worker", "worker", "defaults", false},
    Section{"payloads", "payloads", "not encrypted", false},
    Section{"recordings", "recordings", "kept in /var/lib/callflex/recordings", false},
    Section{"exports", "exports", "closed runs whose retention policy wants an export stay", false},
    Section{"live", "live events", "nobody may watch an organization's live events", true},
    Section{"webhooks", "webhooks", "defaults", false},
    Section{"tls", "TLS", "the system's certification authorities are trusted", false},
    Section{"vapi", "VAPI", "no assistants, numbers or calls; expired recordings cannot be fetched anew",
            true},
    Section{"vapi_webhooks", "VAPI webhooks", "only organizations with secrets of their own are served",
            true},
    Section{"twilio", "Twilio",
            "text messages cannot be sent, which runs note as a warning; no numbers can be bought", true},
    Section{"stripe", "Stripe", "nobody is billed: no customers, no overage, periods close without Stripe",
            true},
    Section{"resend", "Resend", "e-mails cannot be sent; runs note that as a warning", true},
    Section{"openai", "OpenAI", "summaries come from the built-in extractive summariser, marked so", true},
    Section{"supabase", "Supabase", "live events go to our own stream alone", false},
    Section{"s3", "S3", "recordings and exports are kept elsewhere", false},
};

// clang-format off
constexpr std::array all_keys{
    Key{"database", "url", "DATABASE_URL", secret, "",
        "Postgres: postgresql://user@host/database; workers need it itself, not a transaction pooler", true},

    Key{"secrets", "key", "CALLFLEX_SECRETS_KEY", secret, "",
        "seals organizations' own secrets in the database: openssl rand -base64 32", true},

    Key{"public", "api_url", "API_URL", url, "", "public address of the ingress", true},

    Key{"ingress", "listen", "CALLFLEX_LISTEN", text, "127.0.0.1:8080", "address and port", false, 0, 0, {},
        is_listen_address, "address:port, such as 127.0.0.1:8080"},
    Key{"ingress", "requests_per_minute", "CALLFLEX_REQUESTS_PER_MINUTE", number, "100",
        "webhooks an organization may send; 0: no limit", false, 0, 1'000'000},
    Key{"ingress", "questions_per_minute", "CALLFLEX_QUESTIONS_PER_MINUTE", number, "600",
        "questions of its callers; 0: no limit", false, 0, 1'000'000},

    Key{"worker", "queue", "CALLFLEX_WORKER_QUEUE", text, "default", "the queue that `callflex worker` serves"},
    Key{"worker", "run_slots", "CALLFLEX_WORKER_RUN_SLOTS", number, "1536", "runs held at a time",
        false, 1, 1'000'000},
    Key{"worker", "async_slots", "CALLFLEX_WORKER_ASYNC_SLOTS", number, "1500", "vendor activities at a time",
        false, 1, 1'000'000},
    Key{"worker", "transactional_threads", "CALLFLEX_WORKER_TRANSACTIONAL_THREADS", number, "4",
        "transactional activities at a time; each has a connection", false, 1, 1000},
    Key{"worker", "grace", "CALLFLEX_WORKER_GRACE_SECONDS", seconds, "30",
        "after SIGTERM: time for running activities to end", false, 0, 3600},
    Key{"worker", "log", "CALLFLEX_WORKER_LOG", choice, "text", "how it logs", false, 0, 0, "text, json"},

    Key{"payloads", "keys", "CALLFLEX_PAYLOAD_KEYS", secrets, "",
        "master keys that wrap the keys which encrypt runs' payloads: \"<id>:<base64 of 32 bytes>\"", true},
    Key{"payloads", "limit", "CALLFLEX_PAYLOAD_LIMIT_KIB", kib, "2048", "the most that one payload may have",
        false, 1, 64 * 1024},

    Key{"recordings", "storage", "CALLFLEX_STORAGE", choice, "filesystem", "where recordings are kept",
        false, 0, 0, "filesystem, s3, supabase"},
    Key{"recordings", "folder", "CALLFLEX_STORAGE_ROOT", path, "/var/lib/callflex/recordings", "the folder"},

    Key{"exports", "folder", "CALLFLEX_EXPORT_FOLDER", path, "",
        "where histories go before their runs are removed: a folder"},
    Key{"exports", "s3", "CALLFLEX_EXPORT_S3", text, "", "or bucket/prefix at s3.endpoint"},

    Key{"live", "token_key", "LIVE_TOKEN_KEY", secrets, "", "signs the tokens of those who watch", true,
        0, 0, {}, is_long_key, "at least 32 characters, as openssl rand -base64 32 gives"},
    Key{"live", "app_url", "APP_URL", text, "", "the web application that may read them", false,
        0, 0, {}, is_origin, "an origin such as https://app.example, without a path"},

    Key{"webhooks", "schedule", "WEBHOOK_SCHEDULE", list, "0s,5s,30s,2m,10m,30m,1h", "waits before each try",
        false, 0, 0, {}, is_wait, "1 to 50 waits such as 0s,5s,30s,2m,10m,30m,1h"},
    Key{"webhooks", "timeout", "WEBHOOK_TIMEOUT_SECONDS", seconds, "15", "length of a try", false, 1, 30},
    Key{"webhooks", "circuit_failures", "WEBHOOK_CIRCUIT_FAILURES", number, "10",
        "failures after which an endpoint is left alone", false, 1, 1000},
    Key{"webhooks", "circuit", "WEBHOOK_CIRCUIT_SECONDS", seconds, "30", "for how long at first", false, 1, 3600},
    Key{"webhooks", "circuit_max", "WEBHOOK_CIRCUIT_MAX_SECONDS", seconds, "900", "for how long at most",
        false, 1, 86'400},
    Key{"webhooks", "give_up", "WEBHOOK_GIVE_UP_HOURS", hours, "72", "a delivery's longest life", false, 1, 720},
    Key{"webhooks", "disable", "WEBHOOK_DISABLE_HOURS", hours, "72",
        "after which a failing endpoint is disabled", false, 1, 720},
    Key{"webhooks", "per_address", "WEBHOOK_PER_ADDRESS", number, "8", "tries at once at an address, each worker",
        false, 1, 1000},
    Key{"webhooks", "per_organization", "WEBHOOK_PER_ORGANIZATION", number, "16",
        "tries at once for an organization, each worker", false, 1, 1000},
    Key{"webhooks", "deny", "WEBHOOK_DENY", list, "", "networks never to be called, beside those not public",
        false, 0, 0, {}, is_network, "networks such as 198.51.100.0/24,2001:db8::/32"},
    Key{"webhooks", "queue", "WEBHOOK_QUEUE", text, "",
        "queue of the workers that call customers (callflex-dispatcher); none: every worker does"},
    Key{"webhooks", "allow_private", "WEBHOOK_ALLOW_PRIVATE", flag, "0",
        "development: private addresses may be called"},

    Key{"tls", "ca_file", "CALLFLEX_CA_FILE", path, "",
        "certification authorities to trust beside the system's (PEM)"},

    Key{"vapi", "api_key", "VAPI_API_KEY", secret, "", "makes assistants, numbers and calls", true},
    Key{"vapi", "public_key", "VAPI_PUBLIC_KEY", secret, "", "steers calls that are on the line"},
    Key{"vapi", "credential_id", "VAPI_CREDENTIAL_ID", text, "", "signs our assistants' webhooks"},
    Key{"vapi", "model", "VAPI_MODEL", text, "gpt-5.4-mini", "of assistants whose template names none"},
    Key{"vapi", "control_hosts", "VAPI_CONTROL_HOSTS", list, "vapi.ai", "where a call's control URL may lead"},
    Key{"vapi", "settle", "VAPI_SETTLE_SECONDS", seconds, "30", "when a thing that is not listed was not made",
        false, 1, 600},
    Key{"vapi", "base_url", "VAPI_BASE_URL", url, "https://api.vapi.ai", "another address than VAPI's"},

    Key{"vapi_webhooks", "secret", "VAPI_WEBHOOK_SECRET", secrets, "",
        "verifies webhooks of every organization", true},
    Key{"vapi_webhooks", "signature_header", "VAPI_SIGNATURE_HEADER", text, "x-vapi-signature",
        "the header that signs the body", false, 0, 0, {}, is_header_name, "the name of a header"},

    Key{"twilio", "account_sid", "TWILIO_ACCOUNT_SID", text, "", "the account", true},
    Key{"twilio", "auth_token", "TWILIO_AUTH_TOKEN", secret, "",
        "its secret, which also verifies status callbacks", true},
    Key{"twilio", "sms_from", "TWILIO_SMS_FROM", text, "", "the number that sends", true},
    Key{"twilio", "settle", "TWILIO_SETTLE_SECONDS", seconds, "30",
        "when a message that is not listed was not sent", false, 1, 600},
    Key{"twilio", "base_url", "TWILIO_BASE_URL", url, "https://api.twilio.com", "another address than Twilio's"},

    Key{"stripe", "secret_key", "STRIPE_SECRET_KEY", secret, "", "customers, subscriptions, overage", true},
    Key{"stripe", "webhook_secret", "STRIPE_WEBHOOK_SECRET", secrets, "",
        "verifies Stripe's events; without it they are refused", true, 0, 0, {}, is_stripe_secret,
        "one or several that begin with whsec_, separated by commas"},
    Key{"stripe", "meter_id", "STRIPE_METER_ID", text, "", "finds overage reports that may have arrived"},
    Key{"stripe", "meter_event_name", "STRIPE_METER_EVENT_NAME", text, "callflex_overage_minutes",
        "the meter's event"},
    Key{"stripe", "settle", "STRIPE_SETTLE_SECONDS", seconds, "60",
        "when a customer that is not found was not made", false, 1, 600},
    Key{"stripe", "base_url", "STRIPE_BASE_URL", url, "https://api.stripe.com", "another address than Stripe's"},

    Key{"resend", "api_key", "RESEND_API_KEY", secret, "", "sends e-mail", true},
    Key{"resend", "from", "RESEND_FROM", text, "CallFlex <onboarding@resend.dev>",
        "the sender; without it only the account's owner is reached"},
    Key{"resend", "base_url", "RESEND_BASE_URL", url, "https://api.resend.com", "another address than Resend's"},

    Key{"openai", "api_key", "OPENAI_API_KEY", secret, "", "summaries and facts", true},
    Key{"openai", "models", "OPENAI_MODELS", list, "gpt-5.4-mini,gpt-5.4-nano,gpt-5.6-luna",
        "models, the preferred one first"},
    Key{"openai", "reasoning_effort", "OPENAI_REASONING_EFFORT", text, "none",
        "a parameter of the models; omit: not sent"},
    Key{"openai", "base_url", "OPENAI_BASE_URL", url, "https://api.openai.com",
        "another server that speaks the same"},

    Key{"supabase", "url", "SUPABASE_URL", url, "", "the project", true},
    Key{"supabase", "service_key", "SUPABASE_SERVICE_KEY", secret, "", "its key", true},
    Key{"supabase", "realtime", "SUPABASE_REALTIME", flag, "1", "broadcasts live events"},
    Key{"supabase", "bucket", "SUPABASE_BUCKET", text, "recordings",
        "where recordings go with recordings.storage = \"supabase\""},

    Key{"s3", "endpoint", "S3_ENDPOINT", url, "", "the storage's address", true},
    Key{"s3", "access_key_id", "S3_ACCESS_KEY_ID", text, "", "who we are", true},
    Key{"s3", "secret_access_key", "S3_SECRET_ACCESS_KEY", secret, "", "its secret", true},
    Key{"s3", "region", "S3_REGION", text, "us-east-1", "the region that requests are signed for"},
    Key{"s3", "bucket", "S3_BUCKET", text, "", "where recordings go with recordings.storage = \"s3\""},
};
// clang-format on

}  // namespace

std::span<const Section> sections() {
    return all_sections;
}

std::span<const Key> keys() {
    return all_keys;
}

std::string full_name(const Key& key) {
    return std::string{key.section} + "." + std::string{key.name};
}

const Key* find_key(std::string_view name) {
    const auto* const key =
        std::ranges::find_if(all_keys, [&](const Key& one) { return full_name(one) == name; });
    return key == all_keys.end() ? nullptr : key;
}

const Key* find_variable(std::string_view variable) {
    const auto* const key = std::ranges::find(all_keys, variable, &Key::variable);
    return key == all_keys.end() ? nullptr : key;
}

}  // namespace callflex::config

#pragma once
// What the vendors' clients need to know, from the environment. Every name may also be given as NAME_FILE,
// the path of a file that holds the value (systemd credentials); giving both is an error.
//
//   OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODELS (comma-separated, first one preferred),
//   OPENAI_REASONING_EFFORT TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_SMS_FROM, TWILIO_BASE_URL,
//   TWILIO_SETTLE_SECONDS RESEND_API_KEY, RESEND_FROM, RESEND_BASE_URL VAPI_API_KEY, VAPI_BASE_URL,
//   VAPI_PUBLIC_KEY, VAPI_CREDENTIAL_ID, VAPI_MODEL, VAPI_CONTROL_HOSTS (comma-separated), VAPI_SETTLE_SECONDS API_URL
//   (public address of the ingress, for status callbacks), CALLFLEX_CA_FILE (PEM, beside the system's)
//   STRIPE_SECRET_KEY, STRIPE_BASE_URL, STRIPE_METER_ID, STRIPE_METER_EVENT_NAME, STRIPE_SETTLE_SECONDS
//
//   SUPABASE_URL, SUPABASE_SERVICE_KEY, SUPABASE_BUCKET, SUPABASE_REALTIME (1 or 0)
//   S3_ENDPOINT, S3_BUCKET, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY
//   CALLFLEX_STORAGE (filesystem, s3 or supabase: where recordings are kept), CALLFLEX_SECRETS_KEY
//   CALLFLEX_EXPORT_FOLDER, or CALLFLEX_EXPORT_S3 (bucket/prefix, at S3_ENDPOINT): where closed runs are exported to
//   WEBHOOK_*: see activities/webhooks/webhook_config.hpp
//
// A vendor without a key is not configured: its activities say so, or do without it.

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "activities/secret.hpp"
#include "activities/webhooks/webhook_config.hpp"

namespace callflex {

struct OpenAiConfig {
    Secret api_key;
    std::string base_url = "https://api.openai.com";  ///< without "/v1"
    /// The first that the vendor still knows is used: models are shut down from time to time.
    std::vector<std::string> models{"gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.6-luna"};
    /// "" leaves the parameter out, as servers other than OpenAI's may want it.
    std::string reasoning_effort = "none";

    [[nodiscard]] bool configured() const { return !api_key.empty(); }
};

struct TwilioConfig {
    std::string account_sid;
    Secret auth_token;
    std::string sms_from;  ///< E.164
    std::string base_url = "https://api.twilio.com";
    /// A message that is not in Twilio's list this long after the attempt was not accepted.
    std::chrono::seconds settle{30};

    [[nodiscard]] bool configured() const { return !account_sid.empty(); }
};

struct ResendConfig {
    Secret api_key;
    /// Resend's own sender, which reaches only the account's owner: set one of a verified domain.
    std::string from = "CallFlex <onboarding@resend.dev>";
    std::string base_url = "https://api.resend.com";

    [[nodiscard]] bool configured() const { return !api_key.empty(); }
};

struct VapiConfig {
    Secret api_key;
    std::string base_url = "https://api.vapi.ai";
    Secret public_key;                   ///< for steering calls, when set; never the private one
    std::string credential_id;           ///< of the dashboard: signs our assistants' webhooks; "" for none
    std::string model = "gpt-5.4-mini";  ///< of assistants whose template names none
    /// Where a call's control URL may lead: host suffixes (https only), or whole origins for development.
    std::vector<std::string> control_hosts{"vapi.ai"};
    /// A thing that is not in VAPI's list this long after the attempt was not made.
    std::chrono::seconds settle{30};

    [[nodiscard]] bool configured() const { return !api_key.empty(); }
};

struct StripeConfig {
    Secret secret_key;
    std::string base_url = "https://api.stripe.com";
    std::string meter_event_name = "callflex_overage_minutes";
    std::string meter_id{};  ///< "mtr_...": to look for reports that may have arrived; "" when not known
    /// A customer that Stripe's search does not show this long after the attempt was not made.
    std::chrono::seconds settle{60};

    [[nodiscard]] bool configured() const { return !secret_key.empty(); }
};

struct SupabaseConfig {
    std::string url;     ///< "https://<project>.supabase.co"
    Secret service_key;  ///< "sb_secret_...", or an old service_role JWT
    std::string bucket = "recordings";
    bool realtime = true;

    [[nodiscard]] bool configured() const { return !url.empty() && !service_key.empty(); }
};

/// Any storage that speaks S3, addressed by path.
struct S3Config {
    std::string endpoint;  ///< "https://s3.eu-central-1.amazonaws.com"
    std::string bucket;
    std::string region = "us-east-1";
    std::string access_key_id;
    Secret secret_access_key;

    [[nodiscard]] bool configured() const { return !endpoint.empty() && !bucket.empty(); }
};

/// Where runs go whose retention policy wants an export: a folder, or a bucket of S3Config's store, or neither.
struct ExportConfig {
    std::string folder;
    std::string bucket;
    std::string prefix;  ///< "archive/callflex", without slashes around it; "": the bucket's root
};

/// Where recordings are kept.
enum class StorageKind : std::uint8_t { filesystem, s3, supabase };

struct VendorConfig {
    OpenAiConfig openai;
    TwilioConfig twilio;
    ResendConfig resend;
    VapiConfig vapi;
    StripeConfig stripe;
    SupabaseConfig supabase;
    S3Config s3;
    StorageKind storage = StorageKind::filesystem;
    ExportConfig exports;
    WebhookConfig webhooks;  ///< how customers' own systems are called: WEBHOOK_*
    Secret secrets_key;      ///< CALLFLEX_SECRETS_KEY: opens what is sealed in the database
    std::string api_url;     ///< "" when not known: then no status callbacks are asked for
    std::string ca_file;
};

/// All problems at once, one a line: "TWILIO_SMS_FROM: expected E.164 such as +15550100200". Never a value.
class ConfigError : public std::runtime_error {
  public:
    explicit ConfigError(std::vector<std::string> problems);
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  private:
    std::vector<std::string> problems_;
};

/// Looks a name up; nullopt when it is not set. Set but empty counts as not set.
using Environment = std::function<std::optional<std::string>(std::string_view)>;

[[nodiscard]] Environment process_environment();

/// Throws ConfigError.
[[nodiscard]] VendorConfig vendor_config(const Environment& environment);

}  // namespace callflex

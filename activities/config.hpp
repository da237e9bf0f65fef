#pragma once
// What the vendors' clients need to know, from the environment. Every name may also be given as NAME_FILE,
// the path of a file that holds the value (systemd credentials); giving both is an error.
//
//   OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODELS (comma-separated, first one preferred),
//   OPENAI_REASONING_EFFORT TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_SMS_FROM, TWILIO_BASE_URL,
//   TWILIO_SETTLE_SECONDS RESEND_API_KEY, RESEND_FROM, RESEND_BASE_URL VAPI_API_KEY, VAPI_BASE_URL API_URL
//   (public address of the ingress, for status callbacks), CALLFLEX_CA_FILE (PEM, beside the system's)
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

    [[nodiscard]] bool configured() const { return !api_key.empty(); }
};

struct VendorConfig {
    OpenAiConfig openai;
    TwilioConfig twilio;
    ResendConfig resend;
    VapiConfig vapi;
    std::string api_url;  ///< "" when not known: then no status callbacks are asked for
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

#include <fmt/format.h>

#include <array>
#include <span>

#include "api/cli/environment.hpp"
#include "api/cli/findings.hpp"

namespace callflex::cli {
namespace {

struct Variable {
    const char* name;
    const char* purpose;
};
/// Settings that only make sense together: none given, the vendor is not used; some given, the others are
/// missing.
struct Vendor {
    const char* name;
    const char* without;  ///< what happens when it is not configured
    std::span<const Variable> variables;
};

constexpr std::array vapi{Variable{"VAPI_WEBHOOK_SECRET", "verifies webhooks of every organization"},
                          Variable{"VAPI_API_KEY", "fetches expired recordings anew"}};
constexpr std::array twilio{Variable{"TWILIO_ACCOUNT_SID", "the account"},
                            Variable{"TWILIO_AUTH_TOKEN", "its secret"},
                            Variable{"TWILIO_SMS_FROM", "the number that sends"}};
constexpr std::array resend{Variable{"RESEND_API_KEY", "sends e-mail"}};
constexpr std::array openai{Variable{"OPENAI_API_KEY", "summaries and facts"}};

constexpr std::array vendors{
    Vendor{"VAPI", "only organizations with secrets of their own are served", vapi},
    Vendor{"Twilio", "text messages cannot be sent; runs note that as a warning", twilio},
    Vendor{"Resend", "e-mails cannot be sent; runs note that as a warning", resend},
    Vendor{"OpenAI", "summaries come from the built-in extractive summariser, marked so", openai},
};

void examine_vendor(Findings& findings, const Vendor& vendor) {
    std::string missing;
    std::string sources;
    for (const auto& variable : vendor.variables) {
        const auto setting = find_setting(variable.name);
        auto& list = setting ? sources : missing;
        list += (list.empty() ? "" : ", ") + (setting ? setting->source : std::string{variable.name});
    }
    if (missing.empty()) {
        findings.push_back({"environment", Level::ok, vendor.name, "configured: " + sources, {}});
    } else if (sources.empty()) {
        findings.push_back({"environment",
                            Level::note,
                            vendor.name,
                            fmt::format("not configured ({}): {}", missing, vendor.without),
                            {}});
    } else {
        findings.push_back({"environment", Level::warning, vendor.name,
                            fmt::format("{} given, but not {}: {}", sources, missing, vendor.without),
                            "set " + missing});
    }
}

void examine_secrets_key(Findings& findings) {
    const auto key = find_setting("CALLFLEX_SECRETS_KEY");
    if (key) {
        findings.push_back({"environment", Level::ok, "secrets key", "from " + key->source, {}});
    } else {
        findings.push_back({"environment", Level::warning, "secrets key",
                            "CALLFLEX_SECRETS_KEY is missing: organizations' own secrets cannot be opened",
                            "openssl rand -base64 32, kept in a file that CALLFLEX_SECRETS_KEY_FILE names"});
    }
}

}  // namespace

void examine_environment(Findings& findings) {
    const auto database = find_setting("DATABASE_URL");
    if (database) {
        findings.push_back({"environment", Level::ok, "database", "address from " + database->source, {}});
    }
    examine_secrets_key(findings);
    for (const auto& vendor : vendors) examine_vendor(findings, vendor);
}

}  // namespace callflex::cli
